import { type Queryable, registerWorker, type WorkerIdentity } from "@holdfast/db";
import type { Logger } from "pino";
import { reportToKeeper } from "./keeper/report-to-keeper.ts";

/** The worker's row: made at the start, and made again should the database have ended it. The keeper is told its id. */
export class Registration {
  readonly #db: Queryable;
  readonly #logger: Logger;
  readonly #identity: WorkerIdentity;
  #id = 0;
  #underWay: Promise<void> | undefined;

  constructor(db: Queryable, logger: Logger, identity: WorkerIdentity) {
    this.#db = db;
    this.#logger = logger;
    this.#identity = identity;
  }

  /** Id of the row; 0 before the first registration. */
  get id(): number {
    return this.#id;
  }

  /** Makes the row. @throws HoldfastError `unknown_lane` */
  async register(): Promise<void> {
    this.#id = await registerWorker(this.#db, this.#identity);
    // Each time: a death that is reported for a row that had ended frees nothing.
    reportToKeeper(this.#id);
  }

  /** Makes a new row; calls at the same time make one. */
  again(): Promise<void> {
    this.#underWay ??= this.register()
      .then(() => this.#logger.warn({ id: this.#id }, "the worker's row had ended; registered again"))
      .finally(() => {
        this.#underWay = undefined;
      });
    return this.#underWay;
  }
}
