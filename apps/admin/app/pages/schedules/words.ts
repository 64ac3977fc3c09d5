import { duration, utc } from "../../parts/format.ts";

/** The rules of a schedule that are said in words. */
export interface Rules {
  overlap: string;
  catch_up: string;
  catch_up_limit: number;
  max_age_seconds: number;
  jitter_seconds: number;
  needs_approval: boolean;
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
  skip: "skips a window while the last job runs",
  queue: "starts its job, also beside the last one",
  replace: "ends the last job if it still runs",
};

/** What happens when windows overlap or were missed, in words: one rule a line. */
export function rulesInWords(rules: Rules): string[] {
  const age = duration(rules.max_age_seconds);
  const catchUp: Record<string, string> = {
    skip: "fires nothing late",
    once: `after a gap fires the newest of the last ${age}`,
    all: `after a gap fires the newest ${rules.catch_up_limit} of the last ${age}`,
  };
  return [
    OVERLAP[rules.overlap] ?? `overlap: ${rules.overlap}`,
    catchUp[rules.catch_up] ?? `catch-up: ${rules.catch_up}`,
    ...(rules.jitter_seconds > 0 ? [`starts up to ${duration(rules.jitter_seconds)} after its window`] : []),
    ...(rules.needs_approval ? ["enabling it takes another person's consent"] : []),
  ];
}
