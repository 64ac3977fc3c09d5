import { createTestDatabase, registerKinds } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());

async function enqueue(kind: string, options: object = {}) {
  const { rows } = await db
    .pool()
    .query("select * from holdfast.enqueue('local', $1, '{\"a\": 1}', $2)", [kind, JSON.stringify(options)]);
  return rows[0];
}

test("what a job does not say comes from its kind, and what the kind does not say from its class", async () => {
  await db.pool("holdfast_worker").query("select holdfast_private.register_kinds($1)", [
    JSON.stringify([
      { name: "build-it", queue: "report", lane: "build", class: "medium" },
      { name: "quick", timeout_seconds: 7 },
    ]),
  ]);
  await expect(enqueue("build-it")).resolves.toMatchObject({
    queue: "report",
    lane: "build",
    class: "medium",
    timeout_seconds: 1800,
    max_attempts: 3,
    priority: 0,
    state: "dispatched",
    payload: { a: 1 },
    labels: {},
    trigger: "api",
    attempt: 0,
  });
  await expect(enqueue("quick")).resolves.toMatchObject({
    queue: "primary",
    lane: "default",
    class: "small",
    timeout_seconds: 7,
  });
});

test("what a job says wins over its kind and class", async () => {
  await registerKinds(db, "hello");
  const options = {
    queue: "alert",
    lane: "eval",
    class: "large",
    timeout_seconds: 3,
    max_attempts: 9,
    priority: -5,
    name: "n",
    labels: { x: "y" },
  };
  await expect(enqueue("hello", options)).resolves.toMatchObject(options);
});

test("a job and its delivery commit together or not at all", async () => {
  await registerKinds(db, "hello");
  const client = await db.pool().connect();
  await client.query("begin");
  const { rows } = await client.query("select (holdfast.enqueue('local', 'hello')).id");
  const mine = await client.query("select from graphile_worker._private_jobs where key = $1", [`job:${rows[0].id}`]);
  expect(mine.rowCount).toBe(1);
  await client.query("rollback");
  client.release();
  const after = await db
    .pool()
    .query("select from graphile_worker._private_jobs where key = $1", [`job:${rows[0].id}`]);
  expect(after.rowCount).toBe(0);
});

test("a workspace made later knows the kinds that workers have registered", async () => {
  await registerKinds(db, "hello");
  await db.pool().query("insert into holdfast.workspaces (slug, name) values ('later', 'Later')");
  const { rows } = await db.pool().query("select (holdfast.enqueue('later', 'hello')).state");
  expect(rows[0].state).toBe("dispatched");
});
