import { createTestDatabase, registerKinds } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
await registerKinds(db, "hello");

async function enqueueMany(jobs: object[]) {
  const { rows } = await db.pool().query("select * from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
  return rows;
}

test("a thousand jobs of one call are all dispatched, each delivered once", async () => {
  const jobs = await enqueueMany(Array.from({ length: 1000 }, (_, i) => ({ kind: "hello", payload: { i } })));
  expect(jobs).toHaveLength(1000);
  expect(new Set(jobs.map((job) => `${job.state} ${job.existing}`))).toEqual(new Set(["dispatched false"]));
  const { rows } = await db
    .pool()
    .query(
      "select count(*) as n, count(distinct key) as keys from graphile_worker._private_jobs where key like 'job:%'",
    );
  expect(rows[0]).toEqual({ n: 1000, keys: 1000 });
});

test("ten thousand jobs with ten thousand keys fit into one call", async () => {
  const started = performance.now();
  const jobs = await enqueueMany(
    Array.from({ length: 10_000 }, (_, i) => ({ kind: "hello", concurrency_key: `key-${i}` })),
  );
  expect(new Set(jobs.map((job) => job.state))).toEqual(new Set(["dispatched"]));
  // Printed, not asserted: a busy machine is no fault.
  console.log(`ten thousand keys in one call: ${Math.round(performance.now() - started)} ms (the promise: 20 000)`);
});

test("an empty batch makes nothing", async () => {
  await expect(enqueueMany([])).resolves.toEqual([]);
});

test("an answer tells new jobs from existing ones by their keys", async () => {
  await enqueueMany([{ kind: "hello", idempotency_key: "old" }]);
  const jobs = await enqueueMany([
    { kind: "hello", idempotency_key: "old" },
    { kind: "hello", idempotency_key: "new" },
  ]);
  expect(jobs.map(({ idempotency_key, existing }) => [idempotency_key, existing])).toEqual([
    ["old", true],
    ["new", false],
  ]);
});
