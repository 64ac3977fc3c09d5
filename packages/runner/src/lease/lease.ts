import { beatLease, type LeaseVerdict, type RunBeat } from "@holdfast/db/runs";
import type { RunSpec } from "../spec/run-spec.ts";
import type { Connection } from "./connection.ts";

/** What a lease needs from its run. */
export interface LeaseOptions {
  /** Figures for the next heartbeat. */
  readonly figures: () => RunBeat;
  /** Called for every verdict other than `keep`; may be called more than once with the same one. */
  readonly onVerdict: (verdict: Exclude<LeaseVerdict, "keep">) => void;
}

// Live progress is worth a heartbeat of its own, but not more than one a second.
const soonMilliseconds = 1_000;

/** Keeps the lease of the run by heartbeats, and passes on what the database answers. */
export class Lease {
  readonly token: number;
  readonly #spec: RunSpec;
  readonly #connection: Connection;
  readonly #options: LeaseOptions;
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<LeaseVerdict> | null = null;
  #again = false;
  #lastBeat = Number.NEGATIVE_INFINITY;
  #stopped = false;
  #soon = false;
  /** There was something new to tell while a heartbeat was under way. */
  #news = false;

  constructor(spec: RunSpec, connection: Connection, options: LeaseOptions) {
    this.token = spec.token;
    this.#spec = spec;
    this.#connection = connection;
    this.#options = options;
  }

  /** Begins the regular heartbeats. */
  start(): void {
    this.#schedule(this.#spec.heartbeat_seconds * 1000);
  }

  /** Ends the heartbeats. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /**
   * Beats now. While a heartbeat is under way, one more follows it: what made the caller ask may be newer than what the
   * one under way was told.
   */
  async beat(): Promise<LeaseVerdict> {
    if (this.#beating) {
      this.#again = true;
      await this.#beating.catch(() => {});
    }
    this.#again = false;
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = null;
      if (!this.#stopped && !this.#again) this.#schedule(this.#spec.heartbeat_seconds * 1000);
      if (this.#news) this.beatSoon();
    });
    return this.#beating;
  }

  /** Beats within a second: there is something new to tell. */
  beatSoon(): void {
    // The one under way may have been told before: another follows it.
    this.#news = this.#beating !== null;
    if (this.#news) return;
    const wait = Math.max(0, this.#lastBeat + soonMilliseconds - performance.now());
    this.#schedule(Math.min(wait, this.#spec.heartbeat_seconds * 1000), true);
  }

  async #beatOnce(): Promise<LeaseVerdict> {
    this.#lastBeat = performance.now();
    // A third of the ttl without an answer is a dead connection: there must be time for another try before the lease expires.
    const timeoutMilliseconds = Math.max(1_000, (this.#spec.ttl_seconds * 1000) / 3);
    const verdict = await this.#connection.call(
      "heartbeat",
      (client) => beatLease(client, this.token, this.#options.figures()),
      { timeoutMilliseconds },
    );
    if (verdict !== "keep" && !this.#stopped) this.#options.onVerdict(verdict);
    return verdict;
  }

  #schedule(milliseconds: number, sooner = false): void {
    if (this.#stopped || (sooner && this.#soon)) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#soon = sooner;
    this.#timer = setTimeout(() => {
      this.#soon = false;
      this.beat().catch(() => this.#schedule(this.#spec.heartbeat_seconds * 1000));
    }, milliseconds);
  }
}
