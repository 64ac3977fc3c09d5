import { type Duty, duties, isConnectionLost, millisecondsUntilDue, type Queryable, runDuty } from "@holdfast/db";
import { createTask, type ScheduledTask } from "node-cron";
import type { Logger } from "pino";
import { cronOf } from "./cron-of.ts";
import { ScheduleStepper } from "./schedules/schedule-stepper.ts";

/** What a {@link DutyRoster} needs. */
export interface DutyRosterOptions {
  db: Queryable;
  supervisor: string;
  logger: Logger;
}

// Due times further away than this are left to the next regular promotion.
const PRECISE_WITHIN = 2_000;
/** Not a duty of the database's: its windows are stepped here, by cron-parser. */
const SCHEDULES = { name: "schedules", every_seconds: 1 };
const SILENT = { info() {}, warn() {}, error() {}, debug() {} };

/**
 * The duties of a leading supervisor, each on its own clock and never overlapping itself. A duty that fails is logged
 * and tried at its next tick.
 */
export class DutyRoster {
  readonly #options: DutyRosterOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  #tasks: ScheduledTask[] = [];
  readonly #stepper: ScheduleStepper;
  #timer: NodeJS.Timeout | undefined;
  #active = false;
  #databaseAway = false;

  constructor(options: DutyRosterOptions) {
    this.#options = options;
    this.#stepper = new ScheduleStepper(options);
  }

  /** Reads the duties, does each of them once, and keeps doing them. */
  async start(): Promise<void> {
    this.#active = true;
    const roster = [...(await duties(this.#options.db)), SCHEDULES];
    if (!this.#active) return;
    this.#tasks = roster.map((duty) => this.#schedule(duty));
    for (const task of this.#tasks) await task.start();
    // Not only at the first tick: partitions come hourly, and a leader that has just taken over has catching up to do.
    await Promise.all(roster.map((duty) => this.#do(duty.name)));
  }

  /** Does nothing more from now on; a duty under way is awaited by {@link settled}. */
  stop(): void {
    this.#active = false;
    this.#stepper.stop();
    clearTimeout(this.#timer);
    for (const task of this.#tasks) void task.destroy();
    this.#tasks = [];
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  #schedule(duty: Pick<Duty, "name" | "every_seconds">): ScheduledTask {
    return createTask(cronOf(duty.every_seconds), () => this.#do(duty.name), {
      name: duty.name,
      noOverlap: true,
      logger: SILENT,
      suppressMissedWarning: true,
    });
  }

  #do(duty: string): Promise<void> {
    const running = this.#underWay.get(duty);
    if (running || !this.#active) return running ?? Promise.resolve();
    const run = this.#attempt(duty).finally(() => this.#underWay.delete(duty));
    this.#underWay.set(duty, run);
    return run;
  }

  async #attempt(duty: string): Promise<void> {
    const { db, supervisor, logger } = this.#options;
    try {
      const done = await (duty === SCHEDULES.name ? this.#stepper.step() : runDuty(db, duty, supervisor));
      logger.trace({ duty, done }, "duty done");
      if (duty === "promote") await this.#setPreciseTimer();
      if (this.#databaseAway) logger.info("the database is back");
      this.#databaseAway = false;
    } catch (err) {
      if (!isConnectionLost(err)) logger.error({ err, duty }, "a duty failed; it is tried again at its next tick");
      else if (!this.#databaseAway) logger.warn({ err, duty }, "the database is away");
      this.#databaseAway ||= isConnectionLost(err);
    }
  }

  /** A job that is due between two regular promotions is promoted when it is due, not up to a second later. */
  async #setPreciseTimer(): Promise<void> {
    const wait = await millisecondsUntilDue(this.#options.db);
    clearTimeout(this.#timer);
    if (!this.#active || wait === null || wait > PRECISE_WITHIN) return;
    this.#timer = setTimeout(() => void this.#do("promote"), Math.max(wait, 10));
  }
}
