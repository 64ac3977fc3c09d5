import { call, type Queryable } from "../pool/call.ts";

/** Heartbeat of one function run. */
export interface FunctionBeat {
  token: number;
  /** 0..1 */
  progress?: number | undefined;
  message?: string | undefined;
  /** Cost of the run so far, not since the last beat. */
  cost?: number | undefined;
}

/** What the database asks of a run. */
export type Verdict = "cancel" | "kill" | "stop" | "lost";

/** One line of the answer; `token` null with `drain` is for the worker as a whole. */
export interface WorkerVerdict {
  token: number | null;
  verdict: Verdict | "drain";
}

/**
 * Stamps the worker as alive and heartbeats every function lease it lists (`holdfast_private.worker_beat`). Only what
 * needs attention comes back.
 * @throws HoldfastError `unknown_worker` when the row has ended: register again.
 */
export function workerBeat(db: Queryable, worker: number, beats: FunctionBeat[]): Promise<WorkerVerdict[]> {
  return call<WorkerVerdict & Record<string, unknown>>(
    db,
    "select token, verdict from holdfast_private.worker_beat($1, $2::jsonb)",
    [worker, JSON.stringify(beats)],
  );
}
