import {
  act,
  controlClock,
  createTestDatabase,
  duty,
  openSession,
  registerKinds,
  stateOf,
  type TestClock,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
let clock: TestClock;
const START = "2026-11-21T10:00:00Z";
beforeEach(async () => {
  db = await createTestDatabase();
  clock = await controlClock(db);
  await clock.stop(new Date(START));
  await registerKinds(db, "hello");
});
afterEach(() => db.drop());

/** Defines and enables a schedule of every minute; returns its id. */
async function schedule(fields: Record<string, unknown> = {}): Promise<number> {
  const row: Record<string, unknown> = { name: "tick", cron: "* * * * *", time_zone: "UTC", kind: "hello", ...fields };
  const names = Object.keys(row);
  const { rows } = await db
    .pool()
    .query(
      `insert into holdfast.schedules (workspace_id, ${names.join(", ")}) select w.id, ${names.map((_, i) => `$${i + 1}`).join(", ")} from holdfast.workspaces w where w.slug = 'local' returning id`,
      Object.values(row),
    );
  await act(db.pool(), { verb: "enable", subject: "schedule", target: { schedule: row.name } });
  return rows[0].id as number;
}

const minute = (n: number) => new Date(Date.parse(START) + n * 60_000);
const minutes = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => minute(from + i));
const setTime = (n: number, seconds = 1) => clock.stop(new Date(minute(n).getTime() + seconds * 1000));

/** What a supervisor says: from where it stepped, the windows it found until now, and the one after. */
async function fire(
  id: number,
  from: number | Date,
  windows: Date[],
  next: Date,
  supervisor = "a",
): Promise<Record<string, unknown>> {
  const now = await clock.now();
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select holdfast_private.fire_windows($1, $2, $3, $4, $5, $6) as result", [
      id,
      typeof from === "number" ? minute(from) : from,
      windows,
      // As the supervisor hands it in: a portion of a long gap ends with its last window.
      next <= now ? windows.at(-1) : now,
      next,
      supervisor,
    ]);
  return rows[0].result;
}
const windowsOf = async (id: number) =>
  (
    await db
      .pool()
      .query(
        "select window_at, outcome, reason, job_id from holdfast.schedule_windows where schedule_id = $1 order by 1",
        [id],
      )
  ).rows;
const outcomes = async (id: number) => (await windowsOf(id)).map((row) => row.outcome as string);
const stepped = async (id: number) =>
  (await db.pool().query("select stepped_to, next_window_at from holdfast.schedules where id = $1", [id])).rows[0];

test("a due window fires its job, with the template's columns, and is a row and an event", async () => {
  const id = await schedule({ payload: { a: 1 }, queue: "report", priority: 3, venture: "noaerth" });
  await setTime(1);
  await expect(fire(id, 0, minutes(1, 1), minute(2))).resolves.toEqual({ fired: 1, late: 0, skipped: 0, missed: 0 });
  const [window] = await windowsOf(id);
  expect(window).toMatchObject({ window_at: minute(1), outcome: "fired", reason: null });
  const { rows } = await db
    .pool()
    .query(
      "select state, queue, priority, payload, venture, trigger, name, labels, created_by from holdfast.jobs where id = $1",
      [window.job_id],
    );
  expect(rows[0]).toEqual({
    state: "dispatched",
    queue: "report",
    priority: 3,
    payload: { a: 1 },
    venture: "noaerth",
    trigger: "schedule",
    name: "tick",
    labels: { schedule: "tick" },
    created_by: "schedule:tick",
  });
  const events = await db.pool().query("select actor, data from holdfast_ledger.events where action = 'window.fired'");
  expect(events.rows).toMatchObject([{ actor: "supervisor:a", data: { job: window.job_id } }]);
  await expect(stepped(id)).resolves.toEqual({ stepped_to: await clock.now(), next_window_at: minute(2) });
});

test("two supervisors that fire the same window at the same moment fire it once", async () => {
  const id = await schedule();
  await setTime(1);
  await using one = await openSession(db);
  const args = [id, minute(0), minutes(1, 1), await clock.now(), minute(2)];
  const statement = "select holdfast_private.fire_windows($1, $2, $3, $4, $5, $6) as result";
  await one.client.query("begin");
  const first = await one.client.query(statement, [...args, "one"]);
  const second = await db.pool().query(statement, [...args, "two"]);
  await one.client.query("commit");
  const third = await db.pool().query(statement, [...args, "two"]);
  expect([first, second, third].map(({ rows }) => rows[0].result)).toEqual([
    { fired: 1, late: 0, skipped: 0, missed: 0 },
    { ignored: true },
    { ignored: true },
  ]);
  expect((await db.pool().query("select from holdfast.jobs")).rowCount).toBe(1);
});

test("eight supervisors racing over fifty windows fire each exactly once", async () => {
  const id = await schedule({ overlap: "queue" });
  for (let n = 1; n <= 50; n++) {
    await setTime(n);
    const from = n === 1 ? minute(0) : new Date(minute(n - 1).getTime() + 1000);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, s) => fire(id, from, minutes(n, n), minute(n + 1), `s${s}`)),
    );
    expect(results.filter((result) => result.fired === 1)).toHaveLength(1);
  }
  expect(new Set((await windowsOf(id)).map((row) => row.job_id)).size).toBe(50);
});

test("what was decided already, from another place, or lies ahead, is ignored", async () => {
  const id = await schedule();
  await setTime(2);
  await expect(fire(id, 1, minutes(1, 2), minute(3))).resolves.toEqual({ ignored: true });
  const ahead = await db
    .pool()
    .query("select holdfast_private.fire_windows($1, $2, $3, $4, $5, 'a') as result", [
      id,
      minute(0),
      minutes(1, 9),
      minute(9),
      minute(10),
    ]);
  expect(ahead.rows[0].result).toEqual({ ignored: true });
  await expect(windowsOf(id)).resolves.toEqual([]);
});

test("a schedule disabled meanwhile fires nothing, and counts from anew when it is enabled", async () => {
  const id = await schedule();
  await setTime(1);
  await act(db.pool(), { verb: "disable", subject: "schedule", target: { schedule: "tick" } });
  await expect(fire(id, 0, minutes(1, 1), minute(2))).resolves.toEqual({ ignored: true });
  await setTime(30);
  await act(db.pool(), { verb: "enable", subject: "schedule", target: { schedule: "tick" } });
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select id, stepped_to, now from holdfast_private.due_schedules()");
  expect(rows).toEqual([{ id, stepped_to: await clock.now(), now: await clock.now() }]);
  await expect(windowsOf(id)).resolves.toEqual([]);
});

test("where it begins has no finer digits than a supervisor's clock", async () => {
  await clock.stop(new Date(START));
  await clock.advance("0.123456 seconds");
  const id = await schedule();
  const { rows } = await db
    .pool()
    .query("select extract(microseconds from stepped_to)::int % 1000 as digits from holdfast.schedules where id = $1", [
      id,
    ]);
  expect(rows[0].digits).toBe(0);
});

describe("after a gap of ten minutes", () => {
  const GAPS: [fields: Record<string, unknown>, expected: string[]][] = [
    [{ catch_up: "skip" }, [...Array(9).fill("missed"), "fired"]],
    [{ catch_up: "once" }, [...Array(9).fill("missed"), "fired"]],
    [{ catch_up: "all", overlap: "queue" }, [...Array(9).fill("late"), "fired"]],
    [
      { catch_up: "all", catch_up_limit: 3, overlap: "queue" },
      [...Array(6).fill("missed"), ...Array(3).fill("late"), "fired"],
    ],
    [
      { catch_up: "all", max_age_seconds: 300, overlap: "queue" },
      [...Array(5).fill("missed"), ...Array(4).fill("late"), "fired"],
    ],
  ];
  test.each(GAPS)("%j decides about each window, the newest in time", async (fields, expected) => {
    const id = await schedule(fields);
    await setTime(10);
    await fire(id, 0, minutes(1, 10), minute(11));
    await expect(outcomes(id)).resolves.toEqual(expected);
  });

  const LATE: [fields: Record<string, unknown>, expected: string[]][] = [
    [{ catch_up: "skip" }, Array(10).fill("missed")],
    [{ catch_up: "once" }, [...Array(9).fill("missed"), "late"]],
    [{ catch_up: "once", max_age_seconds: 200 }, Array(10).fill("missed")],
    [{ catch_up: "all", catch_up_limit: 2, overlap: "queue" }, [...Array(8).fill("missed"), "late", "late"]],
  ];
  test.each(LATE)("%j makes up for what nothing in time makes up for", async (fields, expected) => {
    const id = await schedule({ cron: "0-14 10 * * *", ...fields });
    await setTime(14);
    await fire(id, 0, minutes(1, 10), minute(24 * 60));
    await expect(outcomes(id)).resolves.toEqual(expected);
    const { rows } = await db.pool().query("select count(*) as n from holdfast.jobs");
    expect(rows[0].n).toBe(expected.filter((outcome) => outcome === "late").length);
  });

  test("a window names why it was missed, or how late it is", async () => {
    const id = await schedule({ catch_up: "once", cron: "0-14 10 * * *", max_age_seconds: 480 });
    await setTime(14);
    await fire(id, 0, minutes(1, 10), minute(24 * 60));
    const reasons = (await windowsOf(id)).map((row) => row.reason);
    expect(reasons[0]).toBe("older than max_age");
    expect(reasons[8]).toBe("catch_up once");
    expect(reasons[9]).toBe("241 seconds late");
  });
});

test("a gap that comes in portions is caught up with as if it came at once", async () => {
  const id = await schedule({ catch_up: "all", catch_up_limit: 4, overlap: "queue" });
  await setTime(11, 30);
  await fire(id, 0, minutes(1, 9), minute(10));
  const { stepped_to, next_window_at } = await stepped(id);
  expect({ stepped_to, next_window_at }).toEqual({ stepped_to: minute(5), next_window_at: minute(6) });
  await fire(id, stepped_to, minutes(6, 11), minute(12));
  await expect(outcomes(id)).resolves.toEqual([...Array(6).fill("missed"), ...Array(4).fill("late"), "fired"]);
});

describe("when the job of the window before has not ended", () => {
  const twice = async (fields: Record<string, unknown>, between?: (job: number) => Promise<unknown>) => {
    const id = await schedule(fields);
    await setTime(1);
    await fire(id, 0, minutes(1, 1), minute(2));
    const first = (await windowsOf(id))[0].job_id as number;
    await between?.(first);
    await setTime(2);
    await fire(id, new Date(minute(1).getTime() + 1000), minutes(2, 2), minute(3));
    return { id, first };
  };

  test("overlap skip skips the window and says which job", async () => {
    const { id, first } = await twice({ overlap: "skip" });
    await expect(windowsOf(id)).resolves.toMatchObject([
      { outcome: "fired" },
      { outcome: "skipped", reason: `job ${first} of the window before has not ended`, job_id: null },
    ]);
  });

  test("overlap skip fires once it has ended", async () => {
    const by = await worker(db);
    const { id } = await twice({ overlap: "skip" }, async (job) =>
      by.finish({ token: await by.takeOne(job), outcome: "completed" }),
    );
    await expect(outcomes(id)).resolves.toEqual(["fired", "fired"]);
  });

  test("overlap queue fires all the same", async () => {
    const { id, first } = await twice({ overlap: "queue" });
    await expect(outcomes(id)).resolves.toEqual(["fired", "fired"]);
    await expect(stateOf(db, first)).resolves.toBe("dispatched");
  });

  test("overlap replace cancels what waits", async () => {
    const { id, first } = await twice({ overlap: "replace" });
    await expect(outcomes(id)).resolves.toEqual(["fired", "fired"]);
    await expect(stateOf(db, first)).resolves.toBe("canceled");
  });

  test("overlap replace asks what runs to end", async () => {
    const by = await worker(db);
    const { first } = await twice({ overlap: "replace" }, (job) => by.takeOne(job));
    const { rows } = await db.pool().query("select verdict from holdfast.leases where job_id = $1", [first]);
    expect(rows).toEqual([{ verdict: "cancel" }]);
  });
});

test("jitter makes the job due within its bounds, and spreads", async () => {
  const id = await schedule({ jitter_seconds: 60, overlap: "queue" });
  await setTime(20);
  await fire(id, 0, minutes(1, 20), minute(21));
  await act(db.pool(), { verb: "run", subject: "schedule", target: { schedule: "tick" } });
  for (let n = 21; n <= 30; n++) {
    await setTime(n);
    await fire(id, new Date(minute(n - 1).getTime() + 1000), minutes(n, n), minute(n + 1));
  }
  const { rows } = await db
    .pool()
    .query("select extract(epoch from run_at - created_at)::float8 as wait from holdfast.jobs order by id");
  const waits = rows.map((row) => row.wait as number);
  expect(waits.every((wait) => wait >= 0 && wait <= 60)).toBe(true);
  expect(new Set(waits).size).toBeGreaterThan(5);
});

test("a template that the catalogue refuses costs its window, with the reason, and not the schedule", async () => {
  const id = await schedule({ venture: "noaerth" });
  const other = await schedule({ name: "other" });
  await db.pool().query("delete from holdfast.ventures where name = 'noaerth'");
  await setTime(1);
  await expect(fire(id, 0, minutes(1, 1), minute(2))).resolves.toMatchObject({ missed: 1 });
  await expect(windowsOf(id)).resolves.toMatchObject([
    { outcome: "missed", job_id: null, reason: expect.stringMatching(/^refused: There is no venture 'noaerth'/) },
  ]);
  await expect(fire(other, 0, minutes(1, 1), minute(2))).resolves.toMatchObject({ fired: 1 });
  await expect(stepped(id)).resolves.toMatchObject({ next_window_at: minute(2) });
});

test("firing does not wait for a person who holds the queue: the job follows", async () => {
  const id = await schedule();
  await act(db.pool(), { verb: "limit", subject: "queue", target: { queue: "scheduled" }, params: { max_running: 5 } });
  await setTime(1);
  await using person = await openSession(db);
  await person.client.query("begin");
  await person.client.query(
    "select holdfast.act('local', 'limit', 'queue', '{\"queue\": \"scheduled\"}', null, '{\"max_running\": 6}')",
  );
  await using supervisor = await openSession(db);
  await supervisor.client.query("set lock_timeout = '2s'");
  const { rows } = await supervisor.client.query(
    "select holdfast_private.fire_windows($1, $2, $3, $4, $5, 'a') as result",
    [id, minute(0), minutes(1, 1), await clock.now(), minute(2)],
  );
  expect(rows[0].result).toMatchObject({ fired: 1 });
  await person.client.query("rollback");
  await duty(db, "promote");
  await expect(stateOf(db, (await windowsOf(id))[0].job_id)).resolves.toBe("dispatched");
});
