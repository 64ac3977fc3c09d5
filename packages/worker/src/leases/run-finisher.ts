import { type Finish, type Finished, finishRuns, type Queryable, retrying } from "@holdfast/db";
import type { Logger } from "pino";
import { Batcher } from "./batcher.ts";

/** What a {@link runFinisher} needs. */
export interface RunFinisherOptions {
  db: Queryable;
  logger: Logger;
  signal: AbortSignal;
}

/** Delivers ends of runs in micro-batches, for as long as it takes the database to come back. */
export function runFinisher({ db, logger, signal }: RunFinisherOptions): Batcher<Finish, Finished> {
  return new Batcher<Finish, Finished>({
    async flush(finishes) {
      const answers = await retrying(() => finishRuns(db, finishes), {
        signal,
        logger,
        what: "finish runs",
      });
      const byToken = new Map(answers.map((answer) => [answer.token, answer]));
      return finishes.map(
        ({ token }) =>
          byToken.get(token) ?? {
            token,
            accepted: false,
            state: null,
            reason: "no_answer",
          },
      );
    },
  });
}

/**
 * Delivers one end and logs what came of it. A refused end is logged as fenced: somebody else owns the job now. An end
 * that the database cannot store (a result with a NUL character) is replaced by a failure that says so.
 */
export async function deliverFinish(
  finisher: Batcher<Finish, Finished>,
  finish: Finish,
  logger: Logger,
): Promise<Finished | undefined> {
  let answer: Finished;
  try {
    answer = await finisher.push(finish);
  } catch (error) {
    if (finish.error?.class === "unstorable_result") throw error;
    logger.error({ err: error, run: finish.token }, "the end of a run could not be stored, it is stored as a failure");
    const message = `the result could not be stored: ${(error as Error).message}`;
    const failure = { message, class: "unstorable_result", retry: false };
    return deliverFinish(finisher, { token: finish.token, outcome: "failed", error: failure }, logger);
  }
  if (!answer.accepted) {
    logger.warn(
      { run: finish.token, outcome: finish.outcome, reason: answer.reason },
      "fenced: the run's end was refused",
    );
  }
  return answer;
}
