import { performance } from "node:perf_hooks";
import type { FunctionBeat } from "@holdfast/db";
import type { Ending } from "./ending.ts";
import type { FunctionRun } from "./function-run.ts";

/** How long a handler may go on after its signal was aborted, milliseconds. */
const GRACE = 10_000;
const WATCH_EVERY = 100;

/**
 * The function runs under way in this process. One interval watches all their timeouts: a timer for each would cost
 * more than many of the jobs.
 */
export class FunctionRuns implements Disposable {
  readonly #runs = new Map<number, FunctionRun>();
  readonly #timer: NodeJS.Timeout;
  readonly #grace: number;

  constructor(grace = GRACE) {
    this.#grace = grace;
    this.#timer = setInterval(() => this.#watch(), WATCH_EVERY).unref();
  }

  get size(): number {
    return this.#runs.size;
  }

  add(run: FunctionRun): void {
    this.#runs.set(run.token, run);
  }

  delete(run: FunctionRun): void {
    this.#runs.delete(run.token);
  }

  has(token: number): boolean {
    return this.#runs.has(token);
  }

  /** Tells one run to end; false when it is not here. */
  end(token: number, ending: Ending): boolean {
    const run = this.#runs.get(token);
    run?.end(ending, performance.now());
    return run !== undefined;
  }

  /** Tells every run to end. */
  endAll(ending: Ending): void {
    for (const run of this.#runs.values()) run.end(ending, performance.now());
  }

  /** Gives up every handler that is still going. */
  abandonAll(): void {
    for (const run of this.#runs.values()) run.abandon();
  }

  /** Heartbeats of all runs, or of those with news only. */
  beats(which: "all" | "news"): FunctionBeat[] {
    const beats: FunctionBeat[] = [];
    for (const run of this.#runs.values()) {
      if (which === "all" || run.dirty) beats.push(run.beat());
    }
    return beats;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #watch(): void {
    const now = performance.now();
    for (const run of this.#runs.values()) {
      if (now >= run.deadline) run.end("timeout", now);
      if (now - run.endedAt >= this.#grace) run.abandon();
    }
  }
}
