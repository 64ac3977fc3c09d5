import {
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  job,
  stateOf,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { expect, test } from "vitest";

async function clocked() {
  const db = await createTestDatabase();
  // Well past the ttl that everybody is granted after the server's start.
  const clock = await controlClock(db);
  await clock.advance("1 hour");
  return { db, clock, [Symbol.asyncDispose]: () => db.drop() };
}

const jobRow = async (db: TestDatabase, id: number) =>
  (await db.pool().query("select * from holdfast.jobs where id = $1", [id])).rows[0];

test("an expired lease of a retry-safe job is lost, and the job goes again", async () => {
  await using t = await clocked();
  const id = await job(t.db, { state: "running" });
  await t.clock.advance("14 seconds");
  await expect(duty(t.db, "reap")).resolves.toMatchObject({ runs_lost: 0 });
  await expect(stateOf(t.db, id)).resolves.toBe("running");
  await t.clock.advance("2 seconds");
  await expect(duty(t.db, "reap")).resolves.toMatchObject({ runs_lost: 1 });
  expect(await jobRow(t.db, id)).toMatchObject({ state: "retrying", crash_count: 1, error_class: "lease_expired" });
  await duty(t.db, "promote");
  await expect(stateOf(t.db, id)).resolves.toBe("dispatched");
});

test("an expired lease of a job that is not retry-safe waits for a person's consent", async () => {
  await using t = await clocked();
  const id = await enqueue(t.db, { kind: "command", payload: { argv: ["true"] } });
  await (await worker(t.db)).takeOne(id);
  await t.clock.advance("16 seconds");
  await duty(t.db, "reap");
  await expect(stateOf(t.db, id)).resolves.toBe("awaiting_approval");
});

test("a run lost past its timeout is timed out, never kept alive", async () => {
  await using t = await clocked();
  const id = await job(t.db, { state: "running", options: { timeout_seconds: 10 } });
  await t.clock.advance("16 seconds");
  await duty(t.db, "reap");
  await expect(stateOf(t.db, id)).resolves.toBe("timed_out");
});

test("a silent worker is ended, a beating one is not", async () => {
  await using t = await clocked();
  const silent = await worker(t.db);
  const beating = await worker(t.db);
  await t.clock.advance("16 seconds");
  await t.db.pool("holdfast_worker").query("select from holdfast_private.worker_beat($1)", [beating.id]);
  await expect(duty(t.db, "reap")).resolves.toMatchObject({ workers_ended: 1 });
  const { rows } = await t.db.pool().query("select id, ended_reason from holdfast.workers where ended_at is not null");
  expect(rows).toEqual([{ id: silent.id, ended_reason: expect.stringMatching(/^silent since/) }]);
});

test("after a start of the server everybody has one full ttl to report back", async () => {
  await using db = await createTestDatabase();
  const clock = await controlClock(db);
  const id = await job(db, { state: "running" });
  // As the lease of a run looks whose worker could not beat while the server was away.
  await db.pool().query("alter table holdfast.leases disable trigger leases__heartbeat");
  await db.pool().query(`update holdfast.leases set
    heartbeat_at = pg_postmaster_start_time() - interval '5 minutes', expires_at = pg_postmaster_start_time() - interval '4 minutes'`);
  await db.pool().query("update holdfast.workers set last_seen_at = pg_postmaster_start_time() - interval '5 minutes'");
  const { rows } = await db.pool().query("select pg_postmaster_start_time() as started");
  await clock.stop(new Date(rows[0].started.getTime() + 14_000));
  await expect(duty(db, "reap")).resolves.toEqual({ runs_lost: 0, workers_ended: 0 });
  await clock.advance("2 seconds");
  await expect(duty(db, "reap")).resolves.toEqual({ runs_lost: 1, workers_ended: 1 });
  await expect(stateOf(db, id)).resolves.toBe("retrying");
});

test("a heartbeat that comes in time is enough", async () => {
  await using t = await clocked();
  const id = await enqueue(t.db, { kind: "command", payload: { argv: ["true"] } });
  const token = await (await worker(t.db)).takeOne(id);
  for (let i = 0; i < 3; i++) {
    await t.clock.advance("14 seconds");
    await t.db.pool("holdfast_worker").query("select holdfast_private.beat_lease($1, '{}')", [token]);
    await duty(t.db, "reap");
  }
  await expect(stateOf(t.db, id)).resolves.toBe("running");
});
