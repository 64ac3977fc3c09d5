import type { Data } from "../connection/data.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";
import { parsePayload } from "../kinds/check-payload-shape.ts";
import type { KindDefinition } from "../kinds/define-kind.ts";
import type { KindCatalogue } from "../kinds/kind-catalogue.ts";
import { type EnqueueOptions, toColumns } from "./enqueue-options.ts";
import type { Job } from "./job.ts";
import { checkPayload } from "./payload.ts";

/** One job of {@link enqueueMany}: a kind, its payload, and the options of a job beside them. */
export interface NewJob extends EnqueueOptions {
  kind: string | KindDefinition;
  payload?: unknown;
}

/** What became of one job of {@link enqueueMany}, in the order given. */
export interface EnqueuedJob {
  id: number;
  state: string;
  /** True when the idempotency key named a job that was there before. */
  existing: boolean;
  idempotency_key: string | null;
}

/** Jobs per call of `holdfast.enqueue_many`: one statement each, so one lock, one NOTIFY and one trigger for all of them. */
const BATCH = 1000;

/** Checks the payload (typed kind, or the kind's own schema), then calls `holdfast.enqueue`. */
export async function enqueue(
  data: Data,
  kinds: KindCatalogue,
  kind: string | KindDefinition,
  payload: unknown,
  options: EnqueueOptions,
): Promise<Job> {
  const columns = toColumns(options);
  const checked = await preparePayload(kinds, kind, payload);
  return data.callRow<Job>("enqueue", {
    p_workspace: data.workspace,
    p_kind: nameOf(kind),
    p_payload: checked,
    p_options: columns,
  });
}

/**
 * Checks every payload first, then sends `holdfast.enqueue_many` in batches of 1000. Each batch is one transaction: when
 * a later batch is refused the earlier ones stand, and the error says how many; with idempotency keys a repeat is safe.
 */
export async function enqueueMany(data: Data, kinds: KindCatalogue, jobs: readonly NewJob[]): Promise<EnqueuedJob[]> {
  const rows: Record<string, unknown>[] = [];
  for (const [index, { kind, payload, ...options }] of jobs.entries()) {
    try {
      rows.push({ ...toColumns(options), kind: nameOf(kind), payload: await preparePayload(kinds, kind, payload) });
    } catch (error) {
      throw at(index, error);
    }
  }
  const done: EnqueuedJob[] = [];
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH);
    try {
      const rows = await data.call<EnqueuedJob[]>("enqueue_many", { p_workspace: data.workspace, p_jobs: batch });
      done.push(...inOrder(batch, rows));
    } catch (error) {
      throw start === 0 ? error : partly(done.length, error);
    }
  }
  return done;
}

/** SQL answers by id; the caller asked in another order, and a key that is repeated has one job for all its places. */
function inOrder(batch: readonly Record<string, unknown>[], rows: readonly EnqueuedJob[]): EnqueuedJob[] {
  const plain = rows.filter((row) => row.idempotency_key === null).values();
  const keyed = new Map<string, EnqueuedJob[]>();
  for (const row of rows) {
    if (row.idempotency_key !== null) {
      keyed.set(row.idempotency_key, [...(keyed.get(row.idempotency_key) ?? []), row]);
    }
  }
  return batch.flatMap((job) => {
    if (job.idempotency_key === undefined) return plain.next().value ?? [];
    const candidates = keyed.get(String(job.idempotency_key)) ?? [];
    return (candidates.length > 1 ? candidates.shift() : candidates[0]) ?? [];
  });
}

async function preparePayload(kinds: KindCatalogue, kind: string | KindDefinition, payload: unknown): Promise<unknown> {
  const name = nameOf(kind);
  const given = payload === undefined ? {} : payload;
  checkPayload(name, given);
  if (typeof kind !== "string") return parsePayload(name, kind.payload, given);
  const schema = await kinds.schemaOf(name);
  // The schema only judges: what is sent stays as the caller wrote it, defaults are the handler's to fill in.
  if (schema) parsePayload(name, schema, given);
  return given;
}

function nameOf(kind: string | KindDefinition): string {
  return typeof kind === "string" ? kind : kind.kind;
}

function at(index: number, error: unknown): unknown {
  if (!(error instanceof HoldfastError)) return error;
  return new HoldfastError({
    rule: error.rule,
    status: error.status,
    message: `job ${index} of the list: ${error.message}`,
    hint: error.hint,
    cause: error,
  });
}

function partly(count: number, error: unknown): unknown {
  if (!(error instanceof HoldfastError)) return error;
  return new HoldfastError({
    rule: error.rule,
    status: error.status,
    message: `the first ${count} jobs are enqueued, the rest are not: ${error.message}`,
    hint: error.hint,
    cause: error,
  });
}
