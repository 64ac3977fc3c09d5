import {
  createTestDatabase,
  enqueue,
  job,
  openSession,
  registerKinds,
  stateOf,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { expect, test } from "vitest";

// Each test lets one session do the first half, waits until the other is really blocked by it, and then lets the first
// go on into what the second holds. A wrong lock order ends in "deadlock detected".

const FINISH = "select accepted, state from holdfast_private.finish_runs($1)";
const finishes = (token: number) => [JSON.stringify([{ token, outcome: "completed" }])];

async function running(db: TestDatabase, options: Record<string, unknown> = {}) {
  const by = await worker(db);
  const id = await enqueue(db, { options });
  return { id, token: await by.takeOne(id) };
}

test("cancel and finish of one job: a finish does not wait for the person, and counts when it comes again", async () => {
  await using db = await createTestDatabase();
  await using person = await openSession(db);
  await using runner = await openSession(db);
  const { id, token } = await running(db);
  await person.client.query("begin");
  await person.client.query("select holdfast.act('local', 'cancel', 'job', jsonb_build_object('job', $1::bigint))", [
    id,
  ]);
  const busy = await runner.client.query("select accepted, state, reason from holdfast_private.finish_runs($1)", [
    JSON.stringify([{ token, outcome: "completed" }]),
  ]);
  expect(busy.rows).toEqual([{ accepted: false, state: "running", reason: "busy" }]);
  await person.client.query("commit");
  expect((await runner.client.query(FINISH, finishes(token))).rows).toEqual([{ accepted: true, state: "completed" }]);
});

test("finish and cancel of one job: a cancel that waited finds the job ended", async () => {
  await using db = await createTestDatabase();
  await using person = await openSession(db);
  await using runner = await openSession(db);
  const { id, token } = await running(db, { concurrency_key: "k" });
  await runner.client.query("begin");
  await runner.client.query(FINISH, finishes(token));
  const cancel = person.client
    .query("select holdfast.act('local', 'cancel', 'job', jsonb_build_object('job', $1::bigint))", [id])
    .catch((error) => error.detail as string);
  await person.untilBlocked();
  await runner.client.query("commit");
  expect(await cancel).toBe("holdfast.not_now");
  await expect(stateOf(db, id)).resolves.toBe("completed");
});

test("pause and dispatch of a limited queue", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await db
    .pool()
    .query("select holdfast.act('local', 'limit', 'queue', '{\"queue\": \"primary\"}', null, '{\"max_running\": 5}')");
  await using dispatcher = await openSession(db);
  await using person = await openSession(db);
  await dispatcher.client.query("begin");
  const first = await dispatcher.client.query("select (holdfast.enqueue('local', 'hello')).id");
  const pause = person.client.query(
    "select holdfast.act('local', 'pause', 'queue', '{\"queue\": \"primary\"}', 'a test')",
  );
  await person.untilBlocked();
  const second = await dispatcher.client.query("select (holdfast.enqueue('local', 'hello')).id");
  await dispatcher.client.query("commit");
  await pause;
  for (const id of [first.rows[0].id, second.rows[0].id]) await expect(stateOf(db, id)).resolves.toBe("queued");
});

test("pause while a job of the queue is being taken: it runs, or it is held, never both", async () => {
  await using db = await createTestDatabase();
  await using taker = await openSession(db);
  await using person = await openSession(db);
  const by = await worker(db);
  const id = await job(db);
  await taker.client.query("begin");
  await taker.client.query("select from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  await person.client.query("select holdfast.act('local', 'pause', 'queue', '{\"queue\": \"primary\"}', 'a test')");
  await taker.client.query("commit");
  await expect(stateOf(db, id)).resolves.toBe("running");
});

test("two finishes whose waiters need each other's limits", async () => {
  await using db = await createTestDatabase();
  const limit = (subject: string, name: string) =>
    db
      .pool()
      .query(
        "select holdfast.act('local', 'limit', $1::text, jsonb_build_object($1::text, $2::text), null, '{\"max_running\": 1}')",
        [subject, name],
      );
  await limit("queue", "report");
  await limit("lane", "build");
  const inQueue = await running(db, { queue: "report" });
  const inLane = await running(db, { lane: "build" });
  const both = await enqueue(db, { options: { queue: "report", lane: "build" } });
  await using one = await openSession(db);
  await using two = await openSession(db);
  await one.client.query("begin");
  await two.client.query("begin");
  await one.client.query(FINISH, finishes(inQueue.token));
  await two.client.query(FINISH, finishes(inLane.token));
  await one.client.query("commit");
  await two.client.query("commit");
  await db.pool().query("select holdfast_private.promote()");
  await expect(stateOf(db, both)).resolves.toBe("dispatched");
});

test("a heartbeat and a cancel of the same run", async () => {
  await using db = await createTestDatabase();
  await using runner = await openSession(db);
  await using person = await openSession(db);
  const by = await worker(db);
  const id = await enqueue(db, { kind: "command", payload: { argv: ["true"] } });
  const token = await by.takeOne(id);
  await runner.client.query("begin");
  await runner.client.query("select holdfast_private.beat_lease($1, '{\"progress\": 0.1}')", [token]);
  const cancel = person.client.query(
    "select holdfast.act('local', 'cancel', 'job', jsonb_build_object('job', $1::bigint))",
    [id],
  );
  await person.untilBlocked();
  // The canceling session holds the job and waits for the lease: the beat must not wait for the job.
  await runner.client.query("select holdfast_private.beat_lease($1, '{\"progress\": 0.2}')", [token]);
  await runner.client.query("commit");
  await cancel;
});

test("a limit that is set while a job ends leaves no slot behind that nobody would ever free", async () => {
  await using db = await createTestDatabase();
  await using person = await openSession(db);
  await using runner = await openSession(db);
  const { token } = await running(db);
  await runner.client.query("begin");
  await runner.client.query(FINISH, finishes(token));
  const limit = person.client.query(
    "select holdfast.act('local', 'limit', 'queue', '{\"queue\": \"primary\"}', null, '{\"max_running\": 1}')",
  );
  await person.untilBlocked();
  await runner.client.query("commit");
  await limit;
  const { rowCount } = await db.pool().query("select from holdfast_private.slots");
  expect(rowCount).toBe(0);
  await expect(stateOf(db, await job(db))).resolves.toBe("dispatched");
});
