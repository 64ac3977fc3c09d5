import { isDeepStrictEqual } from "node:util";
import type { EnqueueOptions, Holdfast, Job } from "@holdfast/client";
import { type Context, note } from "../context.ts";
import { printable } from "../terminal/printable.ts";

/** Fields of a command's payload that follow the terminal it was typed on: no difference in what is asked for. */
const OF_THE_TERMINAL = new Set(["pty", "columns", "rows"]);

/** Enqueues a job; says so when its idempotency key leads to one that exists, for then nothing new is run. */
export async function enqueueOnce(
  context: Context,
  holdfast: Holdfast,
  kind: string,
  payload: unknown,
  how: EnqueueOptions,
): Promise<Job> {
  const before = how.idempotencyKey === undefined ? undefined : await findByKey(holdfast, kind, how.idempotencyKey);
  const job = await holdfast.enqueue(kind, payload, how);
  if (job.id === before) {
    note(
      context,
      `job ${job.id} exists already under this key, and is ${job.state.replace("_", " ")}: nothing new is run`,
    );
    if (!sameWork(job.payload, payload)) note(context, `  it was enqueued with another payload: ${work(job)}`);
  }
  return job;
}

/** What a job does, for one line: a command's arguments, else its payload. */
export function work(job: Job): string {
  const { argv } = (job.payload ?? {}) as { argv?: unknown };
  return printable(Array.isArray(argv) ? argv.join(" ") : JSON.stringify(job.payload));
}

async function findByKey(holdfast: Holdfast, kind: string, key: string): Promise<number | undefined> {
  const workspaceId = await holdfast.data.workspaceId();
  const rows = await holdfast.data.read<{ id: number }[]>((db) =>
    db.from("jobs").select("id").eq("workspace_id", workspaceId).eq("kind", kind).eq("idempotency_key", key).limit(1),
  );
  return rows[0]?.id;
}

function sameWork(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(stripped(one), stripped(other));
}

// Through JSON: what was stored has lost what JSON cannot say.
function stripped(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload ?? {}), (key, value) => (OF_THE_TERMINAL.has(key) ? undefined : value));
}
