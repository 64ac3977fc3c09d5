import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy in front of Postgres whose line can be cut, or go silent without closing. */
export class CutLine implements AsyncDisposable {
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;
  #silent = false;

  private constructor(target: { host: string; port: number }) {
    this.#target = target;
  }

  /** Opens a proxy and returns it with the URL that leads through it. */
  static async open(url: string): Promise<{ line: CutLine; url: string }> {
    const through = new URL(url);
    const line = new CutLine({ host: through.hostname, port: Number(through.port) });
    await line.restore();
    through.host = `127.0.0.1:${line.#port}`;
    return { line, url: through.href };
  }

  /** Ends every connection and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Stops forwarding; connections stay open and nobody answers, as when a cable is cut. */
  goSilent(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Accepts connections again, on the same port. Those that went silent stay so. */
  async restore(): Promise<void> {
    this.#silent = false;
    if (this.#server) return;
    const server = createServer((client) => this.#forward(client));
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cut();
  }

  #forward(client: Socket): void {
    const upstream = connect(this.#target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#silent) from.pause();
    }
  }
}
