import { isRefusal, type WorkerVerdict, workerBeat } from "@holdfast/db";
import type { Registration } from "../registration.ts";
import type { WorkerOffice } from "../worker-office.ts";

/** What a {@link Heartbeat} needs beside the office. */
export interface HeartbeatOptions {
  office: WorkerOffice;
  /** Milliseconds between two heartbeats of everything. */
  every: number;
  registration: Registration;
  onDrain(): void;
}

// News (progress, cost) need not wait for the next full heartbeat.
const NEWS_EVERY = 1_000;

/** One statement per interval keeps the worker and all of its function runs alive, and hears what is asked of them. */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #lastFull = Date.now();
  #underWay: Promise<void> | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), Math.min(NEWS_EVERY, options.every));
  }

  /** Beats now; used after a reconnect, when orders may have gone unheard. */
  beatNow(): void {
    this.#lastFull = 0;
    this.#tick();
  }

  /** Waits for a beat under way. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (this.#underWay) return;
    this.#underWay = this.#beat().finally(() => {
      this.#underWay = undefined;
    });
  }

  async #beat(): Promise<void> {
    const { office, every } = this.#options;
    const now = Date.now();
    const full = now - this.#lastFull >= every;
    const beats = office.functions.beats(full ? "all" : "news");
    if (!full && beats.length === 0) return;
    if (full) this.#lastFull = now;
    try {
      for (const verdict of await workerBeat(office.db, office.workerId, beats)) this.#obey(verdict);
    } catch (err) {
      // The next tick tries again; a lease survives two missed beats.
      this.#lastFull = 0;
      if (isRefusal(err, "unknown_worker")) await this.#registerAgain();
      else office.logger.debug({ err }, "a heartbeat failed");
    }
  }

  #obey({ token, verdict }: WorkerVerdict): void {
    const { office, onDrain } = this.#options;
    if (verdict === "drain") onDrain();
    else if (token !== null && !office.functions.end(token, verdict)) void office.commands.wake(token);
  }

  async #registerAgain(): Promise<void> {
    const { office, registration } = this.#options;
    try {
      await registration.again();
    } catch (err) {
      office.logger.warn({ err }, "the worker could not be registered again");
    }
  }
}
