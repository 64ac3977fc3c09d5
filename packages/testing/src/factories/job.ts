import type { TestDatabase } from "../cluster/index.ts";
import { type TestWorker, worker } from "./worker.ts";

/** Every state a job can be in. */
export const JOB_STATES = [
  "awaiting_approval",
  "blocked",
  "queued",
  "dispatched",
  "running",
  "retrying",
  "quarantined",
  "completed",
  "failed",
  "timed_out",
  "canceled",
] as const;

/** A state a job can be in. */
export type JobState = (typeof JOB_STATES)[number];

/** How {@link job} makes its job. */
export interface JobSpec {
  /** Default: dispatched. */
  state?: JobState;
  /** Slug. Default: local. */
  workspace?: string;
  /** Default: the function kind `hello`, which is registered when it is missing. */
  kind?: string;
  payload?: unknown;
  /** Other columns, as `holdfast.enqueue` takes them. */
  options?: Record<string, unknown>;
  /** Who runs it, where it must run. Default: a worker of its own. */
  by?: TestWorker;
}

const FAR = "2030-01-01T00:00:00Z";

/**
 * Brings a job into a state by the functions that bring jobs there in earnest, so that everything the state implies
 * (lease, runs, timestamps, graphile-worker's row, events) holds. Returns its id.
 */
export async function job(db: TestDatabase, spec: JobSpec = {}): Promise<number> {
  const state = spec.state ?? "dispatched";
  if (state === "blocked") {
    const parent = await enqueue(db, spec, { run_at: FAR });
    return enqueue(db, spec, { depends_on: [parent] });
  }
  if (state === "queued") return enqueue(db, spec, { run_at: FAR });
  if (state === "awaiting_approval") return enqueue(db, spec, { class: "approval_required" });
  const id = await enqueue(db, spec, EXTRAS[state] ?? {});
  if (state === "dispatched") return id;
  if (state === "canceled") {
    await db
      .pool()
      .query("select holdfast.act($1, 'cancel', 'job', jsonb_build_object('job', $2::bigint))", [
        spec.workspace ?? "local",
        id,
      ]);
    return id;
  }
  const by = spec.by ?? (await worker(db));
  const token = await by.takeOne(id);
  if (state === "running") return id;
  if (state === "quarantined") {
    await db.pool("holdfast_worker").query("select holdfast_private.report_runs_lost($1, 'test')", [[token]]);
    return id;
  }
  const outcome = state === "retrying" ? "failed" : state;
  await by.finish({ token, outcome, error: outcome === "completed" ? undefined : { message: "boom", class: "test" } });
  return id;
}

/** What makes the end certain: no attempt left, or a class that quarantines at the first loss. */
const EXTRAS: Partial<Record<JobState, Record<string, unknown>>> = {
  failed: { max_attempts: 1 },
  timed_out: { max_attempts: 1 },
  quarantined: { class: "large" },
};

/** Enqueues by `holdfast.enqueue` as postgres; returns the id. */
export async function enqueue(
  db: TestDatabase,
  spec: Pick<JobSpec, "workspace" | "kind" | "payload" | "options"> = {},
  extra: Record<string, unknown> = {},
): Promise<number> {
  if (spec.kind === undefined) await registerKinds(db, "hello");
  const { rows } = await db
    .pool()
    .query("select (holdfast.enqueue($1, $2, $3, $4)).id", [
      spec.workspace ?? "local",
      spec.kind ?? "hello",
      JSON.stringify(spec.payload ?? {}),
      JSON.stringify({ ...extra, ...spec.options }),
    ]);
  return rows[0].id as number;
}

const registered = new Map<string, Set<string>>();

/** Registers function kinds, as a worker does when it starts. Repeats cost nothing. */
export async function registerKinds(db: TestDatabase, ...names: string[]): Promise<void> {
  const known = registered.get(db.name) ?? new Set();
  registered.set(db.name, known);
  const missing = names.filter((name) => !known.has(name));
  if (missing.length === 0) return;
  await db
    .pool("holdfast_worker")
    .query("select holdfast_private.register_kinds($1)", [JSON.stringify(missing.map((name) => ({ name })))]);
  for (const name of missing) known.add(name);
}
