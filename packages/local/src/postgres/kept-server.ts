import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { isAlive } from "../process/identity.ts";
import type { StoppedMark } from "../state/stopped-mark.ts";
import type { Postmaster } from "./postmaster-file.ts";
import type { PostgresServer, StopMode } from "./server.ts";

/** How often to look (ms): cheap where /proc tells, a run of `ps` elsewhere. */
const LOOK_EVERY = process.platform === "linux" ? 250 : 2_000;

/**
 * A server that is started again when it ends and nobody asked for it: somebody killed it, or the machine ran out of
 * memory. A server that was stopped through {@link stop}, here or by an attached process, stays down until it is
 * started.
 */
export class KeptServer implements AsyncDisposable {
  readonly #server: PostgresServer;
  readonly #mark: StoppedMark;
  readonly #log: Logger;
  readonly #end = new AbortController();
  #kept: Promise<void> = Promise.resolve();
  #alive: Postmaster | undefined;
  #stopped = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(server: PostgresServer, mark: StoppedMark, log: Logger) {
    this.#server = server;
    this.#mark = mark;
    this.#log = log;
  }

  /** Starts the server, or takes the live one over, and keeps it. */
  static async start(server: PostgresServer, mark: StoppedMark, log: Logger): Promise<KeptServer> {
    const kept = new KeptServer(server, mark, log);
    await kept.start();
    kept.#kept = kept.#keep();
    return kept;
  }

  /** Starts the server if it does not run, and waits until it accepts connections. */
  start(): Promise<void> {
    return this.#inTurn(() => {
      this.#mark.clear();
      return this.#startNow();
    });
  }

  /** Stops the server and lets it be until {@link start}. */
  stop(mode?: StopMode): Promise<void> {
    return this.#inTurn(() => {
      this.#mark.set();
      return this.#server.stop(mode);
    });
  }

  /** Keeps the server no longer; it goes on running. A start that is under way is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#kept;
    await this.#queue;
  }

  async #keep(): Promise<void> {
    for (let pause = LOOK_EVERY; ; ) {
      await sleep(pause, undefined, { signal: this.#end.signal, ref: false }).catch(() => {});
      if (this.#end.signal.aborted) return;
      pause = (await this.#inTurn(() => this.#look())) ? LOOK_EVERY : Math.min(pause * 2, 30_000);
    }
  }

  /** Starts the server again if it is gone unasked; false when that failed. */
  async #look(): Promise<boolean> {
    if (this.#alive && isAlive(this.#alive)) return true;
    if (this.#end.signal.aborted) return true;
    if (this.#mark.isSet) {
      this.#stopped = true;
      return true;
    }
    const pid = this.#alive?.pid;
    try {
      if (this.#stopped) this.#log.info("starting Postgres again, as asked");
      else this.#log.warn({ pid }, "Postgres ended and nobody stopped it: starting it again");
      await this.#startNow();
      this.#log.info({ pid: this.#alive?.pid }, "Postgres runs again");
      return true;
    } catch (error) {
      if (!this.#end.signal.aborted) this.#log.error({ err: error }, "Postgres could not be started again");
      return false;
    }
  }

  async #startNow(): Promise<void> {
    this.#alive = await this.#server.start(this.#end.signal);
    this.#stopped = false;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }
}
