import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { CronExpressionParser } from "cron-parser";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { windowsAfter } from "../src/index.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** What SQL says is wrong with each rule; null when nothing is (`holdfast_private.cron_fault`). */
async function faults(rules: readonly string[]): Promise<(string | null)[]> {
  const { rows } = await database
    .pool()
    .query(
      "select holdfast_private.cron_fault(r.rule) as fault from unnest($1::text[]) with ordinality as r (rule, place) order by place",
      [rules],
    );
  return rows.map((row) => row.fault);
}

/** True when cron-parser takes the rule, and it ever fires. */
function steps(rule: string): boolean {
  try {
    CronExpressionParser.parse(rule, { tz: "UTC" });
    windowsAfter(rule, "UTC", Date.UTC(2026, 0, 1)).next();
    return true;
  } catch {
    return false;
  }
}

const MONTHS = ["jan", "FEB", "mar", "apr", "May", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "Mon", "tue", "wed", "THU", "fri", "sat"];

/** A field of the grammar both know: numbers (some out of range), names, lists, ranges (some backwards) and steps. */
function field(low: number, high: number, names: readonly string[]): fc.Arbitrary<string> {
  const inside = fc.integer({ min: low, max: high }).map(String);
  const value = fc.oneof(
    { weight: 12, arbitrary: inside },
    { weight: 1, arbitrary: fc.constantFrom(String(high + 1), "0", "99", "1000", "xyz", "", "-1", "1.5") },
    ...(names.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...names) }] : []),
  );
  const step = fc.integer({ min: 1, max: high }).map((n) => `/${n}`);
  const range = fc.tuple(value, value).map(([from, to]) => `${from}-${to}`);
  const part = fc.oneof(
    { weight: 6, arbitrary: value },
    { weight: 3, arbitrary: range },
    { weight: 2, arbitrary: fc.tuple(range, step).map(([text, every]) => text + every) },
    { weight: 2, arbitrary: step.map((every) => `*${every}`) },
    { weight: 1, arbitrary: fc.constantFrom("*/0", "1-5/0", "*-3", "*") },
  );
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant("*") },
    { weight: 6, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(",")) },
  );
}

const rule = fc
  .tuple(field(0, 59, []), field(0, 23, []), field(1, 31, []), field(1, 12, MONTHS), field(0, 7, DAYS))
  // cron-parser fills missing fields in; the database wants all five, which has a test of its own below.
  .filter((fields) => fields.every((text) => text !== ""))
  .map((fields) => fields.join(" "));

describe("cron rules", () => {
  it("are accepted by the database exactly when cron-parser can step them", async () => {
    const corpus = [...new Set(fc.sample(rule, { numRuns: 8_000, seed: 20_261_120 }))];
    const said = await faults(corpus);
    const differ = corpus.filter((text, index) => (said[index] === null) !== steps(text));
    const accepted = said.filter((fault) => fault === null).length;
    console.log(`cron rules: ${corpus.length} generated, ${accepted} accepted by both, ${differ.length} judged apart`);
    expect(differ).toEqual([]);
    expect(accepted).toBeGreaterThan(500);
    expect(corpus.length - accepted).toBeGreaterThan(1_000);
  });

  it.each(["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "  30 7 * * mon-fri ", "0 0 29 2 *", "0 0 30 2 mon"])(
    "%j is accepted and stepped",
    async (text) => {
      expect(await faults([text])).toEqual([null]);
      expect(steps(text)).toBe(true);
    },
  );

  it.each([
    ["", "a rule has five fields (minute hour day-of-month month day-of-week): got 0"],
    ["0 0 * *", "a rule has five fields (minute hour day-of-month month day-of-week): got 4"],
    ["0 0 0 1 1 *", "a rule has five fields (minute hour day-of-month month day-of-week): got 6"],
    ["@reboot", "@reboot is not one of @hourly, @daily, @weekly, @monthly, @yearly"],
    ["60 * * * *", "minute: must be 0 to 59: got '60'"],
    ["5/10 * * * *", "minute: a step needs * or a range before it: got '5/10'"],
    ["*/70 * * * *", "minute: the step of '*/70' must be 1 to 59"],
    ["0 0 L * *", "day-of-month: 'L' is not a number, name, range or step"],
    ["0 0 * * fri-mon", "day-of-week: the range 'fri-mon' runs backwards"],
    ["0 0 * * 0,7", "day-of-week: '7' names again what stands before it"],
    ["0 0 31 apr,jun *", "day-of-month: month apr,jun has no day 31"],
    ["0 0 * mon *", "month: 'mon' is not a name"],
  ])("%j is refused, naming the field", async (text, fault) => {
    expect(await faults([text])).toEqual([fault]);
  });
});

describe("time zones", () => {
  it("that the database accepts are known to the supervisor, all of them", async () => {
    const { rows } = await database
      .pool()
      .query("select name from pg_catalog.pg_timezone_names where name ~ '^(UTC|[A-Z][A-Za-z_]+/.+)$'");
    const unknown = rows.filter(({ name }) => {
      try {
        windowsAfter("0 0 * * *", name, Date.UTC(2026, 0, 1)).next();
        return false;
      } catch {
        return true;
      }
    });
    expect(unknown.map(({ name }) => name)).toEqual([]);
    expect(rows.length).toBeGreaterThan(400);
  });
});
