import { act, createTestDatabase, enqueue, job, stateOf, worker } from "@holdfast/testing";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const LATER = { run_at: "2030-01-01T00:00:00Z" };

const pause = (subject: "queue" | "lane", name: string) =>
  act(db.pool(), { verb: "pause", subject, target: { [subject]: name }, reason: "a test" });
const limit = (subject: "queue" | "lane" | "class", name: string, max_running: number | null) =>
  act(db.pool(), { verb: "limit", subject, target: { [subject]: name }, params: { max_running } });

beforeEach(async () => {
  await db
    .pool()
    .query("update holdfast.queues set paused_at = null, paused_by = null, paused_reason = null, max_running = null");
  await db
    .pool()
    .query("update holdfast.lanes set paused_at = null, paused_by = null, paused_reason = null, max_running = null");
  await db.pool().query("update holdfast.job_classes set max_running = null");
});

async function look(id: number) {
  const { rows } = await db
    .pool()
    .query("select state, held_by, waits_for_slot from holdfast.jobs where id = $1", [id]);
  const delivery = await db.pool().query("select from graphile_worker._private_jobs where key = $1", [`job:${id}`]);
  const why = await db.pool().query("select why from holdfast.next_up where job_id = $1", [id]);
  return { ...rows[0], delivered: delivery.rowCount === 1, why: why.rows[0]?.why };
}

const GATES: [gate: string, close: () => Promise<unknown>, options: Record<string, unknown>, why: RegExp][] = [
  ["queue_paused", () => pause("queue", "primary"), {}, /queue primary is paused by sql:postgres: a test/],
  ["lane_paused", () => pause("lane", "default"), {}, /lane default is paused by sql:postgres: a test/],
  ["due_time", async () => {}, LATER, /is due at 2030-01-01 00:00:00 UTC/],
  ["queue_limit", () => limit("queue", "primary", 0), {}, /queue primary runs its 0 already/],
  ["lane_limit", () => limit("lane", "default", 0), {}, /lane default runs its 0 already/],
  ["class_limit", () => limit("class", "small", 0), {}, /class small runs its limit already/],
  [
    "key_limit",
    () => enqueue(db, { options: { concurrency_key: "k" } }),
    { concurrency_key: "k" },
    /another job with key k runs/,
  ],
];

describe.each(GATES)("the gate %s", (gate, close, options, why) => {
  test("holds a new job, names itself, and keeps it out of graphile-worker", async () => {
    await close();
    const held = await look(await enqueue(db, { options }));
    expect(held).toMatchObject({ state: "queued", held_by: [gate], delivered: false, why: expect.stringMatching(why) });
    expect(held.waits_for_slot).toBe(gate.endsWith("_limit"));
  });
});

test("all closed gates are named, in order", async () => {
  await pause("queue", "primary");
  await pause("lane", "default");
  await expect(look(await enqueue(db, { options: LATER }))).resolves.toMatchObject({
    held_by: ["queue_paused", "lane_paused", "due_time"],
  });
  await limit("queue", "report", 0);
  await limit("lane", "build", 0);
  await limit("class", "medium", 0);
  const full = { queue: "report", lane: "build", class: "medium" };
  await expect(look(await enqueue(db, { options: full }))).resolves.toMatchObject({
    held_by: ["queue_limit", "lane_limit", "class_limit"],
  });
});

test("a pause takes dispatched jobs back, out of graphile-worker, and leaves running ones alone", async () => {
  const by = await worker(db);
  const running = await job(db, { options: { queue: "alert" }, state: "running", by });
  const dispatched = await job(db, { options: { queue: "alert" } });
  const paused = await pause("queue", "alert");
  expect(paused).toMatchObject({ affected: 1, result: { state: "paused", taken_back: 1 } });
  await expect(look(dispatched)).resolves.toMatchObject({
    state: "queued",
    held_by: ["queue_paused"],
    delivered: false,
  });
  await expect(stateOf(db, running)).resolves.toBe("running");
});

test("a pause that closes over a job already in a worker's hands is still obeyed, and the job goes after the resume", async () => {
  const by = await worker(db);
  const id = await job(db, { options: { queue: "alert" } });
  await db
    .pool()
    .query("update graphile_worker._private_jobs set locked_at = now(), locked_by = $1 where key = $2", [
      by.poolId,
      `job:${id}`,
    ]);
  await pause("queue", "alert");
  await expect(by.take(id)).resolves.toEqual(new Map());
  await act(db.pool(), { verb: "resume", subject: "queue", target: { queue: "alert" } });
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
  const fresh = await db
    .pool()
    .query(
      "select from graphile_worker._private_jobs where key = $1 and locked_at is null and attempts < max_attempts",
      [`job:${id}`],
    );
  expect(fresh.rowCount).toBe(1);
});

test("saying pause or resume twice changes nothing, and says so", async () => {
  await pause("lane", "eval");
  await expect(pause("lane", "eval")).resolves.toMatchObject({
    affected: 0,
    result: { state: "paused", note: "was so already" },
  });
  const resume = () => act(db.pool(), { verb: "resume", subject: "lane", target: { lane: "eval" } });
  await resume();
  await expect(resume()).resolves.toMatchObject({ affected: 0, result: { state: "active", note: "was so already" } });
});
