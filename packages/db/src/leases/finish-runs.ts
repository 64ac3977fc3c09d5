import { call, type Queryable } from "../pool/call.ts";

/** How a run ended. `lost` is said by the database only. */
export type Outcome = "completed" | "failed" | "timed_out" | "canceled" | "stopped";

/** Why a run did not complete. */
export interface RunError {
  message: string;
  /** Groups alike failures and is what a class's rules look at, e.g. `exit_code`, `invalid_payload`. */
  class: string;
  /** False: final, whatever the job's class says. */
  retry?: boolean | undefined;
}

/** The end of one run. */
export interface Finish {
  token: number;
  outcome: Outcome;
  exit_code?: number | undefined;
  signal?: string | undefined;
  result?: unknown;
  error?: RunError | undefined;
  memory_bytes?: number | undefined;
  cpu_seconds?: number | undefined;
  cost?: number | undefined;
  progress?: number | undefined;
}

/** The database's answer to one {@link Finish}. */
export interface Finished {
  token: number;
  /**
   * False with reason `lease_lost`: somebody else owns the job now, and nothing was written. False with reason `busy`:
   * another transaction holds the job's row, and the same end is to be given again a moment later.
   */
  accepted: boolean;
  /** The job's state afterwards. */
  state: string | null;
  reason: string | null;
}

/** Ends runs and decides what is next for their jobs (`holdfast_private.finish_runs`). Safe to repeat. */
export function finishRuns(db: Queryable, finishes: Finish[]): Promise<Finished[]> {
  return call<Finished & Record<string, unknown>>(
    db,
    "select token, accepted, state, reason from holdfast_private.finish_runs($1::jsonb)",
    [JSON.stringify(finishes)],
    "holdfast_finish_runs",
  );
}
