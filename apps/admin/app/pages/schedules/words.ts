import { duration, utc } from "../../parts/format.ts";

/** The rules of a schedule that are said in words. */
export interface Rules {
  overlap: string;
  catch_up: string;
  catch_up_limit: number;
  max_age_seconds: number;
  jitter_seconds: number;
}

/** A moment on the clock of a time zone, `Mon 30 Nov, 07:30 CET`; in UTC where the zone is not known here. */
export function inZone(at: string, zone: string): string {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      weekday: "short",
      day: "2-digit",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
      timeZoneName: "short",
    }).format(new Date(at));
  } catch {
    return utc(at);
  }
}

const OVERLAP: Record<string, string> = {
  skip: "skips a window while the job before it has not ended",
  queue: "starts each window's job, also beside one that has not ended",
  replace: "ends the job before, if it has not ended",
};
const CATCH_UP: Record<string, (rules: Rules) => string> = {
  skip: () => "after a gap fires nothing late",
  once: () => "after a gap fires the newest missed window",
  all: ({ catch_up_limit }) => `after a gap fires each missed window, the newest ${catch_up_limit} at most`,
};

/** What happens when windows overlap or were missed, in words. */
export function rulesInWords(rules: Rules): string[] {
  const late = rules.catch_up === "skip" ? "" : `, none older than ${duration(rules.max_age_seconds)}`;
  return [
    OVERLAP[rules.overlap] ?? `overlap: ${rules.overlap}`,
    (CATCH_UP[rules.catch_up]?.(rules) ?? `catch-up: ${rules.catch_up}`) + late,
    ...(rules.jitter_seconds > 0 ? [`starts up to ${duration(rules.jitter_seconds)} after its window`] : []),
  ];
}
