import { createTestDatabase, enqueue, job, refusalOf, stateOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const by = await worker(db);

const jobRow = async (id: number) => (await db.pool().query("select * from holdfast.jobs where id = $1", [id])).rows[0];
const runRow = async (token: number) =>
  (await db.pool().query("select * from holdfast.runs where id = $1", [token])).rows[0];

async function running(options: Record<string, unknown> = {}) {
  const id = await enqueue(db, { options });
  return { id, token: await by.takeOne(id) };
}

test("a completed run ends its job with the result, drops the lease and records one event", async () => {
  const { id, token } = await running();
  const answers = await by.finish({
    token,
    outcome: "completed",
    result: { n: 1 },
    cpu_seconds: 1.5,
    memory_bytes: 4096,
    cost: 0.25,
  });
  expect(answers).toEqual([{ token, accepted: true, state: "completed", reason: null }]);
  expect(await jobRow(id)).toMatchObject({
    state: "completed",
    result: { n: 1 },
    error_message: null,
    attempt: 1,
    crash_count: 0,
  });
  expect(await runRow(token)).toMatchObject({ outcome: "completed", cpu_seconds: 1.5, memory_bytes: 4096, cost: 0.25 });
  const leases = await db.pool().query("select from holdfast.leases where token = $1", [token]);
  expect(leases.rowCount).toBe(0);
  const events = await db
    .pool()
    .query(
      "select actor, action, data ->> 'outcome' as outcome from holdfast.events where subject_type = 'run' and subject_id = $1",
      [String(token)],
    );
  expect(events.rows).toEqual([{ actor: `worker:${by.id}`, action: "run.closed", outcome: "completed" }]);
});

test("the same finish again is accepted again, and changes nothing", async () => {
  const { id, token } = await running();
  await by.finish({ token, outcome: "completed", result: 1 });
  const before = [await jobRow(id), await runRow(token)];
  await expect(by.finish({ token, outcome: "completed", result: 2 })).resolves.toEqual([
    { token, accepted: true, state: "completed", reason: null },
  ]);
  expect([await jobRow(id), await runRow(token)]).toEqual(before);
});

test("a late finish is refused with a reason, and changes nothing", async () => {
  const { id, token } = await running();
  await db
    .pool("holdfast_worker")
    .query("select holdfast_private.report_worker_dead($1, 'test')", [(await worker(db)).id]);
  await db.pool("holdfast_worker").query("select holdfast_private.report_runs_lost($1, 'test')", [[token]]);
  const second = await by.takeOne(id);
  const before = [await jobRow(id), await runRow(token), await runRow(second)];
  await expect(by.finish({ token, outcome: "completed", result: "late" })).resolves.toEqual([
    { token, accepted: false, state: "running", reason: "lease_lost" },
  ]);
  expect([await jobRow(id), await runRow(token), await runRow(second)]).toEqual(before);
});

test("an unknown token is answered, never raised", async () => {
  await expect(by.finish({ token: 999_999, outcome: "completed" })).resolves.toEqual([
    { token: 999_999, accepted: false, state: null, reason: "lease_lost" },
  ]);
});

test("one stale token of a batch does not hold up the others", async () => {
  const { id, token } = await running();
  const answers = await by.finish({ token, outcome: "completed" }, { token: 999_998, outcome: "failed" });
  expect(answers.map(({ accepted }) => accepted)).toEqual([true, false]);
  await expect(stateOf(db, id)).resolves.toBe("completed");
});

test("a worker may not declare its own run lost", async () => {
  const { id, token } = await running();
  await expect(refusalOf(by.finish({ token, outcome: "lost" }))).resolves.toMatchObject({
    code: "PT422",
    rule: "holdfast.unknown_outcome",
  });
  await expect(stateOf(db, id)).resolves.toBe("running");
});

test("a result over 64 KiB fails the job for good, and says why", async () => {
  const { id, token } = await running();
  const finish = { token, outcome: "completed", result: "x".repeat(65_537) };
  await expect(by.finish(finish)).resolves.toMatchObject([{ accepted: true, state: "failed" }]);
  expect(await jobRow(id)).toMatchObject({
    result: null,
    error_class: "result_too_large",
    error_message: expect.stringContaining("64 KiB"),
  });
  await expect(by.finish(finish)).resolves.toMatchObject([{ accepted: true, state: "failed" }]);
});

test("a failure that cannot get better is final, whatever the class says", async () => {
  const { id, token } = await running({ max_attempts: 9 });
  await by.finish({
    token,
    outcome: "failed",
    error: { message: "no such program", class: "program_not_found", retry: false },
  });
  expect(await jobRow(id)).toMatchObject({ state: "failed", error_class: "program_not_found", attempt: 1 });
});

test("alike failures share a fingerprint, others do not", async () => {
  const fail = async (message: string) => {
    const { id, token } = await running({ max_attempts: 1 });
    await by.finish({ token, outcome: "failed", error: { message, class: "io" } });
    return (await jobRow(id)).fingerprint;
  };
  const first = await fail("cannot read /srv/a/1.txt after 12 s (request 0a1b2c3d4e5f)");
  expect(await fail("cannot read /srv/b/99.txt after 7 s (request deadbeef0123)")).toBe(first);
  expect(await fail("cannot write /srv/a/1.txt after 12 s (request 0a1b2c3d4e5f)")).not.toBe(first);
});

test("a retried job that completes keeps no error", async () => {
  const { id, token } = await running();
  await by.finish({ token, outcome: "failed", error: { message: "once", class: "x" } });
  expect(await jobRow(id)).toMatchObject({ state: "retrying", error_message: "once" });
  await db.pool().query("select holdfast.act('local', 'retry', 'job', jsonb_build_object('job', $1::bigint))", [id]);
  await by.finish({ token: await by.takeOne(id), outcome: "completed" });
  expect(await jobRow(id)).toMatchObject({
    state: "completed",
    error_message: null,
    error_class: null,
    fingerprint: null,
    attempt: 2,
  });
});

test("a run that was told to end and failed leaves its job canceled", async () => {
  const id = await job(db, { state: "running", by });
  const { rows } = await db.pool().query("select token from holdfast.leases where job_id = $1", [id]);
  await db.pool().query("select holdfast.act('local', 'cancel', 'job', jsonb_build_object('job', $1::bigint))", [id]);
  await by.finish({ token: rows[0].token, outcome: "failed", error: { message: "SIGTERM", class: "signal" } });
  await expect(stateOf(db, id)).resolves.toBe("canceled");
});
