import { call, type Queryable } from "../pool/call.ts";

/** Whether a run still holds its lease. */
export interface RunState {
  token: number;
  /** Null while the run holds its lease. */
  outcome: string | null;
  job_state: string;
}

/** What became of runs (`holdfast_private.run_states`). */
export function runStates(db: Queryable, tokens: number[]): Promise<RunState[]> {
  return call<RunState & Record<string, unknown>>(db, "select * from holdfast_private.run_states($1::bigint[])", [
    tokens,
  ]);
}
