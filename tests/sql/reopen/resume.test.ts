import {
  act,
  createTestDatabase,
  duty,
  enqueue,
  openSession,
  registerKinds,
  stateOf,
  waitUntil,
} from "@holdfast/testing";
import { expect, test } from "vitest";

const pause = { verb: "pause", subject: "queue", target: { queue: "primary" }, reason: "a test" };
const resume = { verb: "resume", subject: "queue", target: { queue: "primary" } };

test("a resumed queue dispatches the first thousand at once, and all 2,500 with the next promote", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await act(db.pool(), pause);
  const jobs = Array.from({ length: 2500 }, () => ({ kind: "hello" }));
  await db.pool().query("select from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
  const dispatched = async () =>
    (await db.pool().query("select count(*) as n from holdfast.jobs where state = 'dispatched'")).rows[0].n;
  await expect(dispatched()).resolves.toBe(0);
  await expect(act(db.pool(), resume)).resolves.toMatchObject({ affected: 1000 });
  await expect(dispatched()).resolves.toBe(1000);
  await duty(db, "promote");
  await expect(dispatched()).resolves.toBe(2500);
});

test("what a resume has to work off is forgotten once nothing can be held by it any more", async () => {
  await using db = await createTestDatabase();
  await act(db.pool(), pause);
  await enqueue(db);
  await act(db.pool(), resume);
  const left = async () => (await db.pool().query("select from holdfast_private.reopened")).rowCount;
  await expect(left()).resolves.toBe(1);
  // Other test files write at the same time: their transactions hold the horizon back for moments.
  const done = await waitUntil(async () => {
    await duty(db, "promote");
    return (await left()) === 0;
  }, 20_000);
  expect(done).toBe(true);
});

test("a job whose transaction saw the queue paused and committed after the resume is not forgotten", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await act(db.pool(), pause);
  await using other = await openSession(db);
  await other.client.query("begin");
  const { rows } = await other.client.query("select (holdfast.enqueue('local', 'hello')).id");
  await act(db.pool(), resume);
  for (let i = 0; i < 3; i++) await duty(db, "promote");
  await other.client.query("commit");
  await duty(db, "promote");
  await expect(stateOf(db, rows[0].id)).resolves.toBe("dispatched");
});

test("a queue that is paused again holds what a resume had not worked off yet", async () => {
  await using db = await createTestDatabase();
  await act(db.pool(), pause);
  const id = await enqueue(db);
  await using other = await openSession(db);
  await other.client.query("begin");
  await other.client.query("select from holdfast.jobs where id = $1 for update", [id]);
  await act(db.pool(), resume);
  await act(db.pool(), pause);
  await other.client.query("commit");
  await duty(db, "promote");
  const { rows } = await db.pool().query("select state, held_by from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({ state: "queued", held_by: ["queue_paused"] });
});

test("a job that somebody held on to while its queue was resumed is not forgotten", async () => {
  await using db = await createTestDatabase();
  await act(db.pool(), pause);
  const parent = await enqueue(db);
  const bystander = await enqueue(db);
  await using other = await openSession(db);
  await other.client.query("begin");
  // Enqueueing a child share-locks its parent until commit.
  await other.client.query("select holdfast.enqueue('local', 'hello', '{}', $1)", [
    JSON.stringify({ depends_on: [parent] }),
  ]);
  await act(db.pool(), resume);
  await expect(stateOf(db, bystander)).resolves.toBe("dispatched");
  await other.client.query("commit");
  await duty(db, "promote");
  await expect(stateOf(db, parent)).resolves.toBe("dispatched");
});

test("a raised limit lets as many go as it admits", async () => {
  await using db = await createTestDatabase();
  const limit = (max_running: number | null) =>
    act(db.pool(), { verb: "limit", subject: "queue", target: { queue: "primary" }, params: { max_running } });
  await limit(1);
  for (let i = 0; i < 5; i++) await enqueue(db);
  const dispatched = async () =>
    (await db.pool().query("select count(*) as n from holdfast.jobs where state = 'dispatched'")).rows[0].n;
  await expect(dispatched()).resolves.toBe(1);
  await expect(limit(3)).resolves.toMatchObject({ result: { max_running: 3, dispatched: 2 } });
  await expect(dispatched()).resolves.toBe(3);
  await limit(null);
  await expect(dispatched()).resolves.toBe(5);
});

test("a lowered limit takes nothing back, and counts what is on its way already", async () => {
  await using db = await createTestDatabase();
  for (let i = 0; i < 3; i++) await enqueue(db);
  await act(db.pool(), { verb: "limit", subject: "queue", target: { queue: "primary" }, params: { max_running: 2 } });
  const id = await enqueue(db);
  await expect(stateOf(db, id)).resolves.toBe("queued");
  const { rows } = await db.pool().query("select count(*) as n from holdfast.jobs where state = 'dispatched'");
  expect(rows[0].n).toBe(3);
});
