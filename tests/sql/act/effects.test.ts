import { act, createTestDatabase, enqueue, job, stateOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const on = (verb: string, id: number, reason = "a test") =>
  act(db.pool(), { verb, subject: "job", target: { job: id }, reason });
const jobRow = async (id: number) => (await db.pool().query("select * from holdfast.jobs where id = $1", [id])).rows[0];
const delivered = async (id: number) =>
  (await db.pool().query("select from graphile_worker._private_jobs where key = $1", [`job:${id}`])).rowCount;

test("a canceled job is out of graphile-worker and keeps the reason", async () => {
  const id = await job(db);
  await on("cancel", id, "no longer needed");
  expect(await jobRow(id)).toMatchObject({
    state: "canceled",
    error_class: "canceled",
    error_message: "Canceled: no longer needed",
  });
  await expect(delivered(id)).resolves.toBe(0);
});

test("a canceled job frees its slot for the next", async () => {
  const first = await enqueue(db, { options: { concurrency_key: "cancel" } });
  const second = await enqueue(db, { options: { concurrency_key: "cancel" } });
  await on("cancel", first);
  await expect(stateOf(db, second)).resolves.toBe("dispatched");
});

test("a retry gives at least one more attempt, now", async () => {
  const by = await worker(db);
  const id = await job(db, { state: "failed", by });
  await expect(on("retry", id)).resolves.toMatchObject({ result: { state: "dispatched", held_by: [] } });
  const token = await by.takeOne(id);
  await by.finish({ token, outcome: "completed" });
  expect(await jobRow(id)).toMatchObject({ state: "completed", attempt: 2 });
});

test("a retry of a job that waits out its backoff does not wait any longer", async () => {
  const id = await job(db, { state: "retrying" });
  await db.pool().query("update holdfast.jobs set run_at = now() + interval '1 hour' where id = $1", [id]);
  await on("retry", id);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("consent does not make a job run before it is due", async () => {
  const id = await enqueue(db, { options: { class: "approval_required", run_at: "2030-01-01T00:00:00Z" } });
  await on("approve", id);
  expect(await jobRow(id)).toMatchObject({
    state: "queued",
    held_by: ["due_time"],
    run_at: new Date("2030-01-01T00:00:00Z"),
  });
});

test("a rerun is a new job like the old one, which points back to it", async () => {
  const options = { name: "n", labels: { a: "b" }, priority: 3, lane: "default", timeout_seconds: 44 };
  const id = await job(db, { state: "completed", payload: { x: 1 }, options });
  const { result } = await on("rerun", id);
  expect(result).toEqual({ job: expect.any(Number), rerun_of: id });
  expect(await jobRow(result.job as number)).toMatchObject({
    ...options,
    payload: { x: 1 },
    rerun_of: id,
    trigger: "rerun",
    state: "dispatched",
    attempt: 0,
  });
  await expect(stateOf(db, id)).resolves.toBe("completed");
});

test("a released job starts with a clean slate", async () => {
  const id = await job(db, { state: "quarantined" });
  await on("release", id);
  expect(await jobRow(id)).toMatchObject({ state: "dispatched", crash_count: 0 });
});

test("an act leaves one row that says who, why and what happened, and one event", async () => {
  const id = await job(db);
  await on("cancel", id, "because");
  const { rows } = await db
    .pool()
    .query("select actor, reason, affected, result from holdfast.actions where job_id = $1", [id]);
  expect(rows).toEqual([{ actor: "sql:postgres", reason: "because", affected: 1, result: { state: "canceled" } }]);
  const events = await db
    .pool()
    .query("select actor, data from holdfast.events where action = 'job.cancel' and subject_id = $1", [String(id)]);
  expect(events.rows).toEqual([
    { actor: "sql:postgres", data: { reason: "because", affected: 1, result: { state: "canceled" } } },
  ]);
});

test("nobody can write what happened into an act themselves", async () => {
  const id = await job(db);
  const { rows } = await db.pool().query(
    `insert into holdfast.actions (workspace_id, verb, subject, job_id, actor, acted_at, affected, result)
     select id, 'cancel', 'job', $1, 'user:somebody', '2000-01-01', 99, '{"state": "running"}' from holdfast.workspaces where slug = 'local' returning *`,
    [id],
  );
  expect(rows[0]).toMatchObject({ actor: "sql:postgres", affected: 1, result: { state: "canceled" } });
  expect(rows[0].acted_at.getUTCFullYear()).toBeGreaterThan(2025);
});
