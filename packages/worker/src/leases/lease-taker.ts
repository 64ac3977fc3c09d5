import { isRefusal, type Lease, type Queryable, retrying, takeLeases } from "@holdfast/db";
import type { Logger } from "pino";
import type { Registration } from "../registration.ts";
import { Batcher } from "./batcher.ts";

/** What a {@link leaseTaker} needs. */
export interface LeaseTakerOptions {
  db: Queryable;
  logger: Logger;
  signal: AbortSignal;
  registration: Registration;
}

/** Takes leases in micro-batches; `undefined` when the job is no longer ours to run. */
export function leaseTaker(options: LeaseTakerOptions): Batcher<number, Lease | undefined> {
  const { db, logger, signal, registration } = options;
  return new Batcher<number, Lease | undefined>({
    async flush(jobs) {
      const leases = await retrying(() => take(jobs), {
        signal,
        logger,
        what: "take leases",
      });
      const byJob = new Map(leases.map((lease) => [lease.job_id, lease]));
      return jobs.map((job) => {
        const lease = byJob.get(job);
        // A job delivered twice within one batch must not run twice.
        byJob.delete(job);
        return lease;
      });
    },
  });

  async function take(jobs: number[]): Promise<Lease[]> {
    try {
      return await takeLeases(db, registration.id, jobs);
    } catch (error) {
      if (!isRefusal(error, "unknown_worker")) throw error;
      await registration.again();
      return takeLeases(db, registration.id, jobs);
    }
  }
}
