import { isConnectionLost, isRefusal, type WorkerVerdict, workerBeat } from "@holdfast/db";
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
// As long as a lease lives: from then on what runs here may be given to others.
const SILENT_FOR = 15_000;

/** One statement per interval keeps the worker and all of its function runs alive, and hears what is asked of them. */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #lastFull = Date.now();
  #lastHeard = Date.now();
  #saidSilent = false;
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
    this.#noticeSilence();
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
      const verdicts = await workerBeat(office.db, office.workerId, beats);
      this.#heard();
      for (const verdict of verdicts) this.#obey(verdict);
    } catch (err) {
      // The next tick tries again; a lease survives two missed beats.
      this.#lastFull = 0;
      if (isRefusal(err, "unknown_worker")) await this.#registerAgain();
      else office.logger[isConnectionLost(err) ? "debug" : "warn"]({ err }, "a heartbeat failed");
    }
  }

  #heard(): void {
    this.#lastHeard = Date.now();
    if (this.#saidSilent) this.#options.office.logger.info("heartbeats are answered again");
    this.#saidSilent = false;
  }

  // Looked at on every tick, because a beat under way may wait for its answer longer than that.
  #noticeSilence(): void {
    if (this.#saidSilent || Date.now() - this.#lastHeard < SILENT_FOR) return;
    this.#saidSilent = true;
    const seconds = Math.round((Date.now() - this.#lastHeard) / 1000);
    this.#options.office.logger.error({ seconds }, "no heartbeat was answered: leases may expire, jobs run elsewhere");
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
