import { expect, test } from "vitest";
import { cronInWords } from "../app/pages/schedules/cron-words.ts";
import { inZone, rulesInWords } from "../app/pages/schedules/words.ts";

test("a cron rule is said in words; two day fields are an or, as the database steps them", () => {
  expect(cronInWords("30 7 * * mon-fri")).toBe("At 07:30, Monday through Friday");
  expect(cronInWords("@daily")).toBe("At 00:00");
  expect(cronInWords("0 6 1 * mon")).toBe("At 06:00, on day 1 of the month, or on Monday");
  expect(cronInWords("not a rule")).toBe("not a rule");
});

test("a window is shown on the clock of its zone, across a change to summer time", () => {
  expect(inZone("2026-11-23T12:30:00Z", "America/New_York")).toMatch(/^Mon 23 Nov, 07:30 /);
  expect(inZone("2026-07-06T11:30:00Z", "America/New_York")).toMatch(/^Mon 6 Jul, 07:30 |^Mon 06 Jul, 07:30 /);
  expect(inZone("2026-11-23T12:30:00Z", "Nowhere/Land")).toBe("23 Nov 2026, 12:30:00 UTC");
});

test("overlap, catch-up, spread and consent are said, each only where it applies", () => {
  const rules = {
    overlap: "skip",
    catch_up: "once",
    catch_up_limit: 10,
    max_age_seconds: 3600,
    jitter_seconds: 0,
    needs_approval: false,
  };
  expect(rulesInWords(rules)).toEqual([
    "skips a window while the last job runs",
    "after a gap fires the newest of the last 1 h",
  ]);
  expect(
    rulesInWords({ ...rules, overlap: "replace", catch_up: "all", jitter_seconds: 120, needs_approval: true }),
  ).toEqual([
    "ends the last job if it still runs",
    "after a gap fires the newest 10 of the last 1 h",
    "starts up to 2 min after its window",
    "enabling it takes another person's consent",
  ]);
  expect(rulesInWords({ ...rules, overlap: "queue", catch_up: "skip" })).toEqual([
    "starts its job, also beside the last one",
    "fires nothing late",
  ]);
});
