import type { TestDatabase } from "@holdfast/testing";
import { readProcess } from "../../../packages/runner/src/process/process-table.ts";

/** Processor seconds so far, by who used them: the worker process and each kind of database session. */
export type ProcessorTime = Record<string, number>;

/**
 * Reads the processor time of a worker process and of the sessions of a database. On a shared machine it says more than
 * the clock does: it does not grow while others have the processor.
 */
export async function processorTime(database: TestDatabase, worker: number): Promise<Map<number, [string, number]>> {
  const { rows } = await database
    .pool("supabase_admin")
    .query<{ pid: number; name: string }>(
      "select pid, application_name as name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
  const who = new Map(rows.map(({ pid, name }) => [pid, `session: ${name || "graphile-worker"}`]));
  who.set(worker, "worker process");
  return new Map([...who].map(([pid, name]) => [pid, [name, readProcess(pid)?.cpuSeconds ?? 0]]));
}

/** What was used between two readings, summed by who. */
export function usedBetween(
  before: Map<number, [string, number]>,
  after: Map<number, [string, number]>,
): ProcessorTime {
  const used: ProcessorTime = {};
  for (const [pid, [name, seconds]] of after) used[name] = (used[name] ?? 0) + seconds - (before.get(pid)?.[1] ?? 0);
  return used;
}
