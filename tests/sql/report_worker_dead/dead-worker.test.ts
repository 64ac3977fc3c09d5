import { createTestDatabase, enqueue, job, registerKinds, stateOf, type TestWorker, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const pool = db.pool("holdfast_worker");
const reportDead = async (by: TestWorker) =>
  (await pool.query("select holdfast_private.report_worker_dead($1, 'pid 1 is gone') as n", [by.id])).rows[0]
    .n as number;
const jobRow = async (id: number) => (await db.pool().query("select * from holdfast.jobs where id = $1", [id])).rows[0];

test("function jobs of a dead worker are dispatched again in the same transaction", async () => {
  const by = await worker(db);
  const id = await job(db, { state: "running", by });
  const client = await db.pool().connect();
  await client.query("begin");
  await client.query("select holdfast_private.report_worker_dead($1, 'gone')", [by.id]);
  const { rows } = await client.query("select state, attempt, crash_count from holdfast.jobs where id = $1", [id]);
  const delivery = await client.query(
    "select from graphile_worker._private_jobs where key = $1 and locked_at is null",
    [`job:${id}`],
  );
  await client.query("rollback");
  client.release();
  expect(rows[0]).toEqual({ state: "dispatched", attempt: 1, crash_count: 1 });
  expect(delivery.rowCount).toBe(1);
});

test("the lost run says so with the evidence, and the next attempt runs to its end", async () => {
  const by = await worker(db);
  const id = await job(db, { state: "running", by });
  await expect(reportDead(by)).resolves.toBe(1);
  const lost = await db
    .pool()
    .query("select outcome, error_class, error_message from holdfast.runs where job_id = $1", [id]);
  expect(lost.rows).toEqual([
    { outcome: "lost", error_class: "worker_died", error_message: "The worker process died: pid 1 is gone" },
  ]);
  const next = await worker(db);
  await next.finish({ token: await next.takeOne(id), outcome: "completed" });
  expect(await jobRow(id)).toMatchObject({ state: "completed", attempt: 2, crash_count: 1 });
});

test("command runs of a dead worker are left to their runners", async () => {
  const by = await worker(db);
  const id = await enqueue(db, { kind: "command", payload: { argv: ["true"] } });
  const token = await by.takeOne(id);
  await expect(reportDead(by)).resolves.toBe(0);
  await expect(stateOf(db, id)).resolves.toBe("running");
  const { rows } = await pool.query("select holdfast_private.beat_lease($1, '{}') as verdict", [token]);
  expect(rows[0].verdict).toBe("keep");
});

test("what the dead pool had fetched but not begun goes back, attempts and all; what was begun is dropped", async () => {
  const by = await worker(db);
  const begun = await job(db, { state: "running", by });
  const fetched = await job(db);
  await db
    .pool()
    .query(
      "update graphile_worker._private_jobs set locked_at = now(), locked_by = $1, attempts = 1 where key = any ($2)",
      [by.poolId, [`job:${begun}`, `job:${fetched}`]],
    );
  await pool.query("select holdfast_private.report_runs_lost($1, 'x')", [[]]);
  await db.pool().query("update holdfast.jobs set max_attempts = 5 where id = $1", [begun]);
  await reportDead(by);
  const { rows } = await db
    .pool()
    .query("select key, attempts, locked_by from graphile_worker._private_jobs where key = any ($1) order by id", [
      [`job:${begun}`, `job:${fetched}`],
    ]);
  expect(rows).toContainEqual({ key: `job:${fetched}`, attempts: 0, locked_by: null });
  expect(rows.filter((row) => row.locked_by !== null)).toEqual([]);
  const available = await db
    .pool()
    .query("select from graphile_worker._private_jobs where key = $1 and is_available", [`job:${fetched}`]);
  expect(available.rowCount).toBe(1);
});

test("a job that kills its worker again and again is quarantined with the evidence", async () => {
  const id = await job(db);
  for (let i = 0; i < 3; i++) {
    const by = await worker(db);
    await by.takeOne(id);
    await reportDead(by);
  }
  expect(await jobRow(id)).toMatchObject({
    state: "quarantined",
    crash_count: 3,
    error_class: "worker_died",
    attempt: 3,
  });
});

test("reporting a death twice does no harm", async () => {
  const by = await worker(db);
  const id = await job(db, { state: "running", by });
  await reportDead(by);
  await expect(reportDead(by)).resolves.toBe(0);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("two hundred function jobs in flight are all dispatched again at once", async () => {
  await registerKinds(db, "hello");
  const by = await worker(db);
  const { rows } = await db
    .pool()
    .query("select id from holdfast.enqueue_many('local', $1)", [
      JSON.stringify(Array.from({ length: 200 }, () => ({ kind: "hello" }))),
    ]);
  const ids = rows.map((row) => row.id as number);
  await by.take(...ids);
  await expect(reportDead(by)).resolves.toBe(200);
  const states = await db
    .pool()
    .query("select distinct state, attempt, crash_count from holdfast.jobs where id = any ($1)", [ids]);
  expect(states.rows).toEqual([{ state: "dispatched", attempt: 1, crash_count: 1 }]);
});

test("a death frees the slots its jobs held, for those who waited", async () => {
  const by = await worker(db);
  const first = await enqueue(db, { options: { concurrency_key: "k", class: "medium" } });
  await by.takeOne(first);
  const second = await enqueue(db, { options: { concurrency_key: "k" } });
  await db.pool().query("update holdfast.job_classes set quarantine_after = 1 where name = 'medium'");
  await reportDead(by);
  await expect(stateOf(db, first)).resolves.toBe("quarantined");
  await expect(stateOf(db, second)).resolves.toBe("dispatched");
});

test("a lost command names the orphan that the next attempt must make sure of", async () => {
  const by = await worker(db);
  const id = await enqueue(db, { kind: "command", payload: { argv: ["true"] }, options: { class: "small" } });
  const token = await by.takeOne(id);
  const where = {
    host: "test-host",
    boot_id: "boot-1",
    runner_pid: 11,
    runner_started: "1",
    command_pid: 12,
    command_started: "2",
    run_directory: "/srv/runs/1",
  };
  await pool.query("select holdfast_private.attach_run($1, $2)", [token, JSON.stringify(where)]);
  await db.pool().query("update holdfast.leases set ttl_seconds = 1 where token = $1", [token]);
  await db
    .pool()
    .query("select holdfast_private.close_runs(holdfast_private.lost_finishes($1, 'x', 'x'), null, false)", [[token]]);
  await db.pool().query("select holdfast.act('local', 'retry', 'job', jsonb_build_object('job', $1::bigint))", [id]);
  const next = await worker(db);
  const { rows } = await pool.query("select orphans from holdfast_private.take_leases($1, $2)", [next.id, [id]]);
  expect(rows[0].orphans).toEqual([{ run_id: token, ...where }]);
  const cleared = await pool.query("select holdfast_private.orphans_cleared($1) as n", [[token]]);
  expect(cleared.rows[0].n).toBe(1);
});
