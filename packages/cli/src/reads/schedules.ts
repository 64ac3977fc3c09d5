import type { Holdfast } from "@holdfast/client";
import { rowsOf } from "./rows.ts";

/** A row of `holdfast.schedules`, as far as it is shown. */
export interface Schedule {
  id: number;
  name: string;
  description: string;
  cron: string;
  time_zone: string;
  kind: string;
  enabled: boolean;
  needs_approval: boolean;
  catch_up: string;
  overlap: string;
  last_job_id: number | null;
}

/** A schedule with the time it fires next; null while it is disabled. */
export interface SteppedSchedule extends Schedule {
  next_window: string | null;
}

/** Schedules of the workspace, by name. */
export async function listSchedules(
  holdfast: Holdfast,
  where: { name?: string; enabled?: boolean } = {},
): Promise<SteppedSchedule[]> {
  const schedules = await rowsOf<Schedule>(holdfast, "schedules", { order: "name", limit: 1000, where });
  return Promise.all(
    schedules.map(async (schedule) => ({
      ...schedule,
      next_window: schedule.enabled ? ((await windowsOf(schedule, 1))[0] ?? null) : null,
    })),
  );
}

/** The next windows of a schedule, enabled or not. */
export async function windowsOf(schedule: Pick<Schedule, "cron" | "time_zone">, count: number): Promise<string[]> {
  // Loaded only where it is needed: cron-parser and its time zones would cost every other command its start.
  const { nextWindows } = await import("@holdfast/supervisor/windows");
  return nextWindows(schedule.cron, schedule.time_zone, new Date(), count).map((at) => at.toISOString());
}
