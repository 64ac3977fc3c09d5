import { act, controlClock, createTestDatabase, duty, enqueue, stateOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
await clock.advance("1 hour");
const pool = db.pool("holdfast_worker");

/** A command whose runner was not heard of for its ttl. */
async function lost(options: Record<string, unknown> = {}) {
  const by = await worker(db);
  const id = await enqueue(db, { kind: "command", payload: { argv: ["true"] }, options });
  const token = await by.takeOne(id);
  await clock.advance("16 seconds");
  await duty(db, "reap");
  return { by, id, token };
}
const beat = async (token: number) =>
  (await pool.query("select holdfast_private.beat_lease($1, '{}') as v", [token])).rows[0].v as string;
const finish = async (token: number) =>
  (
    await pool.query("select accepted, state, reason from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token, outcome: "completed" }]),
    ])
  ).rows[0];

test.each([
  ["retrying", { class: "small" }],
  ["awaiting_approval", { class: "large" }],
] as const)("a lost run whose job is %s takes its lease back and finishes once", async (state, options) => {
  const { id, token } = await lost(options);
  await expect(stateOf(db, id)).resolves.toBe(state);
  await expect(beat(token)).resolves.toBe("keep");
  const { rows } = await db
    .pool()
    .query("select state, attempt, crash_count, error_message from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({ state: "running", attempt: 1, crash_count: 0, error_message: null });
  await expect(finish(token)).resolves.toMatchObject({ accepted: true, state: "completed" });
  const events = await db
    .pool()
    .query("select action from holdfast.events where subject_type = 'run' and subject_id = $1 order by seq", [
      String(token),
    ]);
  expect(events.rows.map((row) => row.action)).toEqual(["run.launched", "run.closed", "run.resumed", "run.closed"]);
});

test("once a new attempt has started, the lost run stays lost", async () => {
  const { id, token } = await lost({ class: "small" });
  await duty(db, "promote");
  const next = await worker(db);
  const second = await next.takeOne(id);
  await expect(beat(token)).resolves.toBe("lost");
  await expect(finish(token)).resolves.toMatchObject({ accepted: false, reason: "lease_lost" });
  await expect(finish(second)).resolves.toMatchObject({ accepted: true });
});

test("once a person has decided, the lost run stays lost", async () => {
  const { id, token } = await lost({ class: "large" });
  await act(db.pool(), { verb: "approve", subject: "job", target: { job: id } });
  await expect(beat(token)).resolves.toBe("lost");
  const other = await lost({ class: "large" });
  await act(db.pool(), { verb: "cancel", subject: "job", target: { job: other.id } });
  await expect(beat(other.token)).resolves.toBe("lost");
});

test("a lost run past its timeout is not taken back", async () => {
  const { token } = await lost({ class: "large", timeout_seconds: 60 });
  await clock.advance("60 seconds");
  await expect(beat(token)).resolves.toBe("lost");
});

test("a run that was taken back occupies its slots again", async () => {
  const { id, token } = await lost({ class: "large", concurrency_key: "once" });
  const second = await enqueue(db, { options: { concurrency_key: "once" } });
  await expect(stateOf(db, second)).resolves.toBe("dispatched");
  await beat(token);
  const third = await enqueue(db, { options: { concurrency_key: "once" } });
  const { rows } = await db.pool().query("select job_id from holdfast_private.slots where scope = 'key' order by 1");
  expect(rows.map((row) => row.job_id)).toEqual([id, second]);
  await expect(stateOf(db, third)).resolves.toBe("queued");
});
