import { type Holdfast, HoldfastError, isFinal, type Job, UnreachableError } from "@holdfast/client";
import { type Run, runsOf } from "../reads/run.ts";
import { type OutputPiece, OutputReader } from "./output-reader.ts";

/** What a follower is told. */
export interface Follower {
  /** Output, in order within each stream. */
  onOutput(piece: OutputPiece): Promise<void> | void;
  /** The job and its latest run, at every look. */
  onLook?(job: Job, run: Run | undefined): Promise<void> | void;
  /** A run ended and the job goes on: another attempt, or a wait for a person. */
  onRunEnd?(job: Job, run: Run): void;
  /** The Data API does not answer; tried again until `patienceMs` is over. */
  onOutage?(error: HoldfastError): void;
}

/** How to follow. */
export interface FollowOptions {
  signal?: AbortSignal;
  /** Follow this run only, and end with it. */
  runId?: number;
  /** How long an outage is waited out, in milliseconds. Default five minutes. */
  patienceMs?: number;
}

const BUSY_MS = 120;
const IDLE_MS = 500;

/** Follows a job through all its runs until it is final, reading output by offset. Rejects with the signal's reason. */
export async function followJob(
  holdfast: Holdfast,
  jobId: number,
  follower: Follower,
  options: FollowOptions = {},
): Promise<{ job: Job; run: Run | undefined }> {
  const readers = new Map<number, OutputReader>();
  const ended = new Set<number>();
  let answeredAt = Date.now();
  for (;;) {
    options.signal?.throwIfAborted();
    let busy = false;
    try {
      const job = await holdfast.get(jobId);
      // Read after the job: when the job is final, its runs are too, so nothing is missed at the end.
      const runs = (await runsOf(holdfast, jobId)).filter((run) => !options.runId || run.id === options.runId);
      answeredAt = Date.now();
      for (const run of runs) {
        if (ended.has(run.id)) continue;
        const reader = readers.get(run.id) ?? new OutputReader(holdfast, run.id);
        readers.set(run.id, reader);
        for await (const piece of reader.readUpTo(run)) {
          busy = true;
          await follower.onOutput(piece);
          options.signal?.throwIfAborted();
        }
        if (run.finished_at === null) continue;
        ended.add(run.id);
        if (!isFinal(job.state)) follower.onRunEnd?.(job, run);
      }
      const run = runs.at(-1);
      await follower.onLook?.(job, run);
      if (isFinal(job.state) || (options.runId && run?.finished_at)) return { job, run };
    } catch (error) {
      if (!isOutage(error) || Date.now() - answeredAt > (options.patienceMs ?? 300_000)) throw error;
      follower.onOutage?.(error);
    }
    await pause(busy ? BUSY_MS : IDLE_MS, options.signal);
  }
}

function isOutage(error: unknown): error is HoldfastError {
  return error instanceof UnreachableError || (error instanceof HoldfastError && error.status >= 500);
}

/** Waits, or rejects with the signal's reason. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
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
