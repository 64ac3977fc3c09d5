import type { TestDatabase } from "@holdfast/testing";
import { type ProcessorTime, processorTime, usedBetween } from "./processor-time.ts";
import { WorkerProcess } from "./worker-process.ts";

/** What one worker process made of the jobs that were waiting for it. */
export interface Round {
  perSecond: number;
  used: ProcessorTime;
}

/** Starts a worker process over queued jobs; measures from the first job's start until nothing `remaining` has a row. */
export async function measure(
  program: string,
  database: TestDatabase,
  url: string,
  jobs: number,
  settings: Record<string, string>,
  remaining: string,
): Promise<Round> {
  const flags = process.env.BENCH_FLAGS?.split(" ") ?? [];
  await using worker = await WorkerProcess.start(program, { HOLDFAST_DATABASE_URL: url, ...settings }, flags);
  const last = worker.hear("last");
  const first = await worker.hear<number>("first");
  const before = await processorTime(database, worker.pid);
  await last;
  while ((await database.pool().query(`${remaining} limit 1`)).rowCount !== 0) {}
  const perSecond = (jobs / (performance.timeOrigin + performance.now() - first)) * 1_000;
  return { perSecond, used: usedBetween(before, await processorTime(database, worker.pid)) };
}
