import { setTimeout as delay } from "node:timers/promises";
import { backoff, type Finish, type Finished, isUnstorable } from "@holdfast/db";
import type { WorkerOffice } from "../worker-office.ts";

/** What {@link deliverFinish} needs of the office. */
export type FinishOffice = Pick<WorkerOffice, "finisher" | "logger" | "signal">;

// The job's row is held by a transaction of somebody else, which takes milliseconds.
const BUSY_FOR = 200;
const UNSTORABLE = "unstorable_result";

/**
 * Delivers one end and logs what came of it. A refused end is logged as fenced: somebody else owns the job now.
 *
 * An end that the database can never store (a result with a NUL character) is replaced by a failure that says so. Work
 * that was done is not given up for less: whatever else stands in the way (a busy job, a full disk, a timeout) is waited
 * out, and the same end pushed again, until the office's signal is aborted; the other ends of a batch do not wait for it.
 */
export async function deliverFinish(office: FinishOffice, finish: Finish): Promise<Finished> {
  const { finisher, logger, signal } = office;
  for (let attempt = 1; ; attempt++) {
    let pause = BUSY_FOR;
    try {
      const answer = await finisher.push(finish);
      if (answer.reason !== "busy" || answer.accepted) return told(answer, finish, office);
    } catch (error) {
      signal.throwIfAborted();
      if (isUnstorable(error)) {
        if (finish.error?.class === UNSTORABLE) throw error;
        logger.error({ err: error, run: finish.token }, "the end of a run cannot be stored, it is stored as a failure");
        return deliverFinish(office, unstorable(finish.token, error));
      }
      // The first failure and then every tenth: what lasts for minutes must not fill the log.
      if (attempt === 1 || attempt % 10 === 0) {
        logger.warn({ err: error, run: finish.token, attempt }, "the end of a run was not stored, will try again");
      }
      pause = backoff(attempt, 100, 5_000);
    }
    await delay(pause, undefined, { signal });
  }
}

function told(answer: Finished, finish: Finish, { logger }: FinishOffice): Finished {
  if (!answer.accepted) {
    logger.warn(
      { run: finish.token, outcome: finish.outcome, reason: answer.reason },
      "fenced: the run's end was refused",
    );
  }
  return answer;
}

function unstorable(token: number, error: unknown): Finish {
  const message = `the result could not be stored: ${(error as Error).message}`;
  return { token, outcome: "failed", error: { message, class: UNSTORABLE, retry: false } };
}
