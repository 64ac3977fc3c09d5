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
