import { HoldfastError } from "../errors/holdfast-error.ts";

/** How a job is to run. Whatever is left out comes from its kind, queue and class. */
export interface EnqueueOptions {
  queue?: string | undefined;
  lane?: string | undefined;
  class?: string | undefined;
  name?: string | undefined;
  /** Smaller runs first. */
  priority?: number | undefined;
  labels?: Record<string, string | number | boolean> | undefined;
  /** Not before this moment: a Date or ISO 8601 text. */
  runAt?: Date | string | undefined;
  timeoutSeconds?: number | undefined;
  maxAttempts?: number | undefined;
  /** A repeat of the same key and kind in one workspace returns the job that already exists. */
  idempotencyKey?: string | undefined;
  /** Jobs that share this key never run at the same time. */
  concurrencyKey?: string | undefined;
  venture?: string | undefined;
  /** Ids of jobs that must complete first. */
  dependsOn?: number[] | undefined;
  estCost?: number | undefined;
  paid?: boolean | undefined;
  external?: boolean | undefined;
  trigger?: string | undefined;
}

const COLUMNS: Record<keyof EnqueueOptions, string> = {
  queue: "queue",
  lane: "lane",
  class: "class",
  name: "name",
  priority: "priority",
  labels: "labels",
  runAt: "run_at",
  timeoutSeconds: "timeout_seconds",
  maxAttempts: "max_attempts",
  idempotencyKey: "idempotency_key",
  concurrencyKey: "concurrency_key",
  venture: "venture",
  dependsOn: "depends_on",
  estCost: "est_cost",
  paid: "paid",
  external: "external",
  trigger: "trigger",
};

/**
 * The options as `holdfast.enqueue` reads them: column names, set ones only.
 * Errors: `unknown_option`, `invalid_run_at`. Every other rule is SQL's to judge.
 */
export function toColumns(options: EnqueueOptions): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(COLUMNS, key)) {
      throw new HoldfastError({
        rule: "unknown_option",
        status: 400,
        message: `option "${key}" does not exist`,
        hint: `the options of a job are ${Object.keys(COLUMNS).join(", ")}`,
      });
    }
    if (value === undefined) continue;
    columns[COLUMNS[key as keyof EnqueueOptions]] = value instanceof Date ? isoTime(value) : value;
  }
  return columns;
}

function isoTime(time: Date): string {
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new HoldfastError({
    rule: "invalid_run_at",
    status: 400,
    message: "runAt is not a valid date",
    hint: "pass a valid Date or ISO 8601 text such as 2026-11-20T08:00:00Z",
  });
}
