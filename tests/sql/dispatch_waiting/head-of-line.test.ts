import { act, createTestDatabase, enqueue, registerKinds, stateOf, type TestDatabase, worker } from "@holdfast/testing";
import { expect, test } from "vitest";

const limit = (db: TestDatabase, subject: string, name: string, max_running: number) =>
  act(db.pool(), { verb: "limit", subject, target: { [subject]: name }, params: { max_running } });

async function crowd(db: TestDatabase, options: object): Promise<void> {
  const jobs = Array.from({ length: 300 }, () => ({ kind: "hello", priority: -10, ...options }));
  await db.pool().query("select from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
}

test.each([
  ["a full lane", { lane: "build" }, (db: TestDatabase) => limit(db, "lane", "build", 0)],
  ["a full class", { class: "medium" }, (db: TestDatabase) => limit(db, "class", "medium", 0)],
  [
    "a paused lane",
    { lane: "build" },
    (db: TestDatabase) =>
      act(db.pool(), { verb: "pause", subject: "lane", target: { lane: "build" }, reason: "a test" }),
  ],
] as const)(
  "three hundred better jobs that wait for %s do not hide the one that a freed slot of the queue fits",
  async (_what, options, close) => {
    await using db = await createTestDatabase();
    await registerKinds(db, "hello");
    await limit(db, "queue", "primary", 1);
    const by = await worker(db);
    const first = await enqueue(db);
    await crowd(db, options);
    await close(db);
    const last = await enqueue(db);
    await expect(stateOf(db, last)).resolves.toBe("queued");
    await by.finish({ token: await by.takeOne(first), outcome: "completed" });
    await expect(stateOf(db, last)).resolves.toBe("dispatched");
  },
);

test("three hundred better jobs of one busy key do not hide the one that fits", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await limit(db, "queue", "primary", 2);
  const by = await worker(db);
  await enqueue(db, { options: { concurrency_key: "busy" } });
  const second = await enqueue(db);
  await crowd(db, { concurrency_key: "busy" });
  const last = await enqueue(db);
  await by.finish({ token: await by.takeOne(second), outcome: "completed" });
  await expect(stateOf(db, last)).resolves.toBe("dispatched");
});

test("a freed slot goes to the best priority, and among equals to the oldest", async () => {
  await using db = await createTestDatabase();
  await limit(db, "queue", "primary", 1);
  const by = await worker(db);
  const first = await enqueue(db);
  const worse = await enqueue(db, { options: { priority: 5 } });
  const older = await enqueue(db, { options: { priority: 1 } });
  const newer = await enqueue(db, { options: { priority: 1 } });
  const order: number[] = [];
  for (let id: number | undefined = first; id !== undefined; ) {
    order.push(id);
    await by.finish({ token: await by.takeOne(id), outcome: "completed" });
    id = (await db.pool().query("select id from holdfast.jobs where state = 'dispatched'")).rows[0]?.id;
  }
  expect(order).toEqual([first, older, newer, worse]);
});
