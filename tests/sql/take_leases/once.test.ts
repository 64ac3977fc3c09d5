import {
  act,
  createTestDatabase,
  enqueue,
  job,
  refusalOf,
  registerKinds,
  stateOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { expect, test } from "vitest";

test("jobs that are not dispatched are skipped silently", async () => {
  await using db = await createTestDatabase();
  const by = await worker(db);
  const states = [
    "awaiting_approval",
    "blocked",
    "queued",
    "running",
    "retrying",
    "quarantined",
    "completed",
    "failed",
    "timed_out",
    "canceled",
  ] as const;
  const others: number[] = [];
  for (const state of states) others.push(await job(db, { state, by }));
  const dispatched = await job(db);
  const taken = await by.take(...others, dispatched, 999_999, dispatched);
  expect([...taken.keys()]).toEqual([dispatched]);
  for (const [i, id] of others.entries()) await expect(stateOf(db, id)).resolves.toBe(states[i]);
});

test("a lease carries all that a function needs", async () => {
  await using db = await createTestDatabase();
  const by = await worker(db);
  const id = await enqueue(db, {
    payload: { a: [1] },
    options: { name: "n", labels: { l: "1" }, idempotency_key: "i", timeout_seconds: 9 },
  });
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select * from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  expect(rows).toEqual([
    {
      job_id: id,
      token: expect.any(Number),
      attempt: 1,
      workspace_id: expect.any(String),
      workspace: "local",
      kind: "hello",
      mode: "function",
      queue: "primary",
      lane: "default",
      class: "small",
      name: "n",
      payload: { a: [1] },
      labels: { l: "1" },
      idempotency_key: "i",
      timeout_seconds: 9,
      ttl_seconds: 15,
      heartbeat_seconds: 5,
      command: null,
      orphans: [],
      consent: null,
    },
  ]);
  const run = await db
    .pool()
    .query(
      "select r.outcome, r.attempt, l.token = r.id as leased from holdfast.runs r join holdfast.leases l on l.token = r.id where r.job_id = $1",
      [id],
    );
  expect(run.rows).toEqual([{ outcome: null, attempt: 1, leased: true }]);
});

test("a lease on an ad-hoc command carries its literal arguments and the workspace's roots", async () => {
  await using db = await createTestDatabase();
  await db.pool().query("update holdfast.workspaces set allowed_roots = '{/srv/work}' where slug = 'local'");
  const by = await worker(db);
  const id = await enqueue(db, { kind: "command", payload: { argv: ["echo", "{{x}}"], env: ["PATH"], pty: true } });
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select mode, command from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  expect(rows[0]).toMatchObject({
    mode: "command",
    command: {
      profile: null,
      literal: true,
      program: "echo",
      args: ["{{x}}"],
      env: ["PATH"],
      roots: ["/srv/work"],
      pty: true,
      grace_seconds: 10,
    },
  });
});

test("a profile's job runs the version it was enqueued with", async () => {
  await using db = await createTestDatabase();
  const define = (program: string) =>
    db
      .pool()
      .query(
        "insert into holdfast.profiles (workspace_id, name, program, args) select id, 'report', $1, '{--all}' from holdfast.workspaces where slug = 'local'",
        [program],
      );
  await define("/bin/one");
  const id = await enqueue(db, { kind: "report" });
  await define("/bin/two");
  const by = await worker(db);
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select command from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  expect(rows[0].command).toMatchObject({
    profile: "report",
    version: 1,
    literal: false,
    program: "/bin/one",
    args: ["--all"],
  });
});

test("ten thousand duplicate deliveries in concurrent batches run each job once", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  const jobs = Array.from({ length: 1000 }, () => ({ kind: "hello" }));
  const { rows } = await db.pool().query("select id from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
  const ids = rows.map((row) => row.id as number);
  const workers = await Promise.all(Array.from({ length: 8 }, () => worker(db)));
  const deliveries = Array.from({ length: 20 }, (_, n) => {
    const by = workers[n % workers.length] as (typeof workers)[number];
    return by.take(...[...ids].sort(() => Math.random() - 0.5).slice(0, 500));
  });
  const answers = await Promise.all(deliveries);
  const rest = await Promise.all(Array.from({ length: 10 }, () => workers[0]?.take(...ids)));
  const tokens = [...answers, ...rest].flatMap((taken) => [...(taken ?? new Map<number, number>())]);
  expect(tokens).toHaveLength(1000);
  expect(new Set(tokens.map(([id]) => id)).size).toBe(1000);
  const runs = await db
    .pool()
    .query("select count(*) as runs, count(distinct job_id) as jobs, max(attempt) as attempts from holdfast.runs");
  expect(runs.rows[0]).toEqual({ runs: 1000, jobs: 1000, attempts: 1 });
});

test.each([
  ["queue", { queue: "primary" }, "queue_paused"],
  ["lane", { lane: "default" }, "lane_paused"],
] as const)("a %s that was paused behind the dispatcher's back still holds its job", async (table, _target, gate) => {
  await using db = await createTestDatabase();
  const id = await enqueue(db);
  // As a transaction would that dispatched before the pause committed.
  await db.pool().query(`update holdfast.${table}s set paused_at = now(), paused_by = 'x', paused_reason = 'x'`);
  const by = await worker(db);
  await expect(by.take(id)).resolves.toEqual(new Map());
  const { rows } = await db.pool().query("select state, held_by, attempt from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({ state: "queued", held_by: [gate], attempt: 0 });
});

test("a job that was dispatched without the slot it needs is held, fail closed", async () => {
  await using db = await createTestDatabase();
  const id = await enqueue(db);
  await db.pool().query("update holdfast.queues set max_running = 5 where name = 'primary'");
  const by = await worker(db);
  await expect(by.take(id)).resolves.toEqual(new Map());
  const { rows } = await db.pool().query("select state, held_by from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({ state: "queued", held_by: ["queue_limit"] });
});

test("a paused queue of one workspace does not hold another's", async () => {
  await using db = await createTestDatabase();
  await workspace(db, "other");
  await act(db.pool(), { verb: "pause", subject: "queue", target: { queue: "primary" }, reason: "a test" });
  const id = await job(db, { workspace: "other" });
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("a worker that was declared dead gets no lease", async () => {
  await using db = await createTestDatabase();
  const by = await worker(db);
  const id = await enqueue(db);
  await db.pool("holdfast_worker").query("select holdfast_private.retire_worker($1)", [by.id]);
  await expect(refusalOf(by.take(id))).resolves.toMatchObject({
    code: "PT404",
    rule: "holdfast.unknown_worker",
    hint: "Register again.",
  });
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});
