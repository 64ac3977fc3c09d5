import {
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  job,
  openSession,
  sealAll,
  stateOf,
  worker,
} from "@holdfast/testing";
import { expect, test } from "vitest";

test("output is dropped by whole days once no queue keeps it, with an event", async () => {
  await using db = await createTestDatabase();
  const clock = await controlClock(db);
  const by = await worker(db);
  const token = await by.takeOne(await enqueue(db, { kind: "command", payload: { argv: ["true"] } }));
  await db.pool("holdfast_worker").query("select holdfast_private.store_output($1, 'stdout', 0, 'abc')", [token]);
  const stored = async () => (await db.pool().query("select from holdfast.run_output")).rowCount;
  await clock.advance("14 days");
  await duty(db, "retention");
  await expect(stored()).resolves.toBe(1);
  await clock.advance("1 day");
  await expect(duty(db, "retention")).resolves.toMatchObject({ output_days_dropped: expect.any(Number) });
  await expect(stored()).resolves.toBe(0);
  const { rows } = await db
    .pool()
    .query("select subject_id from holdfast.events where action = 'output.dropped' order by 1");
  expect(rows.length).toBeGreaterThan(0);
});

test("finished jobs go with their runs when their queue no longer keeps them; live ones stay however old", async () => {
  await using db = await createTestDatabase();
  const clock = await controlClock(db);
  const old = await job(db, { state: "completed", options: { labels: { a: 1 } } });
  const waiting = await job(db, { state: "queued", options: { run_at: "2036-01-01T00:00:00Z" } });
  const parent = await job(db, { state: "failed" });
  const child = await enqueue(db, { options: { depends_on: [parent] } });
  await clock.advance("91 days");
  const young = await job(db, { state: "completed" });
  await expect(duty(db, "retention")).resolves.toMatchObject({ jobs_dropped: 1 });
  await expect(stateOf(db, old)).resolves.toBe("gone");
  await expect(stateOf(db, waiting)).resolves.toBe("queued");
  await expect(stateOf(db, parent)).resolves.toBe("failed");
  await expect(stateOf(db, child)).resolves.toBe("blocked");
  await expect(stateOf(db, young)).resolves.toBe("completed");
  for (const table of ["runs", "job_labels"]) {
    const left = await db.pool().query(`select from holdfast.${table} where job_id = $1`, [old]);
    expect(left.rowCount, table).toBe(0);
  }
  const { rows } = await db.pool().query("select data from holdfast.events where action = 'jobs.dropped'");
  expect(rows).toEqual([{ data: { count: 1, first: old, last: old } }]);
});

test("an old job that somebody is retrying at this moment is not dropped", async () => {
  await using db = await createTestDatabase();
  const clock = await controlClock(db);
  const id = await job(db, { state: "failed" });
  await clock.advance("91 days");
  await duty(db, "promote"); // takes the leader lease
  await using person = await openSession(db);
  await using supervisor = await openSession(db);
  await person.client.query("begin");
  await person.client.query("select holdfast.act('local', 'retry', 'job', jsonb_build_object('job', $1::bigint))", [
    id,
  ]);
  const retention = supervisor.client.query("select holdfast_private.run_duty('retention', 'test') as result");
  // Either it passes the locked job over, or it waits for the retry and then sees it.
  await Promise.race([retention, supervisor.untilBlocked().catch(() => {})]);
  await person.client.query("commit");
  await retention;
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("days of the ledger go once no workspace keeps them, only when sealed, with an event; verify still passes", async () => {
  await using db = await createTestDatabase();
  const clock = await controlClock(db);
  await job(db, { state: "completed" });
  const enqueued = async () =>
    (await db.pool().query("select from holdfast.events where action = 'job.enqueued'")).rowCount;
  await clock.advance("401 days");
  // The clock moved for this duty alone: nothing has been sealed, so nothing may be dropped.
  await expect(duty(db, "retention")).resolves.toMatchObject({ put_off: expect.any(Number) });
  await expect(enqueued()).resolves.toBe(1);
  await sealAll(db);
  await expect(duty(db, "retention")).resolves.toMatchObject({ event_days_dropped: 1 });
  await expect(enqueued()).resolves.toBe(0);
  const { rows } = await db.pool().query("select data from holdfast.events where action = 'events.dropped'");
  expect(rows.some(({ data }) => data.count > 0)).toBe(true);
  expect((await db.pool().query("select * from holdfast_ledger.verify()")).rows).toEqual([]);
});
