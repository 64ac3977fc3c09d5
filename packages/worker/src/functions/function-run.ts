import type { FunctionBeat, Lease } from "@holdfast/db";
import type { Logger } from "pino";
import type { CostDetails, TaskContext } from "../tasks/define-task.ts";
import { type Ending, RunAborted } from "./ending.ts";

/** One function run in this process, and the context its handler sees. Everything costly is made on first use. */
export class FunctionRun implements TaskContext {
  readonly lease: Lease;
  /** Milliseconds on the monotonic clock; infinite without a timeout. */
  readonly deadline: number;
  /** When the run was told to end, on the monotonic clock. */
  endedAt = Number.POSITIVE_INFINITY;
  ending: Ending | undefined;
  /** Whether there is news for the next heartbeat. */
  dirty = false;
  #fraction: number | undefined;
  #message: string | undefined;
  #cost: number | undefined;
  #controller: AbortController | undefined;
  #log: Logger | undefined;
  #abandon: (() => void) | undefined;
  readonly #parentLog: Logger;

  constructor(lease: Lease, parentLog: Logger, startedAt: number) {
    this.lease = lease;
    this.#parentLog = parentLog;
    this.deadline = lease.timeout_seconds ? startedAt + lease.timeout_seconds * 1000 : Number.POSITIVE_INFINITY;
  }

  get token(): number {
    return this.lease.token;
  }

  get attempt(): number {
    return this.lease.attempt;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.ending) this.#controller.abort(new RunAborted(this.ending));
    }
    return this.#controller.signal;
  }

  get log(): Logger {
    this.#log ??= this.#parentLog.child({
      job: this.lease.job_id,
      run: this.lease.token,
      kind: this.lease.kind,
    });
    return this.#log;
  }

  get totalCost(): number | undefined {
    return this.#cost;
  }

  progress(fraction: number, message?: string): void {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new RangeError(`ctx.progress: ${fraction} is not between 0 and 1`);
    }
    this.#fraction = fraction;
    if (message !== undefined) this.#message = message;
    this.dirty = true;
  }

  cost(amount: number, details: CostDetails = {}): void {
    if (!(Number.isFinite(amount) && amount >= 0)) {
      throw new RangeError(`ctx.cost: ${amount} is not a finite amount of zero or more`);
    }
    this.#cost = (this.#cost ?? 0) + amount;
    this.dirty = true;
    this.log.debug({ amount, ...details }, "cost");
  }

  /** Tells the run to end. The first reason stays, but a lost lease or a kill overrides a milder one. */
  end(ending: Ending, now: number): void {
    if (this.ending === ending || this.ending === "lost") return;
    if (this.ending !== undefined && ending !== "lost" && ending !== "kill") return;
    this.ending = ending;
    this.endedAt = Math.min(this.endedAt, now);
    this.#controller?.abort(new RunAborted(ending));
    if (ending === "kill") this.abandon();
  }

  /** Called once with what to do when the handler is given up. */
  onAbandon(abandon: () => void): void {
    this.#abandon = abandon;
  }

  /** Gives the handler up: the run ends now, the handler's later result is ignored. */
  abandon(): void {
    const abandon = this.#abandon;
    this.#abandon = undefined;
    abandon?.();
  }

  /** The heartbeat to send, with the news since the last one. */
  beat(): FunctionBeat {
    this.dirty = false;
    return {
      token: this.token,
      progress: this.#fraction,
      message: this.#message,
      cost: this.#cost,
    };
  }
}
