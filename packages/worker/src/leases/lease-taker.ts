import { isRefusal, type Lease, type Queryable, retrying, takeLeases } from "@holdfast/db";
import type { Logger } from "pino";
import { Batcher } from "./batcher.ts";

/** What a {@link leaseTaker} needs. */
export interface LeaseTakerOptions {
  db: Queryable;
  logger: Logger;
  signal: AbortSignal;
  /** The id of this worker's row; it changes when the worker has to register again. */
  workerId(): number;
  /** Called when the database has ended the worker's row. */
  registerAgain(): Promise<void>;
}

/** Takes leases in micro-batches; `undefined` when the job is no longer ours to run. */
export function leaseTaker(options: LeaseTakerOptions): Batcher<number, Lease | undefined> {
  const { db, logger, signal } = options;
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
      return await takeLeases(db, options.workerId(), jobs);
    } catch (error) {
      if (!isRefusal(error, "unknown_worker")) throw error;
      await options.registerAgain();
      return takeLeases(db, options.workerId(), jobs);
    }
  }
}
