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

/**
 * Returns to circulation what is locked by a delivery pool of this process for jobs that the process knows nothing of:
 * they were fetched, but the connection broke before the answer arrived. `known` are the jobs it does know of. Returns
 * how many deliveries. To return too many does no harm: a second delivery of a job is skipped.
 */
export function releaseUnknownDeliveries(db: Queryable, poolId: string, known: number[]): Promise<number> {
  return callForValue<number>(
    db,
    `with released as (
       update graphile_worker._private_jobs
       set locked_by = null, locked_at = null, attempts = greatest(0, attempts - 1)
       where locked_by = $1 and locked_at < now() - interval '2 seconds'
         and (payload ->> 'job')::bigint <> all ($2::bigint[])
       returning id
     )
     select count(*) as value from released`,
    [poolId, known],
  );
}
