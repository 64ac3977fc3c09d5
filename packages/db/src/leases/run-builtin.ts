import { callForValue, type Queryable } from "../pool/call.ts";

/**
 * Does the work of a built-in kind for the run that holds this lease, and returns the job's result
 * (`holdfast_private.run_builtin`).
 * @throws HoldfastError `lease_lost`
 */
export function runBuiltin(db: Queryable, token: number): Promise<Record<string, unknown>> {
  return callForValue<Record<string, unknown>>(db, "select holdfast_private.run_builtin($1) as value", [token]);
}
