import { call, callForValue, type Queryable } from "../pool/call.ts";

/**
 * Takes or renews the leader lease; false while somebody else holds it (`holdfast_private.lead`).
 * @param ttlSeconds how long the lease lives without being renewed.
 */
export function lead(db: Queryable, supervisor: string, ttlSeconds: number): Promise<boolean> {
  return callForValue<boolean>(db, "select holdfast_private.lead($1, $2) as value", [supervisor, ttlSeconds]);
}

/** Gives the leader lease up, so that a standby need not wait for it to expire (`holdfast_private.resign`). */
export async function resign(db: Queryable, supervisor: string): Promise<void> {
  await call(db, "select holdfast_private.resign($1)", [supervisor]);
}
