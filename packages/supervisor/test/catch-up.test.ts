import { createPool } from "@holdfast/db";
import { controlClock, createTestDatabase, registerKinds, type TestClock, type TestDatabase } from "@holdfast/testing";
import type pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScheduleStepper } from "../src/index.ts";

const START = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
let database: TestDatabase;
let clock: TestClock;
let pool: pg.Pool;
let stepper: ScheduleStepper;
const lines: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  clock = await controlClock(database);
  await registerKinds(database, "hello");
  pool = createPool(database.url("holdfast_worker"), { max: 1 });
  const logger = pino({ level: "error" }, { write: (line: string) => void lines.push(line) });
  stepper = new ScheduleStepper({ db: pool, supervisor: "test", logger });
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** Adds an enabled schedule that fires every minute; it counts its windows from `START` on. */
async function everyMinute(name: string, fields: Record<string, unknown>): Promise<void> {
  await clock.stop(new Date(START));
  const row = { name, cron: "* * * * *", kind: "hello", overlap: "queue", ...fields };
  const names = Object.keys(row);
  await database.pool().query(
    `insert into holdfast.schedules (workspace_id, ${names.join(", ")})
     select w.id, ${names.map((_, index) => `$${index + 1}`).join(", ")} from holdfast.workspaces w where w.slug = 'local'`,
    Object.values(row),
  );
  await database
    .pool()
    .query("select holdfast.act('local', 'enable', 'schedule', jsonb_build_object('schedule', $1::text))", [name]);
}

/** The windows of a schedule by outcome, as minutes after `START`. */
async function outcomes(name: string): Promise<Record<string, number[]>> {
  const { rows } = await database.pool().query(
    `select w.outcome, w.window_at from holdfast.schedule_windows w join holdfast.schedules s on s.id = w.schedule_id
     where s.name = $1 order by w.window_at`,
    [name],
  );
  const found: Record<string, number[]> = {};
  for (const { outcome, window_at } of rows) {
    found[outcome] = [...(found[outcome] ?? []), (window_at.getTime() - START) / MINUTE];
  }
  return found;
}

async function awayUntil(minutes: number): Promise<void> {
  await clock.stop(new Date(START + minutes * MINUTE));
  await stepper.step();
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe("after a gap", () => {
  it.each([
    ["skip", { missed: upTo(1, 29), fired: [30] }],
    ["once", { missed: upTo(1, 29), fired: [30] }],
    ["all", { missed: upTo(1, 24), late: upTo(25, 29), fired: [30] }],
  ])("of half an hour, catch_up %s with a window in time fires that one and makes up as it says", async (rule, all) => {
    const name = `in-time-${rule}`;
    await everyMinute(name, { catch_up: rule, catch_up_limit: 5 });
    await awayUntil(30);
    expect(await outcomes(name)).toEqual(all);
  });

  it.each([
    ["skip", { missed: upTo(0, 5) }],
    ["once", { missed: upTo(0, 4), late: [5] }],
    ["all", { missed: upTo(0, 2), late: upTo(3, 5) }],
  ])("that ended between two windows, catch_up %s fires none, the newest, or the newest few", async (rule, hours) => {
    const name = `hourly-${rule}`;
    await everyMinute(name, { cron: "10 * * * *", catch_up: rule, catch_up_limit: 3 });
    await awayUntil(5 * 60 + 40);
    const all = await outcomes(name);
    for (const outcome of Object.keys(all)) all[outcome] = (all[outcome] ?? []).map((minute) => (minute - 10) / 60);
    expect(all).toEqual(hours);
  });

  it("nothing older than max_age is fired, whatever the limit", async () => {
    await everyMinute("aged", { catch_up: "all", catch_up_limit: 1000, max_age_seconds: 600 });
    await awayUntil(30);
    expect(await outcomes("aged")).toEqual({ missed: upTo(1, 20), late: upTo(21, 29), fired: [30] });
  });

  it("longer than one portion, each window is still decided once and the limit still holds", async () => {
    await everyMinute("long", { catch_up: "all", catch_up_limit: 1000, max_age_seconds: 10 * 86_400 });
    await awayUntil(4_500);
    const all = await outcomes("long");
    expect(all.missed).toEqual(upTo(1, 3_499));
    expect(all.late).toEqual(upTo(3_500, 4_499));
    expect(all.fired).toEqual([4_500]);
  });

  it("that is over, a schedule fires in time again, and knows its next window", async () => {
    await everyMinute("after", { catch_up: "once" });
    await awayUntil(7.5);
    await awayUntil(8);
    expect(await outcomes("after")).toEqual({ missed: upTo(1, 6), fired: [7, 8] });
    const { rows } = await database
      .pool()
      .query("select next_window_at, next_windows from holdfast.schedules where name = 'after'");
    expect(rows[0].next_window_at.getTime()).toBe(START + 9 * MINUTE);
    expect(rows[0].next_windows.map((window: Date) => window.getTime())).toEqual(
      [9, 10, 11].map((n) => START + n * MINUTE),
    );
  });

  it("a schedule whose zone this host does not know is told once and keeps no other from firing", async () => {
    await everyMinute("fine", { catch_up: "once" });
    await everyMinute("broken", { catch_up: "once" });
    await database.pool().query("update holdfast.schedules set time_zone = 'Nowhere/Else' where name = 'broken'");
    await awayUntil(1);
    await awayUntil(2);
    expect((await outcomes("fine")).fired).toEqual([1, 2]);
    expect(lines.filter((line) => line.includes('"broken"'))).toHaveLength(1);
  });
});

describe("windows handed in too late", () => {
  it("are decided again rather than counted as missed, when the next window has come meanwhile", async () => {
    await everyMinute("slow", { catch_up: "once" });
    await clock.stop(new Date(START + 2 * MINUTE));
    const { rows } = await database.pool("holdfast_worker").query(
      `select holdfast_private.fire_windows(s.id, s.stepped_to, array[$1::timestamptz], $2::timestamptz, $3::timestamptz, 'slow') as counts
       from holdfast_private.due_schedules() s where s.name = 'slow'`,
      [new Date(START + MINUTE), new Date(START + 1.99 * MINUTE), new Date(START + 2 * MINUTE)],
    );
    expect(rows[0].counts).toEqual({ ignored: true });
    await stepper.step();
    expect(await outcomes("slow")).toEqual({ missed: [1], fired: [2] });
  });
});
