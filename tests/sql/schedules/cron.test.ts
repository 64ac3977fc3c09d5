import { createTestDatabase, refusalOf, registerKinds } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
await registerKinds(db, "hello");

const faultOf = async (cron: string | null) =>
  (await db.pool().query("select holdfast_private.cron_fault($1) as fault", [cron])).rows[0].fault as string | null;

const GOOD = [
  "* * * * *",
  "0 0 * * *",
  "*/15 * * * *",
  "5,20,45 * * * *",
  "0-30 * * * *",
  "0-30/10 9-17 * * *",
  "0 9 * * 1-5",
  "0 9 * * mon-fri",
  "0 9 * * MON,WED",
  "0 9 * * 7",
  "0 9 * * 0",
  "0 9 * * fri-7",
  "0 0 1 jan *",
  "0 0 1 Jan-mar *",
  "0 0 29 2 *",
  "0 0 31 1,2 *",
  "0 0 31 */2 *",
  "0 0 30 2 mon",
  "59 23 31 12 *",
  "00 07 * * *",
  "  0   9 * * *  ",
  "@hourly",
  "@daily",
  "@weekly",
  "@monthly",
  "@yearly",
  "0 0 1-31 2 *",
  "* * * * */2",
];
test.each(GOOD)("the rule %j is good", async (cron) => {
  await expect(faultOf(cron)).resolves.toBeNull();
});

const BAD: [cron: string | null, fault: RegExp][] = [
  [null, /five fields.*got 0/],
  ["", /five fields.*got 0/],
  ["* * * *", /five fields.*got 4/],
  ["* * * * * *", /five fields.*got 6/],
  ["@reboot", /@reboot is not one of/],
  ["@DAILY", /is not one of/],
  ["@every 5m", /is not one of/],
  ["60 * * * *", /^minute: must be 0 to 59: got '60'/],
  ["-1 * * * *", /^minute: '-1'/],
  ["* 24 * * *", /^hour: must be 0 to 23/],
  ["* * 0 * *", /^day-of-month: must be 1 to 31/],
  ["* * 32 * *", /^day-of-month/],
  ["* * * 0 *", /^month: must be 1 to 12/],
  ["* * * 13 *", /^month/],
  ["* * * * 8", /^day-of-week: must be 0 to 7/],
  ["* * * foo *", /^month: 'foo' is not a name/],
  ["* * * * jan", /^day-of-week: 'jan' is not a name/],
  ["mon * * * *", /^minute: 'mon' is not a name/],
  ["*/0 * * * *", /^minute: the step of '\*\/0' must be 1 to 59/],
  ["*/60 * * * *", /^minute: the step/],
  ["*/999999999999999999999 * * * *", /^minute: the step/],
  ["99999999999999999999 * * * *", /^minute: must be/],
  ["5/10 * * * *", /^minute: a step needs/],
  ["30-10 * * * *", /^minute: the range '30-10' runs backwards/],
  ["* * * * sat-sun", /^day-of-week: the range/],
  ["*-5 * * * *", /^minute: '\*-5' is not a range/],
  ["1,,2 * * * *", /^minute: ''/],
  ["1, * * * *", /^minute: ''/],
  ["1.5 * * * *", /^minute: '1.5'/],
  ["* * L * *", /^day-of-month: 'L'/],
  ["* * 15W * *", /^day-of-month/],
  ["* * * * 5#3", /^day-of-week/],
  ["? * * * *", /^minute: '\?'/],
  ["H * * * *", /^minute/],
  ["0 0 30 2 *", /^day-of-month: month 2 has no day 30/],
  ["0 0 31 4,6,9,11 *", /^day-of-month: month 4,6,9,11 has no day 31/],
  ["0 0 30 feb *", /^day-of-month/],
  ["0 0 30,31 2 *", /^day-of-month/],
  ["* * * * *; drop table x", /got 8|five fields/],
  ["\n* * * *", /five fields/],
  ["٣ * * * *", /^minute/],
];
test.each(BAD)("the rule %j is refused, and the fault names its field", async (cron, fault) => {
  await expect(faultOf(cron)).resolves.toMatch(fault);
});

const COLUMNS: Record<string, unknown> = {
  name: "nightly",
  cron: "0 3 * * *",
  time_zone: "Europe/Berlin",
  kind: "hello",
};
const insert = (fields: Record<string, unknown>) => {
  const row = { ...COLUMNS, ...fields };
  const names = Object.keys(row);
  return db
    .pool()
    .query(
      `insert into holdfast.schedules (workspace_id, ${names.join(", ")}) select w.id, ${names.map((_, i) => `$${i + 1}`).join(", ")} from holdfast.workspaces w where slug = 'local' returning *`,
      Object.values(row),
    );
};

describe("a schedule is refused at insert", () => {
  const REFUSED: [fields: Record<string, unknown>, code: string, rule: string, message: RegExp][] = [
    [{ cron: "61 * * * *" }, "PT422", "bad_cron", /cron: minute: must be 0 to 59/],
    [{ cron: null }, "PT422", "bad_cron", /cron: a rule has five fields/],
    [{ time_zone: "Mars/Olympus" }, "PT422", "bad_time_zone", /time_zone: 'Mars\/Olympus'/],
    [{ time_zone: "CEST" }, "PT422", "bad_time_zone", /time_zone/],
    [{ time_zone: "+02:00" }, "PT422", "bad_time_zone", /time_zone/],
    [{ time_zone: "europe/berlin" }, "PT422", "bad_time_zone", /time_zone/],
    [{ time_zone: "" }, "PT422", "bad_time_zone", /time_zone/],
    [{ kind: "nothing" }, "PT404", "unknown_kind", /'nothing'/],
    [{ queue: "nowhere" }, "PT404", "unknown_queue", /'nowhere'/],
    [{ lane: "nowhere" }, "PT404", "unknown_lane", /'nowhere'/],
    [{ venture: "nowhere" }, "PT404", "unknown_venture", /'nowhere'/],
    [{ class: "nowhere" }, "PT404", "unknown_class", /'nowhere'/],
    [{ paid: true }, "PT422", "bad_est_cost", /est_cost/],
    [{ est_cost: -1 }, "PT422", "bad_est_cost", /est_cost/],
    [{ est_cost: "NaN" }, "PT422", "bad_est_cost", /est_cost/],
    [{ catch_up: "some" }, "PT422", "bad_option", /catch_up/],
    [{ catch_up: null }, "PT422", "bad_option", /catch_up/],
    [{ catch_up_limit: 0 }, "PT422", "bad_option", /catch_up_limit/],
    [{ catch_up_limit: 1001 }, "PT422", "bad_option", /catch_up_limit/],
    [{ max_age_seconds: 0 }, "PT422", "bad_option", /max_age_seconds/],
    [{ overlap: "kill" }, "PT422", "bad_option", /overlap/],
    [{ jitter_seconds: 3601 }, "PT422", "bad_option", /jitter_seconds/],
    [{ jitter_seconds: -1 }, "PT422", "bad_option", /jitter_seconds/],
    [{ name: "Nightly report!" }, "PT422", "bad_option", /name/],
  ];
  test.each(REFUSED)("with %j", async (fields, code, rule, message) => {
    const refusal = await refusalOf(insert({ name: "other", ...fields }));
    expect(refusal).toMatchObject({ code, rule: `holdfast.${rule}`, message: expect.stringMatching(message) });
    expect(refusal.hint).toBeTruthy();
    expect((await db.pool().query("select from holdfast.schedules where name = 'other'")).rowCount).toBe(0);
  });
});

test.each([
  "UTC",
  "Europe/Berlin",
  "America/Argentina/Buenos_Aires",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Etc/GMT+5",
])("the zone %s is good", async (time_zone) => {
  await expect(
    insert({ name: `zone_${time_zone.toLowerCase().replaceAll(/[^a-z]/g, "_")}`, time_zone }),
  ).resolves.toMatchObject({ rowCount: 1 });
});

test("without a zone it is the workspace's; whatever the insert says, it starts disabled", async () => {
  const { rows } = await insert({ name: "plain", time_zone: null, enabled: true });
  expect(rows[0]).toMatchObject({
    enabled: false,
    time_zone: "UTC",
    catch_up: "once",
    overlap: "skip",
    created_by: "sql:postgres",
  });
});

test("every workspace has the ten schedules of the catalogue, all disabled, with the rules the catalogue gives", async () => {
  const { rows } = await db
    .pool()
    .query(
      "select name || ' ' || cron || case when needs_approval then ' A' else '' end as rule, enabled, kind, payload from holdfast.schedules where created_by not like 'sql:%' or kind <> 'hello' order by id",
    );
  expect(rows.map((row) => row.rule)).toEqual([
    "health_scan */15 * * * *",
    "venture_review 0 * * * * A",
    "portfolio_daily 0 9 * * * A",
    "portfolio_weekly 0 10 * * 1 A",
    "strategy_monthly 0 8 1 * * A",
    "retry_scan */30 * * * * A",
    "quarantine_review 0 */6 * * * A",
    "approval_reminder 0 8,16 * * *",
    "cost_summary 0 23 * * *",
    "noaerth_scan 0 7 * * * A",
  ]);
  expect(rows.every((row) => row.enabled === false)).toBe(true);
  expect(rows.at(-1)).toMatchObject({ kind: "candidate_scan", payload: { venture: "noaerth" } });
});
