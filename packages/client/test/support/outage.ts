import { createServer, request, type Server } from "node:http";
import { freePort } from "./free-port.ts";

/** A proxy in front of the Data API that can be taken away and put back: an outage, as a client sees one. */
export class Outage implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  readonly #target: number;
  #server: Server | undefined;
  #silent = false;

  private constructor(port: number, target: number) {
    this.#port = port;
    this.#target = target;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async before(apiPort: number): Promise<Outage> {
    const outage = new Outage(await freePort(), apiPort);
    await outage.end();
    return outage;
  }

  /** Nothing listens any more, and what was connected is cut. */
  async begin(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }

  /** It listens, and answers nothing any more, until {@link end}. */
  silence(): void {
    this.#silent = true;
  }

  /** It listens and answers again. */
  async end(): Promise<void> {
    this.#silent = false;
    if (this.#server) return;
    const server = createServer((near, answer) => {
      if (this.#silent) return;
      // The local Data API answers only to its own name and port.
      const headers = { ...near.headers, host: `127.0.0.1:${this.#target}` };
      const far = request({ port: this.#target, host: "127.0.0.1", path: near.url, method: near.method, headers });
      far.on("response", (response) => response.pipe(answer.writeHead(response.statusCode ?? 502, response.headers)));
      far.on("error", () => answer.destroy());
      near.pipe(far);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#server = server;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.begin();
  }
}
