import type { Data } from "../connection/data.ts";
import { HoldfastError, UnreachableError } from "../errors/holdfast-error.ts";
import { type FinishedJob, isFinal, type Job } from "./job.ts";

/** How to wait for a job. */
export interface WaitOptions {
  /** Ends the waiting (not the job): the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Longest pause between two looks, in milliseconds. Default 1000; the first looks come sooner. */
  pollMs?: number | undefined;
  /** Called at every look, with the job as it is. */
  onLook?: ((job: Job) => void) | undefined;
}

/** An outage shorter than this is waited out: a job outlives a restart of the database, so waiting for it does too. */
const PATIENCE_MS = 120_000;

/** One job of the workspace. Errors: `unknown_job`. */
export async function getJob(data: Data, id: number): Promise<Job> {
  const workspaceId = await data.workspaceId();
  const rows = await data.read<Job[]>((db) =>
    db.from("jobs").select("*").eq("workspace_id", workspaceId).eq("id", id).limit(1),
  );
  if (rows[0]) return rows[0];
  throw new HoldfastError({
    rule: "unknown_job",
    status: 404,
    message: `there is no job ${id} in workspace "${data.workspace}"`,
    hint: "list the jobs with `holdfast jobs --all`, or name another workspace",
  });
}

/** Polls a job, from 50 ms with growing pauses up to `pollMs`, until it reaches a final state. */
export async function waitForJob(data: Data, id: number, options: WaitOptions = {}): Promise<FinishedJob> {
  const longest = options.pollMs ?? 1000;
  let pause = Math.min(50, longest);
  let answeredAt: number | undefined;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const job = await getJob(data, id);
      answeredAt = Date.now();
      options.onLook?.(job);
      if (isFinal(job.state)) return job as FinishedJob;
    } catch (error) {
      const passing = error instanceof UnreachableError || (error instanceof HoldfastError && error.status >= 500);
      if (!passing || answeredAt === undefined || Date.now() - answeredAt > PATIENCE_MS) throw error;
    }
    await delay(pause, options.signal);
    pause = Math.min(pause * 1.5, longest);
  }
}

function delay(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
