import pg from "pg";
import { isConnectionLost } from "../errors/connection-lost.ts";
import { backoff } from "../errors/retrying.ts";
import type { Log } from "../log.ts";

/** What {@link listen} needs. */
export interface ListenOptions {
  databaseUrl: string;
  channel: string;
  logger: Log;
  onMessage(payload: string): void;
  /** Called after every (re)connect: what was said meanwhile was not heard. */
  onConnected?(): void;
  /** Milliseconds between two probes of the connection, and the longest wait for an answer. Default 5000. */
  probeEvery?: number;
}

/**
 * Listens on one channel over a connection of its own, reconnects for ever, and asks a question every few seconds: a
 * peer that went silent would otherwise look like one with nothing to say. Disposing it closes the connection.
 */
export function listen(options: ListenOptions): AsyncDisposable {
  const listener = new Listener(options);
  const ended = listener.run();
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      await ended;
    },
  };
}

class Listener {
  readonly #options: ListenOptions;
  readonly #probeEvery: number;
  #closed = false;
  #client: pg.Client | undefined;
  #wake: (() => void) | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#probeEvery = options.probeEvery ?? 5_000;
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
    // Not awaited: a half-open connection may take its time, and run() waits for it anyway.
    void this.#client?.end().catch(() => undefined);
  }

  async run(): Promise<void> {
    const { logger, channel } = this.#options;
    let attempt = 0;
    while (!this.#closed) {
      const began = Date.now();
      try {
        await this.#conversation();
      } catch (err) {
        if (this.#closed) break;
        logger[isConnectionLost(err) ? "debug" : "warn"]({ err, channel }, "a listening connection failed");
      }
      if (this.#closed) break;
      attempt = Date.now() - began > this.#probeEvery ? 1 : attempt + 1;
      await this.#pause(backoff(attempt, 100, 5_000));
    }
  }

  async #conversation(): Promise<void> {
    const client = this.#connection();
    this.#client = client;
    let over = false;
    const end = () => {
      over = true;
      this.#wake?.();
    };
    client.on("error", end);
    client.on("end", end);
    client.on("notification", (message) => this.#options.onMessage(message.payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.#options.channel)}`);
      if (!this.#closed) this.#options.onConnected?.();
      while (!this.#closed && !over) {
        await this.#pause(this.#probeEvery);
        if (!this.#closed && !over) await client.query("select 1");
      }
    } finally {
      await close(client);
    }
  }

  #connection(): pg.Client {
    return new pg.Client({
      connectionString: this.#options.databaseUrl,
      application_name: `holdfast ${this.#options.channel}`,
      connectionTimeoutMillis: this.#probeEvery,
      query_timeout: this.#probeEvery,
      keepAlive: true,
    });
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Ends a connection; a peer that does not answer the goodbye is cut off after a second. */
async function close(client: pg.Client): Promise<void> {
  const stream = (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream;
  const cutOff = setTimeout(() => stream?.destroy(), 1_000);
  try {
    await client.end();
  } catch {
    // It had ended by itself.
  } finally {
    clearTimeout(cutOff);
  }
}
