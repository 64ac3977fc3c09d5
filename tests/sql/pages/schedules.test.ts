import {
  act,
  asMember,
  asStranger,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  registerKinds,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

const seen = async (name: string) =>
  (
    await asMember("viewer")(db, (client) =>
      client.query("select * from holdfast.schedule_overview where name = $1", [name]),
    )
  ).rows[0];
const doing = (verb: string, schedule: string) =>
  asMember("operator")(db, (client) => act(client, { verb, subject: "schedule", target: { schedule } }), {
    commit: true,
  });

/** What a supervisor tells: the windows until now, the next one, and those after it. */
async function step(name: string, windows: Date[], next: Date, following: Date[]) {
  const { rows } = await db.pool().query(
    `select holdfast_private.fire_windows(s.id, s.stepped_to, $2, greatest(s.stepped_to, holdfast_private.clock()), $3, 'test', $4) as counts
     from holdfast.schedules s where s.name = $1`,
    [name, windows, next, following],
  );
  return rows[0].counts;
}
const ahead = (minutes: number) => new Date(Date.now() + minutes * 60_000);

test("a schedule is PLANNED, then NOT VERIFIED until a leading supervisor has told its next window, then LIVE", async () => {
  expect(await seen("health_scan")).toMatchObject({
    label: "PLANNED",
    next_windows: [],
    last_windows: [],
    evidence_at: null,
  });
  await doing("enable", "health_scan");
  expect(await seen("health_scan")).toMatchObject({ label: "NOT VERIFIED", enabled_by_name: "operator@holdfast.test" });
  const next = [ahead(5), ahead(20), ahead(35)];
  await step("health_scan", [], next[0] as Date, next.slice(1));
  expect(await seen("health_scan")).toMatchObject({ label: "NOT VERIFIED", next_windows: next });
  await duty(db, "promote");
  const live = await seen("health_scan");
  expect(live).toMatchObject({ label: "LIVE", next_windows: next, next_window_at: next[0] });
  expect(Number(live.evidence_age_seconds)).toBeGreaterThanOrEqual(0);
  await db.pool().query("update holdfast.schedules set next_window_at = now() - interval '2 minutes' where enabled");
  expect(await seen("health_scan")).toMatchObject({ label: "NOT VERIFIED" });
  await doing("disable", "health_scan");
  expect(await seen("health_scan")).toMatchObject({ label: "PLANNED", next_windows: [], next_window_at: null });
});

test("it says APPROVAL REQUIRED while a request to enable it is pending, and what was shown stays the same digest", async () => {
  const { result } = await doing("enable", "retry_scan");
  expect(await seen("retry_scan")).toMatchObject({ label: "APPROVAL REQUIRED", pending_approval_id: result.approval });
  await asMember("approver")(
    db,
    (client) => act(client, { verb: "approve", subject: "approval", target: { approval: result.approval } }),
    {
      commit: true,
    },
  );
  expect(await seen("retry_scan")).toMatchObject({ enabled: true, pending_approval_id: null });
});

test("next windows are at most three, in order, from the next on", async () => {
  await doing("enable", "health_scan");
  const next = [ahead(5), ahead(20), ahead(35), ahead(50)];
  await step("health_scan", [], next[0] as Date, [...next].reverse());
  expect((await seen("health_scan")).next_windows).toEqual(next.slice(0, 3));
});

test("it shows the newest ten windows, what was missed of late, and how the last job stands", async () => {
  await registerKinds(db, "hello");
  const clock = await controlClock(db);
  const start = new Date(Date.now() - 3_600_000);
  start.setUTCSeconds(0, 0);
  await clock.stop(start);
  await db
    .pool()
    .query(
      "insert into holdfast.schedules (workspace_id, name, cron, time_zone, kind, overlap) select id, 'tick', '* * * * *', 'UTC', 'hello', 'queue' from holdfast.workspaces",
    );
  await doing("enable", "tick");
  const minutes = Array.from({ length: 12 }, (_, i) => new Date(start.getTime() + (i + 1) * 60_000));
  await clock.stop(new Date(start.getTime() + 12 * 60_000 + 1000));
  const counts = await step("tick", minutes, new Date(start.getTime() + 13 * 60_000), []);
  expect(counts).toMatchObject({ missed: 11, fired: 1 });
  const row = await seen("tick");
  expect(row.last_windows).toHaveLength(10);
  expect(row.last_windows[0]).toEqual({
    window_at: expect.any(String),
    outcome: "fired",
    reason: null,
    job_id: row.last_job_id,
  });
  expect(new Date(row.last_windows[9].window_at)).toEqual(minutes[2]);
  expect(row).toMatchObject({ missed_24h: 11, last_job_state: "dispatched", last_job_finished_at: null });
  const by = await worker(db);
  await by.finish({ token: await by.takeOne(row.last_job_id), outcome: "completed" });
  expect(await seen("tick")).toMatchObject({ last_job_state: "completed", last_job_finished_at: expect.any(Date) });
});

test("a stranger sees no schedule", async () => {
  await enqueue(db);
  const { rowCount } = await asStranger(db, (client) => client.query("select from holdfast.schedule_overview"));
  expect(rowCount).toBe(0);
});
