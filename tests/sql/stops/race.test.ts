import { act, createTestDatabase, enqueue, openSession, registerKinds, stateOf, worker } from "@holdfast/testing";
import { expect, test } from "vitest";

const ENGAGE = "select (holdfast.act('local', 'engage', 'stop', '{}', 'a test', $1)).result";

test("a start that is under way commits before the stop does, and the stop ends it", async () => {
  await using db = await createTestDatabase();
  await using starter = await openSession(db);
  await using stopper = await openSession(db);
  const by = await worker(db);
  const id = await enqueue(db);
  await starter.client.query("begin");
  const taken = await starter.client.query("select token from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  const engaging = stopper.client.query(ENGAGE, [JSON.stringify({ kill_running: true })]);
  await stopper.untilBlocked();
  await starter.client.query("commit");
  const { rows } = await engaging;
  expect(rows[0].result).toMatchObject({ taken_back: 0, ordered_to_end: 1 });
  const lease = await db.pool().query("select token, verdict from holdfast.leases where job_id = $1", [id]);
  expect(lease.rows).toEqual([{ token: taken.rows[0].token, verdict: "stop" }]);
  const times = await db
    .pool()
    .query(
      "select r.started_at < s.engaged_at as before from holdfast.runs r cross join holdfast.emergency_stops s where r.job_id = $1",
      [id],
    );
  expect(times.rows).toEqual([{ before: true }]);
});

test("a take that comes while the stop is being engaged waits for its commit, and starts nothing", async () => {
  await using db = await createTestDatabase();
  await using starter = await openSession(db);
  await using stopper = await openSession(db);
  const by = await worker(db);
  const covered = await enqueue(db);
  const free = await enqueue(db, { options: { queue: "report" } });
  await stopper.client.query("begin");
  await stopper.client.query(ENGAGE, [JSON.stringify({ scope: "queue", name: "primary" })]);
  const taking = starter.client.query("select job_id from holdfast_private.take_leases($1, $2)", [
    by.id,
    [covered, free],
  ]);
  await starter.untilBlocked();
  await stopper.client.query("commit");
  expect((await taking).rows).toEqual([{ job_id: free }]);
  await expect(stateOf(db, covered)).resolves.toBe("queued");
});

test("a stop that is rolled back stops nothing", async () => {
  await using db = await createTestDatabase();
  await using starter = await openSession(db);
  await using stopper = await openSession(db);
  const by = await worker(db);
  const id = await enqueue(db);
  await stopper.client.query("begin");
  await stopper.client.query(ENGAGE, ["{}"]);
  const taking = starter.client.query("select job_id from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  await starter.untilBlocked();
  await stopper.client.query("rollback");
  // Its row was locked by the stop: skipped, or taken; either way the next delivery starts it.
  await taking;
  await by.take(id);
  await expect(stateOf(db, id)).resolves.toBe("running");
});

test("by the ledger, no start of a thousand is later than the stop, while eight workers take and people enqueue", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await db
    .pool()
    .query(
      "insert into holdfast.command_rules (workspace_id, program) select id, 'true' from holdfast.workspaces where slug = 'local' on conflict do nothing",
    );
  const commands = Array.from({ length: 1000 }, () => ({ kind: "command", payload: { argv: ["true"] } }));
  const { rows } = await db
    .pool()
    .query("select id from holdfast.enqueue_many('local', $1)", [JSON.stringify(commands)]);
  const ids = rows.map((row) => row.id as number);
  const workers = await Promise.all(Array.from({ length: 8 }, () => worker(db)));
  let stopped = false;
  const batches = workers.map(async (by, n) => {
    let rounds = 0;
    for (let at = n * 5; at < ids.length && rounds < 200; at += 40, rounds++) {
      await by.take(...ids.slice(at, at + 5));
      if (!stopped && n === 0)
        await db.pool().query("select holdfast.enqueue_many('local', $1)", [JSON.stringify(commands.slice(0, 3))]);
    }
  });
  const third = (async () => {
    for (;;) {
      const running = await db.pool().query("select count(*) as n from holdfast.leases");
      if (running.rows[0].n > 100) break;
    }
    const done = await act(db.pool(), {
      verb: "engage",
      subject: "stop",
      target: {},
      reason: "a test",
      params: { kill_running: true },
    });
    stopped = true;
    return done.result;
  })();
  const [result] = await Promise.all([third, ...batches]);
  const ledger = await db.pool().query(
    `select count(*) filter (where e.at > s.engaged_at) as late, count(*) as starts, (select count(*) from holdfast.stopped_runs) as ended
     from holdfast.events e cross join holdfast.emergency_stops s where e.action = 'run.launched'`,
  );
  const { late, starts, ended } = ledger.rows[0];
  console.log(
    `stop: ${starts} starts before it, ${late} after, ${ended} ordered to end, ${result.taken_back} taken back`,
  );
  expect(late).toBe(0);
  expect(starts).toBeGreaterThan(100);
  expect(ended).toBe(starts);
  // What was being enqueued just then is delivered, and refused.
  const enqueued = await db.pool().query("select id from holdfast.jobs");
  for (const by of workers) await by.take(...enqueued.rows.map((row) => row.id as number));
  const left = await db
    .pool()
    .query("select state, held_by, count(*) as n from holdfast.jobs where state <> 'running' group by 1, 2");
  expect(left.rows).toEqual([{ state: "queued", held_by: ["stop"], n: expect.any(Number) }]);
});
