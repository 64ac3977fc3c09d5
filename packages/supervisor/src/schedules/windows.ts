import { CronExpressionParser } from "cron-parser";
import { Zone } from "./zone.ts";

/** A portion of a schedule's windows. */
export interface Stepped {
  /** Milliseconds, in order; all after `from`, none after `to`. */
  windows: number[];
  /** The window after them; it lies after `to` unless there were more than `most`. */
  next: number;
}

/**
 * The windows of a cron rule after an instant, without end.
 *
 * Each time of day that the rule names is one window. cron-parser steps through the clock on the wall, as if the zone
 * never changed it; a time that the clock skips then becomes the first instant after the gap, and a time that it shows
 * twice is the first of the two. (cron-parser's own stepping through zones loses windows where the clock changes by half
 * an hour, and fires rules with a wildcard hour in both passes of a repeated one.)
 * @throws Error for a rule that is none, RangeError for a zone that is none.
 */
export function* windowsAfter(cron: string, timeZone: string, from: number): Generator<number, never> {
  const zone = new Zone(timeZone);
  const rule = CronExpressionParser.parse(cron, { tz: "UTC", currentDate: new Date(zone.wallAt(from) - 1) });
  let last = from;
  for (;;) {
    const window = zone.instantOf(rule.next().getTime());
    // Skipped times fall together, and the second pass of a repeated hour has been already.
    if (window <= last) continue;
    last = window;
    yield window;
  }
}

/**
 * The windows in (from, to], at most `most` of them. Where there are more, the portions are cut so that the last one is
 * as large as may be: what is made up for after a gap is made up for out of the last portion.
 */
export function stepWindows(cron: string, timeZone: string, from: number, to: number, most: number): Stepped {
  const windows: number[] = [];
  for (const window of windowsAfter(cron, timeZone, from)) {
    if (window > to) {
      const cut = windows.length > most ? windows.length - most : windows.length;
      return { windows: windows.slice(0, cut), next: windows[cut] ?? window };
    }
    windows.push(window);
    if (windows.length > 2 * most) return { windows: windows.slice(0, most), next: windows[most] as number };
  }
  throw new Error("a cron rule ended");
}

/** The next windows of a schedule, for people. Empty for a rule or zone that cannot be stepped. */
export function nextWindows(cron: string, timeZone: string, from: Date, count: number): Date[] {
  const found: Date[] = [];
  try {
    for (const window of windowsAfter(cron, timeZone, from.getTime())) {
      if (found.length >= count) break;
      found.push(new Date(window));
    }
  } catch {}
  return found;
}
