import {
  act,
  asAnon,
  asServiceRole,
  asStranger,
  asUser,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  job,
  refusalOf,
  registerKinds,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";
import { count, match } from "./support.ts";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const team = await workspace(db, "team");
const { viewer, operator } = team.people;
const one = async (id: number) => (await match(db, viewer, team.id, { filter: { job: id } }))[0];

describe("a row of the history", () => {
  test("shows the newest run, and what all runs together cost", async () => {
    const [first, second] = [await worker(db, { name: "first" }), await worker(db, { name: "second" })];
    const id = await enqueue(db, { workspace: "team", options: { name: "twice", max_attempts: 3 } });
    const error = { message: "x".repeat(400), class: "exit_code" };
    await first.finish({ token: await first.takeOne(id), outcome: "failed", exit_code: 3, cost: 0.5, error });
    expect(await one(id)).toMatchObject({ exit_code: 3, worker: "first", cost: 0.5, error_message: "x".repeat(300) });
    await clock.advance("10 minutes");
    await duty(db, "promote");
    const token = await second.takeOne(id);
    await clock.advance("90 seconds");
    await second.finish({
      token,
      outcome: "completed",
      exit_code: 0,
      memory_bytes: 7_000_000,
      cpu_seconds: 2.5,
      cost: 0.25,
    });
    expect(await one(id)).toMatchObject({
      state: "completed",
      attempt: 2,
      run_id: token,
      outcome: "completed",
      exit_code: 0,
      memory_bytes: 7_000_000,
      cpu_seconds: 2.5,
      cost: 0.75,
      worker: "second",
      worker_id: second.id,
    });
    expect(Math.round(Number((await one(id))?.duration_seconds))).toBe(90);
  });

  test("shows what a running job uses now, from its lease", async () => {
    const by = await worker(db);
    const id = await job(db, { workspace: "team", state: "running", by });
    await db.pool().query("update holdfast.leases set memory_bytes = 42, cpu_seconds = 1.25 where job_id = $1", [id]);
    expect(await one(id)).toMatchObject({ state: "running", memory_bytes: 42, cpu_seconds: 1.25, outcome: null });
    expect(Number((await one(id))?.duration_seconds)).not.toBeNaN();
  });

  test("names the profile, the schedule and the person", async () => {
    await db
      .pool()
      .query("insert into holdfast.profiles (workspace_id, name, program) values ($1, 'agent', 'true')", [team.id]);
    const asOperator = asUser(operator);
    const made = await asOperator(db, (client) => client.query("select (holdfast.enqueue('team', 'agent')).id"), {
      commit: true,
    });
    expect(await one(Number(made.rows[0].id))).toMatchObject({
      profile: "agent",
      created_by: `user:${operator}`,
      created_by_name: "operator@team.test",
      schedule: null,
      trigger: "api",
    });
    const spec = { workspace: "team", verb: "run", subject: "schedule", target: { schedule: "cost_summary" } };
    const { result } = await asOperator(db, (client) => act(client, spec), { commit: true });
    expect(await one(Number(result.job))).toMatchObject({
      schedule: "cost_summary",
      trigger: "schedule",
      profile: null,
    });
  });

  test("nobody passes a job off as a schedule's", async () => {
    const insert =
      "insert into holdfast.jobs (workspace_id, kind, trigger, schedule) values ($1, 'hello', 'schedule', 'cost_summary')";
    await registerKinds(db, "hello");
    await expect(refusalOf(asUser(operator)(db, (client) => client.query(insert, [team.id])))).resolves.toMatchObject({
      code: "42501",
    });
  });
});

test("labels are found by the beginning of what is too long for an index, and go with their job", async () => {
  const long = "v".repeat(300);
  const id = await enqueue(db, {
    workspace: "team",
    options: { labels: { [`${"k".repeat(120)}1`]: long, [`${"k".repeat(120)}2`]: long, empty: null, deep: { a: 1 } } },
  });
  for (const filter of [{ label: { [`${"k".repeat(120)}1`]: long } }, { text: long }])
    expect((await match(db, viewer, team.id, { filter })).map((row) => row.id)).toEqual([id]);
  expect(await count(db, viewer, team.id, { label: { empty: "null" } })).toBe(0);
  await db.pool().query("delete from holdfast.jobs where id = $1", [id]);
  expect(await count(db, viewer, team.id, { text: long })).toBe(0);
});

describe("another workspace", () => {
  test("sees nothing of this one, by no filter", async () => {
    const other = await workspace(db, "other");
    const by = await worker(db, { name: "shared" });
    const id = await job(db, {
      workspace: "team",
      state: "completed",
      by,
      options: { name: "secret", labels: { secret: "yes" } },
    });
    const FILTERS = [
      {},
      { job: id },
      { text: "secret" },
      { text: String(id) },
      { text: "yes" },
      { label: { secret: "yes" } },
      { worker: "shared" },
      { state: "completed" },
    ];
    for (const filter of FILTERS) {
      expect((await match(db, viewer, team.id, { filter })).map((row) => row.id)).toContain(id);
      for (const of of [team.id, other.id]) {
        expect(await match(db, other.people.admin, of, { filter })).toEqual([]);
        expect(await match(db, other.people.admin, of, { filter, order: "longest" })).toEqual([]);
        expect(await count(db, other.people.admin, of, filter)).toBe(0);
      }
      const preview = await asUser(other.people.admin)(db, (client) =>
        client.query("select matched, fits, skipped from holdfast.preview_jobs($1, 'rerun', $2)", [
          team.id,
          JSON.stringify(filter),
        ]),
      );
      expect(preview.rows).toEqual([{ matched: 0, fits: 0, skipped: {} }]);
    }
  });

  test("the secret key sees the workspace it names, a stranger and nobody see none", async () => {
    const ask = "select id from holdfast.match_jobs($1)";
    const seen = await asServiceRole(db, (client) => client.query(ask, [team.id]));
    expect(seen.rowCount).toBeGreaterThan(0);
    await expect(asStranger(db, (client) => client.query(ask, [team.id]))).resolves.toMatchObject({ rowCount: 0 });
    await expect(refusalOf(asAnon(db, (client) => client.query(ask, [team.id])))).resolves.toMatchObject({
      code: "42501",
    });
  });
});

test("figures order at most ten thousand jobs; time orders any number", async () => {
  const crowd = await workspace(db, "crowd");
  // Past the triggers, which are not what is tried here.
  const client = await db.pool("supabase_admin").connect();
  await client.query("set session_replication_role = replica");
  await client.query(
    `insert into holdfast.jobs (workspace_id, queue, lane, kind, class, state, run_at, timeout_seconds, max_attempts, created_by, created_at, finished_at)
     select $1, 'primary', 'default', 'hello', 'small', 'canceled', now(), 1, 1, 'test', now(), now() from generate_series(1, 10001)`,
    [crowd.id],
  );
  await client.query("set session_replication_role = origin");
  client.release();
  for (const order of ["longest", "costliest", "memory"])
    await expect(refusalOf(match(db, crowd.people.viewer, crowd.id, { order }))).resolves.toMatchObject({
      code: "PT422",
      rule: "holdfast.too_many",
      hint: expect.stringContaining("Narrow"),
    });
  for (const order of ["newest", "oldest", "finished"])
    expect(await match(db, crowd.people.viewer, crowd.id, { order })).toHaveLength(50);
  expect(await count(db, crowd.people.viewer, crowd.id, {})).toBe(10_001);
  expect(await count(db, crowd.people.viewer, crowd.id, {}, 100_000)).toBe(10_001);
  expect(await count(db, crowd.people.viewer, crowd.id, { state: "canceled" }, 7)).toBe(8);
});

describe("the typical time of a kind", () => {
  const typical = async (kind: string) =>
    (
      await asUser(viewer)(db, (client) =>
        client.query("select holdfast.typical_seconds($1, $2) as s", [team.id, kind]),
      )
    ).rows[0].s;

  test("is the median of the newest hundred that completed, and unknown for fewer than three", async () => {
    await registerKinds(db, "bake");
    const by = await worker(db, { capacity: 1000 });
    const bake = async (seconds: number, outcome = "completed") => {
      const token = await by.takeOne(
        await enqueue(db, { workspace: "team", kind: "bake", options: { max_attempts: 1 } }),
      );
      await clock.advance(`${seconds} seconds`);
      await by.finish({ token, outcome, ...(outcome === "failed" && { error: { message: "burnt" } }) });
    };
    await clock.stop(new Date("2026-03-01T12:00:00Z"));
    await bake(1000);
    await bake(1000);
    await expect(typical("bake")).resolves.toBeNull();
    await bake(5, "failed");
    await expect(typical("bake")).resolves.toBeNull();
    await bake(10);
    await expect(typical("bake")).resolves.toBe(1000);
    for (let n = 0; n < 99; n++) await bake(n % 2 === 0 ? 20 : 30);
    await bake(20);
    // A hundred are newer than the slow ones: 51 took 20 seconds, 49 took 30.
    await expect(typical("bake")).resolves.toBe(20);
    await expect(typical("nothing")).resolves.toBeNull();
  });
});
