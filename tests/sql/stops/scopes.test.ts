import {
  act,
  createTestDatabase,
  enqueue,
  openSession,
  registerKinds,
  stateOf,
  type TestDatabase,
  worker,
  workspace,
} from "@holdfast/testing";
import { describe, expect, test } from "vitest";

/** Jobs of the workspace `local` and one of another; what each is. */
const JOBS: Record<string, Record<string, unknown>> = {
  plain: {},
  paid: { paid: true, est_cost: 1 },
  external: { external: true },
  venture: { venture: "noaerth" },
  lane: { lane: "agent" },
  queue: { queue: "report" },
};
const ALL = [...Object.keys(JOBS), "kind"];

/** Scope and what of a stop, and exactly the jobs that it holds. */
const STOPS: [title: string, params: Record<string, unknown>, holds: string[]][] = [
  ["the installation", { scope: "global" }, [...ALL, "foreign"]],
  ["the workspace", {}, ALL],
  ["a venture", { scope: "venture", name: "noaerth" }, ["venture"]],
  ["a lane", { scope: "lane", name: "agent" }, ["lane"]],
  ["a queue", { scope: "queue", name: "report" }, ["queue"]],
  ["a kind", { scope: "kind", name: "command" }, ["kind"]],
  ["what is paid", { what: ["paid"] }, ["paid"]],
  ["what is external", { what: ["external"] }, ["external"]],
  ["what is paid or external", { what: ["external", "paid"] }, ["paid", "external"]],
  ["what is paid, everywhere", { scope: "global", what: ["paid"] }, ["paid"]],
  ["what is paid in a lane that holds nothing paid", { scope: "lane", name: "agent", what: ["paid"] }, []],
];

async function enqueueAll(db: TestDatabase): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  for (const [name, options] of Object.entries(JOBS)) ids.set(name, await enqueue(db, { options }));
  ids.set("kind", await enqueue(db, { kind: "command", payload: { argv: ["true"] } }));
  ids.set("foreign", await enqueue(db, { workspace: "other" }));
  return ids;
}

async function heldBy(db: TestDatabase, ids: Map<string, number>): Promise<string[]> {
  const { rows } = await db
    .pool()
    .query("select id from holdfast.jobs where id = any ($1) and state = 'queued' and held_by = '{stop}'", [
      [...ids.values()],
    ]);
  const held = new Set(rows.map((row) => row.id));
  return [...ids].filter(([, id]) => held.has(id)).map(([name]) => name);
}

async function database(): Promise<TestDatabase> {
  const db = await createTestDatabase();
  await workspace(db, "other");
  await db
    .pool()
    .query(
      "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'all', 'workspace', 'day', 20 from holdfast.workspaces where slug = 'local'",
    );
  return db;
}

describe.each(STOPS)("a stop of %s", (_title, params, holds) => {
  test("takes back what is on its way, holds what comes, starts nothing, and lets all go when released", async () => {
    await using db = await database();
    const before = await enqueueAll(db);
    const { result, affected } = await act(db.pool(), {
      verb: "engage",
      subject: "stop",
      target: {},
      reason: "a test",
      params,
    });
    expect({ affected, ...result }).toMatchObject({ affected: holds.length, taken_back: holds.length });
    expect((await heldBy(db, before)).sort()).toEqual([...holds].sort());
    const after = await enqueueAll(db);
    expect((await heldBy(db, after)).sort()).toEqual([...holds].sort());
    // Nothing about a held job is left in graphile-worker, and the lease is refused even where it is delivered all the same.
    const all = [...before, ...after];
    const held = all.filter(([name]) => holds.includes(name)).map(([, id]) => id);
    const { rows } = await db
      .pool()
      .query("select key from graphile_worker._private_jobs where key = any ($1)", [held.map((id) => `job:${id}`)]);
    expect(rows).toEqual([]);
    await db.pool().query("update holdfast.workspaces set single_operator = true");
    const released = await act(db.pool(), {
      verb: "release",
      subject: "stop",
      target: { stop: result.stop },
      reason: "over",
    });
    expect(released.result).toEqual({ state: "released", dispatched: held.length });
    for (const [name, id] of all) expect(await stateOf(db, id), name).toBe("dispatched");
  });
});

test("a job whose dispatch commits after the stop has looked does not start either", async () => {
  await using db = await database();
  await using late = await openSession(db);
  const by = await worker(db);
  await registerKinds(db, "hello");
  await late.client.query("begin");
  const { rows } = await late.client.query("select (holdfast.enqueue('local', 'hello')).id");
  await act(db.pool(), { verb: "engage", subject: "stop", target: {}, reason: "a test" });
  await late.client.query("commit");
  await expect(stateOf(db, rows[0].id)).resolves.toBe("dispatched");
  await expect(by.take(rows[0].id)).resolves.toEqual(new Map());
  const held = await db.pool().query("select state, held_by, attempt from holdfast.jobs where id = $1", [rows[0].id]);
  expect(held.rows).toEqual([{ state: "queued", held_by: ["stop"], attempt: 0 }]);
});

test("why a job waits names the stop that holds it, not another", async () => {
  await using db = await database();
  const engage = (params: object, reason: string) =>
    act(db.pool(), { verb: "engage", subject: "stop", target: {}, reason, params });
  await engage({ scope: "lane", name: "agent" }, "agents misbehave");
  await engage({ scope: "queue", name: "report" }, "reports are wrong");
  const id = await enqueue(db, { options: { queue: "report" } });
  const { rows } = await db.pool().query("select why from holdfast.next_up where job_id = $1", [id]);
  expect(rows[0].why).toBe("an emergency stop holds it: reports are wrong (engaged by sql:postgres)");
});

test("two stops over one job: it goes when the second is released", async () => {
  await using db = await database();
  await db.pool().query("update holdfast.workspaces set single_operator = true");
  const id = await enqueue(db, { options: { queue: "report" } });
  const stops = [];
  for (const params of [{}, { scope: "queue", name: "report" }]) {
    const done = await act(db.pool(), { verb: "engage", subject: "stop", target: {}, reason: "a test", params });
    stops.push(done.result.stop);
  }
  const release = (stop: unknown) =>
    act(db.pool(), { verb: "release", subject: "stop", target: { stop }, reason: "over" });
  await release(stops[0]);
  await expect(stateOf(db, id)).resolves.toBe("queued");
  await release(stops[1]);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("six thousand jobs that another stop still holds do not hide the one that may go", async () => {
  await using db = await database();
  await db.pool().query("update holdfast.workspaces set single_operator = true");
  const engage = async (params: object) =>
    (await act(db.pool(), { verb: "engage", subject: "stop", target: {}, reason: "a test", params })).result.stop;
  const reports = await engage({ scope: "queue", name: "report" });
  await engage({ scope: "lane", name: "agent" });
  const many = Array.from({ length: 6000 }, () => ({ kind: "hello", lane: "agent", priority: -5 }));
  const free = await enqueue(db, { options: { queue: "report" } });
  await db.pool().query("select count(*) from holdfast.enqueue_many('local', $1)", [JSON.stringify(many)]);
  await act(db.pool(), { verb: "release", subject: "stop", target: { stop: reports }, reason: "over" });
  await expect(stateOf(db, free)).resolves.toBe("dispatched");
});
