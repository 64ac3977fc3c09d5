import { callForValue, type Queryable } from "../pool/call.ts";

/**
 * Returns to circulation what a delivery pool of this process still holds locked in graphile-worker, after that pool
 * ended without doing so itself (it does when the connection breaks). Returns how many deliveries.
 */
export function releaseDeliveries(db: Queryable, poolId: string): Promise<number> {
  return callForValue<number>(
    db,
    `with released as (
       update graphile_worker._private_jobs
       set locked_by = null, locked_at = null, attempts = greatest(0, attempts - 1)
       where locked_by = $1
       returning id
     )
     select count(*) as value from released`,
    [poolId],
  );
}
