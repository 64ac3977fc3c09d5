import { type DueSchedule, dueSchedules, fireWindows, isConnectionLost, type Queryable } from "@holdfast/db";
import type { Logger } from "pino";
import { nextWindows, stepWindows } from "./windows.ts";

/** What a {@link ScheduleStepper} needs. */
export interface ScheduleStepperOptions {
  db: Queryable;
  supervisor: string;
  logger: Logger;
}

/** As many rounds as a look may take: 500 schedules each, or a portion of a long gap. */
const MOST_ROUNDS = 50;

/**
 * Steps schedules through their windows. Two of them at once do no harm: the database decides about each window once, and
 * ignores whoever comes second.
 */
export class ScheduleStepper {
  readonly #options: ScheduleStepperOptions;
  /** Schedules that could not be stepped, and why: each is told once. */
  readonly #told = new Map<number, string>();
  #active = true;

  constructor(options: ScheduleStepperOptions) {
    this.#options = options;
  }

  /** Ends a look that is under way after the schedule at hand. */
  stop(): void {
    this.#active = false;
  }

  /** Looks which schedules are due and has their windows decided; returns about how many. */
  async step(): Promise<number> {
    let total = 0;
    for (let round = 0; round < MOST_ROUNDS && this.#active; round++) {
      let decided = 0;
      for (const schedule of await dueSchedules(this.#options.db)) {
        if (!this.#active) break;
        decided += await this.#stepOne(schedule);
      }
      if (decided === 0) break;
      total += decided;
    }
    return total;
  }

  /** One portion of one schedule. What is wrong with one schedule must not keep the others from firing. */
  async #stepOne(schedule: DueSchedule): Promise<number> {
    const { db, supervisor, logger } = this.#options;
    try {
      const [from, now] = [Date.parse(schedule.stepped_to), Date.parse(schedule.now)];
      const { windows, next } = stepWindows(schedule.cron, schedule.time_zone, from, now, schedule.most);
      const last = windows.at(-1);
      // A portion of a long gap ends with its last window; else everything up to now is decided.
      const to = next <= now && last !== undefined ? new Date(last).toISOString() : schedule.now;
      const dates = windows.map((window) => new Date(window));
      const after = new Date(next);
      const portion = {
        schedule: schedule.id,
        from: schedule.stepped_to,
        windows: dates,
        to,
        next: after,
        following: nextWindows(schedule.cron, schedule.time_zone, after, 2),
      };
      const counts = await fireWindows(db, portion, supervisor);
      if (counts.ignored) return 0;
      this.#told.delete(schedule.id);
      logger.trace({ schedule: schedule.name, ...counts }, "windows decided");
      return windows.length;
    } catch (err) {
      if (isConnectionLost(err)) throw err;
      const why = (err as Error).message;
      if (this.#told.get(schedule.id) !== why) {
        logger.error({ err, schedule: schedule.name }, "a schedule could not be stepped; the others are");
      }
      this.#told.set(schedule.id, why);
      return 0;
    }
  }
}
