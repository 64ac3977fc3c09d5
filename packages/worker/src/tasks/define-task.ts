import type { Logger } from "pino";
import type { z } from "zod";

/** A job as its handler sees it. */
export interface TaskJob<P> {
  id: number;
  kind: string;
  /** The payload after the task's schema has parsed it. */
  payload: P;
  name: string | null;
  /** 1 for the first attempt. */
  attempt: number;
  workspace: string;
  queue: string;
  lane: string;
  labels: Record<string, unknown>;
  idempotencyKey: string | null;
}

/** What a cost was paid in, and how it is known. */
export interface CostDetails {
  /** Default `usd`. */
  unit?: string;
  /** Where the figure comes from, e.g. `provider-invoice`. */
  source?: string;
}

/** What a handler may use while it runs. */
export interface TaskContext {
  /**
   * Aborted by cancel, kill, stop, timeout, a lost lease and the worker's shutdown; `signal.reason.verdict` says which.
   * A handler that goes on for 10 s after that is given up: its result is no longer accepted.
   */
  readonly signal: AbortSignal;
  /** A pino child that carries job, run and worker. */
  readonly log: Logger;
  /** The lease token (the run's id). Pass it to what must refuse a late writer. */
  readonly token: number;
  readonly attempt: number;
  /** Reports progress from 0 to 1, and optionally what is being done. Throws RangeError outside 0..1. */
  progress(fraction: number, message?: string): void;
  /** Adds to the run's cost. Throws RangeError when the amount is negative or not finite. */
  cost(amount: number, details?: CostDetails): void;
}

/** How {@link defineTask} is told about a task. */
export interface TaskOptions<S extends z.ZodType> {
  /** The job kind, e.g. `send_invoice`; lowercase letters, digits, `_`, `-`, `.` and `:`. */
  kind: string;
  /** Parses the payload. A job whose payload does not match fails at once, without retry. */
  payload: S;
  /** Defaults for jobs of this kind; the database's own defaults when left out. */
  queue?: string;
  lane?: string;
  class?: string;
  timeoutSeconds?: number;
  description?: string;
  /** Does the work. What it returns becomes the job's `result` (JSON). Throwing fails the attempt. */
  run(job: TaskJob<z.output<S>>, ctx: TaskContext): unknown;
}

/** A task with its payload type erased: what a worker holds. */
export interface Task {
  readonly kind: string;
  readonly payload: z.ZodType;
  readonly queue?: string | undefined;
  readonly lane?: string | undefined;
  readonly class?: string | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly description?: string | undefined;
  run(job: TaskJob<unknown>, ctx: TaskContext): unknown;
}

const KIND = /^[a-z][a-z0-9_.:-]{0,62}$/;

/**
 * Declares the handler of one job kind.
 *
 * @example
 * export default defineTask({
 *   kind: "hello",
 *   payload: z.object({ name: z.string() }),
 *   run: (job, ctx) => `hello ${job.payload.name}`,
 * });
 * @throws TypeError when the kind is not a name or `payload` is not a zod schema.
 */
export function defineTask<S extends z.ZodType>(options: TaskOptions<S>): Task {
  if (typeof options.kind !== "string" || !KIND.test(options.kind)) {
    throw new TypeError(
      `defineTask: kind ${JSON.stringify(options.kind)} is not a name: begin with a-z, then a-z, 0-9, _ - . : (63 characters at most)`,
    );
  }
  if (typeof options.payload?.safeParse !== "function") {
    throw new TypeError(`defineTask: payload of kind "${options.kind}" must be a zod schema, e.g. z.object({})`);
  }
  if (typeof options.run !== "function") {
    throw new TypeError(`defineTask: run of kind "${options.kind}" must be a function`);
  }
  return options as unknown as Task;
}

/** Whether a value has the shape that {@link defineTask} returns. */
export function isTask(value: unknown): value is Task {
  if (typeof value !== "object" || value === null) return false;
  const { kind, payload, run } = value as Record<string, unknown>;
  return typeof kind === "string" && typeof run === "function" && typeof payload === "object" && payload !== null;
}
