import { createTestDatabase, enqueue, job, openSession, registerKinds, stateOf, worker } from "@holdfast/testing";
import { expect, test } from "vitest";

// Work that keeps or closes runs never waits for a lock that a person's open transaction holds. Each test leaves such a
// transaction open for good; whoever waits for it runs into the statement's timeout.

const IMPATIENT = "set statement_timeout = '5s'";

async function impatient(db: Awaited<ReturnType<typeof createTestDatabase>>) {
  const session = await openSession(db);
  await session.client.query(IMPATIENT);
  return session;
}

test("a person's open act on one job costs no other run its heartbeat, and stops no reaper", async () => {
  await using db = await createTestDatabase();
  await using person = await openSession(db);
  await using system = await impatient(db);
  await registerKinds(db, "hello");
  const by = await worker(db);
  const held = await enqueue(db);
  const free = await enqueue(db);
  const tokens = [await by.takeOne(held), await by.takeOne(free)];
  await db.pool().query("alter table holdfast.leases disable trigger leases__heartbeat");
  await db
    .pool()
    .query("update holdfast.leases set expires_at = now() - interval '1 minute' where token = $1", [tokens[1]]);
  await db.pool().query("alter table holdfast.leases enable trigger leases__heartbeat");
  await person.client.query("begin");
  await person.client.query("select holdfast.act('local', 'cancel', 'job', jsonb_build_object('job', $1::bigint))", [
    held,
  ]);
  const beats = JSON.stringify(tokens.map((token) => ({ token })));
  const told = await system.client.query("select token, verdict from holdfast_private.worker_beat($1, $2)", [
    by.id,
    beats,
  ]);
  expect(told.rows).toEqual([]);
  const { rows } = await db
    .pool()
    .query("select expires_at > now() as lives from holdfast.leases where token = $1", [tokens[1]]);
  expect(rows).toEqual([{ lives: true }]);
  await system.client.query("select holdfast_private.reap()");
  await expect(stateOf(db, free)).resolves.toBe("running");
});

test("an open enqueue into a limited queue stops neither finishes nor promotions of it", async () => {
  await using db = await createTestDatabase();
  await using person = await openSession(db);
  await using system = await impatient(db);
  await registerKinds(db, "hello");
  await db
    .pool()
    .query("select holdfast.act('local', 'limit', 'queue', '{\"queue\": \"primary\"}', null, '{\"max_running\": 1}')");
  const by = await worker(db);
  const first = await enqueue(db);
  const second = await enqueue(db);
  const token = await by.takeOne(first);
  await person.client.query("begin");
  await person.client.query("select holdfast.enqueue('local', 'hello')");
  const done = await system.client.query("select accepted, state from holdfast_private.finish_runs($1)", [
    JSON.stringify([{ token, outcome: "completed" }]),
  ]);
  expect(done.rows).toEqual([{ accepted: true, state: "completed" }]);
  await system.client.query("select holdfast_private.promote()");
  await person.client.query("rollback");
  await system.client.query("select holdfast_private.promote()");
  await expect(stateOf(db, second)).resolves.toBe("dispatched");
});

test("making and dropping days gives up on a lock instead of queueing everybody behind it", async () => {
  await using db = await createTestDatabase();
  await using person = await openSession(db);
  await using system = await impatient(db);
  await registerKinds(db, "hello");
  await person.client.query("begin");
  await person.client.query("select holdfast.enqueue('local', 'hello')");
  await db
    .pool()
    .query(
      "create or replace function holdfast_private.clock() returns timestamptz language plpgsql set search_path = '' as $$ begin return clock_timestamp() + interval '3 days'; end $$",
    );
  const { rows } = await system.client.query("select holdfast_private.partitions() as made");
  expect(rows[0].made).toMatchObject({ made: 0, put_off: expect.any(Number) });
  expect(rows[0].made.put_off).toBeGreaterThan(0);
  await system.client.query("select holdfast.enqueue('local', 'hello')");
});

test("two limited queues in opposite order: neither transaction waits for the other for ever", async () => {
  await using db = await createTestDatabase();
  await using one = await impatient(db);
  await using two = await impatient(db);
  await registerKinds(db, "hello");
  for (const queue of ["primary", "report"]) {
    await db
      .pool()
      .query(
        "select holdfast.act('local', 'limit', 'queue', jsonb_build_object('queue', $1::text), null, '{\"max_running\": 5}')",
        [queue],
      );
  }
  const into = (session: typeof one, queue: string) =>
    session.client.query("select holdfast.enqueue('local', 'hello', '{}', jsonb_build_object('queue', $1::text))", [
      queue,
    ]);
  await one.client.query("begin");
  await two.client.query("begin");
  await into(one, "primary");
  await into(two, "report");
  await into(one, "report");
  await into(two, "primary");
  await one.client.query("commit");
  await two.client.query("commit");
  await db.pool().query("select holdfast_private.promote()");
  const { rows } = await db.pool().query("select state, count(*) as n from holdfast.jobs group by 1");
  expect(rows).toEqual([{ state: "dispatched", n: 4 }]);
});

test("two parents that complete at the same moment let their child go", async () => {
  await using db = await createTestDatabase();
  await using one = await openSession(db);
  await using two = await impatient(db);
  await registerKinds(db, "hello");
  const by = await worker(db);
  const parents = [await enqueue(db), await enqueue(db)];
  const child = await enqueue(db, { options: { depends_on: parents } });
  const [a, b] = [await by.takeOne(parents[0] as number), await by.takeOne(parents[1] as number)];
  const finish = (session: typeof one, token: number) =>
    session.client.query("select from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token, outcome: "completed" }]),
    ]);
  await one.client.query("begin");
  await finish(one, a);
  await finish(two, b);
  await one.client.query("commit");
  await db.pool().query("select holdfast_private.promote()");
  await expect(stateOf(db, child)).resolves.toBe("dispatched");
});

test("a suspect that must wait does not hide the job behind it", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await db
    .pool()
    .query("select holdfast.act('local', 'limit', 'queue', '{\"queue\": \"primary\"}', null, '{\"max_running\": 2}')");
  const ids = [];
  for (let i = 0; i < 3; i++)
    ids.push(await enqueue(db, { options: { priority: -5, run_at: "2030-01-01T00:00:00Z" } }));
  await db.pool().query("update holdfast.jobs set suspect = true, run_at = now() where id = any ($1)", [ids]);
  await db.pool().query("select holdfast_private.promote()");
  const innocent = await enqueue(db);
  await expect(stateOf(db, innocent)).resolves.toBe("dispatched");
  const { rows } = await db
    .pool()
    .query("select state, count(*) as n from holdfast.jobs where suspect group by 1 order by 1");
  expect(rows).toEqual([
    { state: "dispatched", n: 1 },
    { state: "queued", n: 2 },
  ]);
});

test("consent that was refused or withdrawn is not got back by a retry", async () => {
  await using db = await createTestDatabase();
  await db.pool().query("update holdfast.workspaces set single_operator = false");
  await registerKinds(db, "hello");
  const id = await job(db, { state: "awaiting_approval" });
  const act = (verb: string, reason: string | null = null) =>
    db
      .pool()
      .query("select holdfast.act('local', $1, 'job', jsonb_build_object('job', $2::bigint), $3)", [verb, id, reason]);
  await act("cancel");
  await act("retry");
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
});
