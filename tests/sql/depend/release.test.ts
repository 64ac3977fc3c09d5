import { act, createTestDatabase, enqueue, job, stateOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const by = await worker(db);
const dependent = (...parents: number[]) => enqueue(db, { options: { depends_on: parents } });

async function nextUp(id: number) {
  const { rows } = await db.pool().query("select state, held_by, why from holdfast.next_up where job_id = $1", [id]);
  return rows[0];
}

test("a child is blocked, is not in graphile-worker, and names its parent", async () => {
  const parent = await job(db);
  const child = await dependent(parent);
  await expect(nextUp(child)).resolves.toMatchObject({
    state: "blocked",
    held_by: ["dependency"],
    why: `waits for job ${parent} (dispatched)`,
  });
  const { rowCount } = await db
    .pool()
    .query("select from graphile_worker._private_jobs where key = $1", [`job:${child}`]);
  expect(rowCount).toBe(0);
});

test("a parent that completes dispatches its child in the same transaction", async () => {
  const parent = await job(db);
  const child = await dependent(parent);
  const token = await by.takeOne(parent);
  const client = await db.pool().connect();
  await client.query("begin");
  await client.query("select holdfast_private.finish_runs($1)", [JSON.stringify([{ token, outcome: "completed" }])]);
  const { rows } = await client.query("select state from holdfast.jobs where id = $1", [child]);
  const delivery = await client.query("select from graphile_worker._private_jobs where key = $1", [`job:${child}`]);
  await client.query("rollback");
  client.release();
  expect(rows[0].state).toBe("dispatched");
  expect(delivery.rowCount).toBe(1);
});

test("a child of several parents goes with the last one", async () => {
  const [a, b] = [await job(db), await job(db)];
  const child = await dependent(a, b);
  await by.finish({ token: await by.takeOne(a), outcome: "completed" });
  await expect(stateOf(db, child)).resolves.toBe("blocked");
  await by.finish({ token: await by.takeOne(b), outcome: "completed" });
  await expect(stateOf(db, child)).resolves.toBe("dispatched");
});

test("two parents that complete in one batch release their child", async () => {
  const [a, b] = [await job(db), await job(db)];
  const child = await dependent(a, b);
  const tokens = await by.take(a, b);
  await by.finish(...[...tokens.values()].map((token) => ({ token, outcome: "completed" })));
  await expect(stateOf(db, child)).resolves.toBe("dispatched");
});

test.each(["failed", "canceled"] as const)(
  "a parent that ends %s leaves its child blocked, and next_up names it",
  async (end) => {
    const parent = await job(db, { options: { max_attempts: 1 } });
    const child = await dependent(parent);
    if (end === "failed")
      await by.finish({ token: await by.takeOne(parent), outcome: "failed", error: { message: "no", class: "x" } });
    else await act(db.pool(), { verb: "cancel", subject: "job", target: { job: parent } });
    await expect(nextUp(child)).resolves.toMatchObject({ state: "blocked", why: `waits for job ${parent} (${end})` });
    const { rows } = await db.pool().query("select problem from holdfast.stuck_jobs where job_id = $1", [child]);
    expect(rows).toEqual([{ problem: `waits for job ${parent}, which is ${end}` }]);
  },
);

test("a failed parent that is retried and completes releases its child after all", async () => {
  const parent = await job(db, { options: { max_attempts: 1 } });
  const child = await dependent(parent);
  await by.finish({ token: await by.takeOne(parent), outcome: "failed" });
  await act(db.pool(), { verb: "retry", subject: "job", target: { job: parent } });
  await by.finish({ token: await by.takeOne(parent), outcome: "completed" });
  await expect(stateOf(db, child)).resolves.toBe("dispatched");
});

test("a child of a parent that has completed already goes at once", async () => {
  const parent = await job(db, { state: "completed" });
  await expect(stateOf(db, await dependent(parent))).resolves.toBe("dispatched");
});

test("a job that was approved still waits for its parent, and goes when it completes", async () => {
  const parent = await job(db);
  const child = await enqueue(db, { options: { depends_on: [parent], class: "approval_required" } });
  await act(db.pool(), { verb: "approve", subject: "job", target: { job: child } });
  await expect(nextUp(child)).resolves.toMatchObject({ held_by: ["dependency"] });
  await by.finish({ token: await by.takeOne(parent), outcome: "completed" });
  await expect(stateOf(db, child)).resolves.toBe("dispatched");
});
