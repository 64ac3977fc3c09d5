import { createTestDatabase, job, openSession, registerKinds } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
await registerKinds(db, "hello", "other");

const ENQUEUE = "select (holdfast.enqueue('local', $1, '{}', jsonb_build_object('idempotency_key', $2::text))).id";

test("a repeat of a key returns the job that exists, even after it has ended", async () => {
  const id = await job(db, { kind: "hello", state: "completed", options: { idempotency_key: "once" } });
  const { rows } = await db.pool().query(ENQUEUE, ["hello", "once"]);
  expect(rows[0].id).toBe(id);
});

test("the same key of another kind is another job", async () => {
  const first = await db.pool().query(ENQUEUE, ["hello", "shared"]);
  const second = await db.pool().query(ENQUEUE, ["other", "shared"]);
  expect(second.rows[0].id).not.toBe(first.rows[0].id);
});

test("two concurrent callers with one key make one job, and both get it", async () => {
  await using one = await openSession(db);
  await using two = await openSession(db);
  await one.client.query("begin");
  const first = await one.client.query(ENQUEUE, ["hello", "race"]);
  const second = two.client.query(ENQUEUE, ["hello", "race"]);
  await two.untilBlocked();
  await one.client.query("commit");
  expect((await second).rows[0].id).toBe(first.rows[0].id);
  const { rows } = await db.pool().query("select count(*) as n from holdfast.jobs where idempotency_key = 'race'");
  expect(rows[0].n).toBe(1);
});

test("a caller whose twin rolled back makes the job", async () => {
  await using one = await openSession(db);
  await using two = await openSession(db);
  await one.client.query("begin");
  await one.client.query(ENQUEUE, ["hello", "undone"]);
  const second = two.client.query(ENQUEUE, ["hello", "undone"]);
  await two.untilBlocked();
  await one.client.query("rollback");
  const { id } = (await second).rows[0];
  const { rows } = await db.pool().query("select id, state from holdfast.jobs where idempotency_key = 'undone'");
  expect(rows).toEqual([{ id, state: "dispatched" }]);
});

test("a key that a batch repeats makes one job", async () => {
  const { rows } = await db
    .pool()
    .query("select id, existing from holdfast.enqueue_many('local', $1)", [
      JSON.stringify([1, 2, 3].map(() => ({ kind: "hello", idempotency_key: "thrice" }))),
    ]);
  expect(rows).toEqual([{ id: expect.any(Number), existing: false }]);
});

test("a repeat delivers nothing twice", async () => {
  const { rows } = await db.pool().query(ENQUEUE, ["hello", "quiet"]);
  await db.pool().query(ENQUEUE, ["hello", "quiet"]);
  const deliveries = await db
    .pool()
    .query("select revision from graphile_worker._private_jobs where key = $1", [`job:${rows[0].id}`]);
  expect(deliveries.rows).toEqual([{ revision: 0 }]);
});
