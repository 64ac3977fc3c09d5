import type { Finish, Finished } from "../leases/finish-runs.ts";
import { call, type Queryable } from "../pool/call.ts";

/**
 * Ends one run (`holdfast_private.finish_runs` with one element), without a prepared statement: it is called once.
 * Safe to repeat: the same outcome again is accepted again.
 */
export async function finishRun(db: Queryable, finish: Finish): Promise<Finished> {
  const [answer] = await call<Finished & Record<string, unknown>>(
    db,
    "select token, accepted, state, reason from holdfast_private.finish_runs($1::jsonb)",
    [JSON.stringify([finish])],
  );
  if (!answer) throw new Error(`finish_runs did not answer for run ${finish.token}`);
  return { ...answer, token: Number(answer.token) };
}
