import { createPool } from "@holdfast/db";
import { controlClock, createTestDatabase, registerKinds, type TestClock, type TestDatabase } from "@holdfast/testing";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScheduleStepper } from "../src/index.ts";
import { minutesOf, windowsByLooking } from "./support/calendar.ts";

const SCHEDULES = 1_000;
// The day on which Europe goes back to winter time.
const [START, END] = [Date.UTC(2026, 9, 24, 18), Date.UTC(2026, 9, 25, 18)];
const RULES = ["0 * * * *", "*/45 */3 * * *", "30 2 * * *", "5 1,2,9 * * *", "0 0 * * sun", "0 8,16 * * *", "@hourly"];
const ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"];
const CATCH_UP = ["skip", "once", "all"];
const LIMIT = 2;

const logger = pino({ level: "silent" });
let database: TestDatabase;
let clock: TestClock;

beforeAll(async () => {
  database = await createTestDatabase();
  clock = await controlClock(database);
  await registerKinds(database, "hello");
  await clock.stop(new Date(START));
  await database.pool().query(
    `insert into holdfast.schedules (workspace_id, name, cron, time_zone, kind, catch_up, catch_up_limit, overlap)
     select w.id, 'night-' || n, ($1::text[])[1 + n % cardinality($1::text[])], ($2::text[])[1 + n % cardinality($2::text[])], 'hello',
       ($3::text[])[1 + n % 3], $4, case when n % 4 = 0 then 'queue' else 'skip' end
     from holdfast.workspaces w, generate_series(0, $5::int - 1) n where w.slug = 'local'`,
    [RULES, ZONES, CATCH_UP, LIMIT, SCHEDULES],
  );
  await database
    .pool()
    .query(
      "select holdfast.act('local', 'enable', 'schedule', jsonb_build_object('schedule', s.name)) from holdfast.schedules s where s.name like 'night-%'",
    );
});
afterAll(() => database?.drop());

/** A supervisor's stepping, on a connection that can be cut under it. */
class Supervisor {
  static #count = 0;
  readonly name = `supervisor-${++Supervisor.#count}`;
  readonly #pool = createPool(database.url("holdfast_worker"), { max: 1, applicationName: this.name });
  readonly #stepper = new ScheduleStepper({ db: this.#pool, supervisor: this.name, logger });

  step(): Promise<number> {
    return this.#stepper.step();
  }

  /** Cuts its connection, so that a transaction under way is lost, and lets it do nothing more. */
  async kill(): Promise<void> {
    this.#stepper.stop();
    await database
      .pool("supabase_admin")
      .query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", [this.name]);
    await this.#pool.end();
  }
}

/** A number from 0 to 1 that is the same in every run of the test. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const at = (instant: number) => new Date(instant).toISOString();

describe("two supervisors, a thousand schedules and a day with restarts", () => {
  it("decide every window exactly once", { timeout: 600_000 }, async () => {
    const random = seeded(20_261_120);
    const pair = [new Supervisor(), new Supervisor()];
    let restarts = 0;
    for (let now = START; now < END; ) {
      now = Math.min(END, now + Math.ceil(random() ** 3 * 240) * 60_000 + Math.floor(random() * 60_000));
      await clock.stop(new Date(now));
      const steps = pair.map((supervisor) => supervisor.step().catch(() => 0));
      if (random() < 0.5) {
        // In the midst of it: after as many turns of the event loop as chance wants.
        const which = random() < 0.5 ? 0 : 1;
        for (let turn = Math.floor(random() * 400); turn > 0; turn--) await new Promise(setImmediate);
        await (pair[which] as Supervisor).kill();
        pair[which] = new Supervisor();
        restarts++;
      }
      await Promise.all(steps);
    }
    for (const supervisor of pair) await supervisor.step();
    await Promise.all(pair.map((supervisor) => supervisor.kill()));

    const { rows } = await database.pool().query(
      `select s.name, s.cron, s.time_zone, s.catch_up, array_agg(w.window_at order by w.window_at) filter (where w.window_at is not null) as windows
       from holdfast.schedules s left join holdfast.schedule_windows w on w.schedule_id = s.id where s.name like 'night-%' group by s.id`,
    );
    const expected = new Map<string, string[]>();
    for (const zone of ZONES) {
      const minutes = minutesOf(START, END, zone);
      for (const rule of RULES) {
        expected.set(
          `${rule} ${zone}`,
          windowsByLooking(rule === "@hourly" ? "0 * * * *" : rule, minutes, START).map(at),
        );
      }
    }
    expect(rows).toHaveLength(SCHEDULES);
    for (const row of rows) {
      const decided = (row.windows ?? []).map((window: Date) => window.toISOString());
      expect(decided, `${row.name}: ${row.cron} in ${row.time_zone}`).toEqual(
        expected.get(`${row.cron} ${row.time_zone}`),
      );
    }
    const { rows: outcomes } = await database
      .pool()
      .query("select outcome, count(*) as n from holdfast.schedule_windows group by 1 order by 1");
    const told = outcomes.map(({ outcome, n }) => `${n} ${outcome}`).join(", ");
    console.log(`${SCHEDULES} schedules, ${restarts} restarts: ${told}`);
    expect(restarts).toBeGreaterThan(5);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["fired", "late", "missed", "skipped"]);
  });

  it("start one job for every window that fired, and none for the others", async () => {
    const { rows } = await database.pool().query(
      `select (select count(*) from holdfast.schedule_windows where outcome in ('fired', 'late')) as windows,
         (select count(distinct job_id) from holdfast.schedule_windows where outcome in ('fired', 'late')) as jobs_named,
         (select count(*) from holdfast.jobs j where j.trigger = 'schedule') as jobs`,
    );
    expect(rows[0].jobs).toBe(rows[0].windows);
    expect(rows[0].jobs_named).toBe(rows[0].windows);
  });

  it("make up for a gap as each schedule says: none, one, or as many as its limit", async () => {
    const { rows } = await database.pool().query(
      `select s.catch_up, max(g.late) as late, max(g.missed) as missed from (
         select w.schedule_id, w.decided_at, count(*) filter (where w.outcome = 'late' or w.reason like 'job % of the window before%') as late,
           count(*) filter (where w.outcome = 'missed') as missed, count(*) filter (where w.outcome = 'fired') as in_time
         from holdfast.schedule_windows w group by 1, 2) g
       join holdfast.schedules s on s.id = g.schedule_id where g.in_time = 0 and g.late + g.missed > 1 group by 1 order by 1`,
    );
    expect(rows.map(({ catch_up, late }) => [catch_up, late])).toEqual([
      ["all", LIMIT],
      ["once", 1],
      ["skip", 0],
    ]);
    expect(rows.every(({ missed }) => missed > 0)).toBe(true);
  });
});
