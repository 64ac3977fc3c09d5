import { call, type Queryable } from "../pool/call.ts";

/** Ends the worker's row after a graceful stop (`holdfast_private.retire_worker`). */
export async function retireWorker(db: Queryable, worker: number): Promise<void> {
  await call(db, "select holdfast_private.retire_worker($1)", [worker]);
}
