import { call, callForValue, type Queryable } from "../pool/call.ts";

/** A schedule that wants to be stepped. Times are ISO 8601 text with microseconds: a `Date` would lose them. */
export interface DueSchedule {
  id: number;
  name: string;
  cron: string;
  time_zone: string;
  /** Every window up to here has been decided; give it back as it is. */
  stepped_to: string;
  now: string;
  /** The most windows to hand in at once. */
  most: number;
}

/** What became of the windows handed in; `ignored` when somebody else had decided, or too late to decide. */
export type WindowCounts =
  | { ignored: true }
  | { ignored?: never; fired: number; late: number; skipped: number; missed: number };

/** The windows of one schedule in (`from`, `to`]. */
export interface WindowPortion {
  schedule: number;
  /** {@link DueSchedule.stepped_to}, unchanged. */
  from: string;
  windows: readonly Date[];
  to: string;
  /** The window after them. */
  next: Date;
  /** Those after that, for people: `holdfast.schedules.next_windows`. */
  following: readonly Date[];
}

/** Enabled schedules whose next window is due or unknown (`holdfast_private.due_schedules`). */
export function dueSchedules(db: Queryable): Promise<DueSchedule[]> {
  return call<DueSchedule & Record<string, unknown>>(
    db,
    `select s.id, s.name, s.cron, s.time_zone, to_json(s.stepped_to) #>> '{}' as stepped_to, to_json(s.now) #>> '{}' as now, s.most
     from holdfast_private.due_schedules() s`,
  );
}

/** Has a schedule's windows decided, each exactly once (`holdfast_private.fire_windows`). */
export function fireWindows(db: Queryable, portion: WindowPortion, supervisor: string): Promise<WindowCounts> {
  return callForValue<WindowCounts>(
    db,
    "select holdfast_private.fire_windows($1, $2::timestamptz, $3::timestamptz[], $4::timestamptz, $5::timestamptz, $6, $7::timestamptz[]) as value",
    [
      portion.schedule,
      portion.from,
      portion.windows.map((window) => window.toISOString()),
      portion.to,
      portion.next.toISOString(),
      supervisor,
      portion.following.map((window) => window.toISOString()),
    ],
  );
}
