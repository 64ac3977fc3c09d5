import { call, callForValue, type Queryable } from "../pool/call.ts";

/**
 * Moves live command leases to this worker (`holdfast_private.adopt_runs`). Returns the tokens of those that moved: a
 * run may have ended meanwhile, or another worker of the host have adopted it.
 */
export async function adoptRuns(db: Queryable, worker: number, tokens: number[]): Promise<number[]> {
  const text = "select token from holdfast_private.adopt_runs($1, $2::bigint[]) as adopted (token)";
  const rows = await call<{ token: number }>(db, text, [worker, tokens]);
  return rows.map(({ token }) => token);
}

/**
 * Says that a worker process is proven dead: its function leases are reaped and re-dispatched in the same transaction,
 * its deliveries return to circulation (`holdfast_private.report_worker_dead`). Returns how many leases were reaped.
 */
export function reportWorkerDead(db: Queryable, worker: number, evidence: string): Promise<number> {
  return callForValue<number>(db, "select holdfast_private.report_worker_dead($1, $2) as value", [worker, evidence]);
}

/**
 * Says that runners are proven dead **and their commands killed**: the runs end `lost`
 * (`holdfast_private.report_runs_lost`). Returns how many runs.
 */
export function reportRunsLost(db: Queryable, tokens: number[], evidence: string): Promise<number> {
  return callForValue<number>(db, "select holdfast_private.report_runs_lost($1::bigint[], $2) as value", [
    tokens,
    evidence,
  ]);
}

/** Says that no process of these lost runs is left on its host (`holdfast_private.orphans_cleared`). */
export function orphansCleared(db: Queryable, runIds: number[]): Promise<number> {
  return callForValue<number>(db, "select holdfast_private.orphans_cleared($1::bigint[]) as value", [runIds]);
}
