import type { Holdfast, Job } from "@holdfast/client";
import { listWorkers, workerState } from "../reads/workers.ts";

/** How long a dispatched job may wait before it is worth asking whether anybody is there to take it, in milliseconds. */
const PATIENCE_MS = 3000;

/** What a person who waits for a job should know: that it waits for them, or that nobody is there to take it. */
export async function whyNothingHappens(holdfast: Holdfast, job: Job): Promise<string | undefined> {
  if (job.state === "awaiting_approval" || job.state === "quarantined") {
    return `job ${job.id} is ${job.state.replace("_", " ")}: see what it needs with: holdfast job ${job.id}`;
  }
  if (!(await isIgnored(holdfast, job))) return undefined;
  return `-- WORKER NOT RUNNING: job ${job.id} waits until one takes it; start one with: holdfast worker`;
}

async function isIgnored(holdfast: Holdfast, job: Job): Promise<boolean> {
  if (job.state !== "dispatched" || Date.now() - Date.parse(job.dispatched_at ?? "") < PATIENCE_MS) return false;
  const workers = await listWorkers(holdfast);
  return !workers.some((worker) => workerState(worker, Date.now()) === "working" && worker.lanes.includes(job.lane));
}
