import { setTimeout as delay } from "node:timers/promises";
import { backoff, HoldfastError, isConnectionLost, statementTimeoutFor } from "@holdfast/db/runs";
import type { Client } from "pg";
import { log, messageOf } from "../log.ts";

const connectMilliseconds = 5_000;
const goodbyeMilliseconds = 1_000;
// An error that is neither a refusal nor the network (a missing function while a migration runs) may pass; a minute
// decides that it does not.
const patienceMilliseconds = 60_000;

/** No connection could be made, for whatever reason: a wrong password, too, may be put right while the command runs. */
class CannotConnectError extends Error {
  override name = "CannotConnectError";
}

/** Options of {@link Connection.call}. */
export interface CallOptions {
  /**
   * After this long without an answer the connection is given up as half-open, and the call made again. The server gives
   * the statement up a little sooner, so that no backend is left waiting for a lock on behalf of nobody.
   */
  readonly timeoutMilliseconds: number;
}

/**
 * The runner's own connection to the database: one client, unnamed statements, reconnected for ever with backoff and full
 * jitter. Calls take turns. Whatever is called must be safe to call twice.
 */
export class Connection {
  readonly #url: string;
  #client: Promise<Client> | null = null;
  #closed = false;
  #away = false;
  /** Settles when everything asked of a client has been answered. */
  readonly #turns = new WeakMap<Client, Promise<unknown>>();
  /** The server's `statement_timeout` of a client, in milliseconds. */
  readonly #limits = new WeakMap<Client, number>();

  constructor(url: string) {
    this.#url = url;
    // Connecting while the rest of the runner loads hides most of its cost; the first call reports a failure.
    this.#connected().catch(() => {});
  }

  /**
   * Makes a call, again and again until it is answered.
   *
   * @throws HoldfastError when a rule refuses it; any other error that is not the network's after a minute of tries.
   */
  async call<T>(what: string, fn: (client: Client) => Promise<T>, options: CallOptions): Promise<T> {
    let oddSince: number | null = null;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const value = await this.#once(fn, options);
        if (this.#away) log("info", `${what}: the database is back`);
        this.#away = false;
        return value;
      } catch (error) {
        if (this.#closed || error instanceof HoldfastError) throw error;
        // The database was reached and said something else than a refusal: that is not waited out for ever.
        const odd = !(error instanceof CannotConnectError) && !isConnectionLost(error);
        oddSince = odd ? (oddSince ?? performance.now()) : null;
        if (oddSince !== null && performance.now() - oddSince > patienceMilliseconds) throw error;
        if (!this.#away || attempt % 20 === 0)
          log("warn", `${what}: will be tried again`, {
            error: messageOf(error),
            attempt,
          });
        this.#away = true;
      }
      await delay(backoff(attempt, 100, 5_000));
    }
  }

  /** Ends the connection; calls that are waiting fail. */
  async close(): Promise<void> {
    this.#closed = true;
    const client = await this.#client?.catch(() => null);
    const goodbye = client?.end().catch(() => {});
    // A line that went silent would keep it waiting for ever.
    await Promise.race([goodbye, delay(goodbyeMilliseconds)]);
  }

  async #once<T>(fn: (client: Client) => Promise<T>, options: CallOptions): Promise<T> {
    const client = await this.#connected();
    let timer: NodeJS.Timeout | undefined;
    const silent = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#drop(client);
        reject(Object.assign(new Error(`no answer in ${options.timeoutMilliseconds} ms`), { code: "ETIMEDOUT" }));
      }, options.timeoutMilliseconds);
    });
    try {
      return await Promise.race([this.#inTurn(client, fn, options), silent]);
    } finally {
      clearTimeout(timer);
    }
  }

  // In turn, so that a statement runs under its own limit and not under the one of a call that was made meanwhile.
  #inTurn<T>(client: Client, fn: (client: Client) => Promise<T>, options: CallOptions): Promise<T> {
    const before = this.#turns.get(client) ?? Promise.resolve();
    const turn = before.then(async () => {
      await this.#limit(client, statementTimeoutFor(options.timeoutMilliseconds));
      return fn(client);
    });
    const over = turn.then(
      () => {},
      () => {},
    );
    this.#turns.set(client, over);
    return turn;
  }

  // Calls that alternate between two limits are too few for the round trip to matter.
  async #limit(client: Client, milliseconds: number): Promise<void> {
    if (this.#limits.get(client) === milliseconds) return;
    await client.query(`set statement_timeout = ${milliseconds}`);
    this.#limits.set(client, milliseconds);
  }

  #connected(): Promise<Client> {
    if (this.#closed) return Promise.reject(new Error("the connection was closed"));
    if (!this.#client) {
      const opening: Promise<Client> = this.#open(() => {
        if (this.#client === opening) this.#client = null;
      });
      this.#client = opening;
    }
    return this.#client;
  }

  async #open(lost: () => void): Promise<Client> {
    try {
      const { default: pg } = await import("pg");
      const client = new pg.Client({
        connectionString: this.#url,
        application_name: "holdfast runner",
        connectionTimeoutMillis: connectMilliseconds,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
      });
      client.on("error", lost);
      client.on("end", lost);
      await client.connect();
      return client;
    } catch (error) {
      lost();
      throw new CannotConnectError(messageOf(error), { cause: error });
    }
  }

  #drop(client: Client): void {
    this.#client = null;
    client.on("error", () => {});
    // `end` would politely wait for a peer that does not answer.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}
