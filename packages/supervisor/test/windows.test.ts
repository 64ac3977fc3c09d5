import { Cron } from "croner";
import { describe, expect, it } from "vitest";
import { stepWindows, windowsAfter } from "../src/index.ts";
import { changesOf, minutesOf, windowsByLooking } from "./support/calendar.ts";

const YEAR = 2026;
const [FROM, TO] = [Date.UTC(YEAR, 0, 1), Date.UTC(YEAR + 1, 0, 1) - 60_000];
const HOURS = 3_600_000;

const RULES = [
  "*/15 * * * *",
  "0 * * * *",
  "30 2 * * *",
  "15,45 1-3 * * *",
  "0 9 * * *",
  "0 10 * * 1",
  "0 8 1 * *",
  "0 8,16 * * *",
  "0 0 13 * fri",
  "10 0 1,15 */2 mon-fri",
  "59 23 28-31 feb,jun *",
  "5 3 * * sun",
];

function between(rule: string, zone: string, from: number, to: number): number[] {
  const found: number[] = [];
  for (const window of windowsAfter(rule, zone, from)) {
    if (window > to) return found;
    found.push(window);
  }
  return found;
}

const utc = (windows: readonly number[]) => windows.map((window) => new Date(window).toISOString().slice(0, 16));

describe.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])(
  "a year in %s",
  (zone) => {
    const minutes = minutesOf(FROM, TO, zone);
    const changes = changesOf(minutes);

    it("has the windows that looking at every one of its minutes finds, for every rule", () => {
      let count = 0;
      for (const rule of RULES) {
        const stepped = between(rule, zone, FROM, TO);
        expect(utc(stepped), rule).toEqual(utc(windowsByLooking(rule, minutes, FROM)));
        count += stepped.length;
      }
      console.log(`${zone}: ${count} windows of ${RULES.length} rules, ${changes.length} changes of the clock`);
      expect(changes).toHaveLength(zone === "Asia/Kathmandu" ? 0 : 2);
    });

    it("has the windows that croner finds, apart from the hours around a change of the clock", () => {
      // There croner follows no rule that could be written down: it drops some skipped times and repeats some repeated ones.
      const ordinary = (window: number) => changes.every((change) => Math.abs(window - change) > 4 * HOURS);
      for (const rule of RULES) {
        const cron = new Cron(rule, { timezone: zone });
        const expected: number[] = [];
        for (let next = cron.nextRun(new Date(FROM)); next && next.getTime() <= TO; next = cron.nextRun(next))
          expected.push(next.getTime());
        const stepped = between(rule, zone, FROM, TO);
        expect(utc(stepped.filter(ordinary)), rule).toEqual(utc(expected.filter(ordinary)));
        expect(stepped.length).toBeGreaterThan(0);
      }
    });
  },
);

describe("summer time", () => {
  it.each([
    ["Europe/Berlin", "30 2 * * *", "2026-03-29T00:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]],
    ["Europe/Berlin", "*/20 2 * * *", "2026-03-29T00:00Z", ["2026-03-29T01:00", "2026-03-30T00:00"]],
    ["Europe/Berlin", "0 2,3 * * *", "2026-03-29T00:00Z", ["2026-03-29T01:00", "2026-03-30T00:00"]],
    ["Australia/Lord_Howe", "15 2 * * *", "2026-10-03T14:00Z", ["2026-10-03T15:30", "2026-10-04T15:15"]],
    ["America/New_York", "30 2 * * *", "2026-03-08T06:00Z", ["2026-03-08T07:00", "2026-03-09T06:30"]],
  ])("in %s: %j in the skipped hour fires once, at the next valid instant", (zone, rule, from, expected) => {
    const windows = windowsAfter(rule, zone, Date.parse(from));
    expect(utc([windows.next().value, windows.next().value])).toEqual(expected);
  });

  it.each([
    ["Europe/Berlin", "30 2 * * *", "2026-10-24T22:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
    ["Europe/Berlin", "0 * * * *", "2026-10-24T23:30Z", ["2026-10-25T00:00", "2026-10-25T02:00"]],
    ["America/New_York", "15 1 * * *", "2026-11-01T04:00Z", ["2026-11-01T05:15", "2026-11-02T06:15"]],
    ["Australia/Lord_Howe", "45 1 * * *", "2026-04-04T14:00Z", ["2026-04-04T14:45", "2026-04-05T15:15"]],
  ])("in %s: %j in the repeated hour fires once, in its first pass", (zone, rule, from, expected) => {
    const windows = windowsAfter(rule, zone, Date.parse(from));
    expect(utc([windows.next().value, windows.next().value])).toEqual(expected);
  });

  it("gives the same windows from wherever a step begins, even inside a skipped or repeated hour", () => {
    for (const [zone, day] of [
      ["Europe/Berlin", "2026-10-25T00:00Z"],
      ["Europe/Berlin", "2026-03-29T00:00Z"],
      ["Australia/Lord_Howe", "2026-04-04T13:00Z"],
    ] as const) {
      const start = Date.parse(day) - 2 * HOURS;
      const all = between("*/10 * * * *", zone, start, start + 8 * HOURS);
      for (let from = start; from < start + 6 * HOURS; from += 7 * 60_000) {
        const rest = all.filter((window) => window > from);
        expect(utc(between("*/10 * * * *", zone, from, start + 8 * HOURS))).toEqual(utc(rest));
      }
    }
  });
});

describe("a step", () => {
  const noon = Date.parse("2026-11-20T12:00Z");

  it("gives the windows after its beginning, up to and with its end, and the one after", () => {
    const step = stepWindows("0 * * * *", "UTC", noon, noon + 2 * HOURS, 10);
    expect(step).toEqual({ windows: [noon + HOURS, noon + 2 * HOURS], next: noon + 3 * HOURS });
  });

  it("takes a long gap in portions, of which the last is a whole one", () => {
    const sizes: number[] = [];
    const seen: number[] = [];
    const end = noon + 25 * HOURS;
    for (let from = noon; ; ) {
      const { windows, next } = stepWindows("0 * * * *", "UTC", from, end, 10);
      seen.push(...windows);
      sizes.push(windows.length);
      from = windows.at(-1) as number;
      if (next > end) break;
    }
    expect(sizes).toEqual([10, 5, 10]);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, hour) => noon + (hour + 1) * HOURS));
  });
});
