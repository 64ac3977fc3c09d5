import {
  act,
  asMember,
  asStranger,
  asUser,
  createTestDatabase,
  enqueue,
  job,
  refusalOf,
  type TestDatabase,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

const local = async () => (await db.pool().query("select id from holdfast.workspaces where slug = 'local'")).rows[0].id;

async function room(view: "queue" | "lane", name: string) {
  const { rows } = await asMember("viewer")(db, (client) =>
    client.query(`select * from holdfast.${view}_overview where ${view} = $1`, [name]),
  );
  return rows[0];
}

/** A job in every state that counts somewhere, in queue report and lane build; as many again elsewhere. */
async function fill() {
  const by = await worker(db);
  for (const options of [{ queue: "report", lane: "build" }, {}]) {
    for (const state of [
      "blocked",
      "queued",
      "dispatched",
      "retrying",
      "awaiting_approval",
      "running",
      "quarantined",
      "failed",
      "timed_out",
      "completed",
      "canceled",
    ] as const)
      await job(db, { state, by, options });
  }
  const { rows } = await db.pool().query("select id from holdfast.jobs where state = 'failed' and queue = 'report'");
  return rows[0].id as number;
}

describe("queue_overview and lane_overview", () => {
  test("count what waits, runs, failed and is isolated, each room its own", async () => {
    const failed = await fill();
    // The parent of what is blocked waits, too, in the same room.
    const counts = { pending: 6, running: 1, failed_24h: 2, quarantined: 1 };
    expect(await room("queue", "report")).toMatchObject(counts);
    expect(await room("lane", "build")).toMatchObject(counts);
    expect(await room("queue", "primary")).toMatchObject(counts);
    expect(await room("queue", "priority")).toMatchObject({
      pending: 0,
      running: 0,
      failed_24h: 0,
      quarantined: 0,
      oldest_pending_seconds: null,
    });
    await db
      .pool()
      .query("update holdfast.jobs set created_at = created_at - interval '25 hours' where id = $1", [failed]);
    expect(await room("queue", "report")).toMatchObject({ failed_24h: 1 });
    expect(await room("lane", "build")).toMatchObject({ failed_24h: 1 });
  });

  test("the oldest is the oldest of what is dispatched or held", async () => {
    const [dispatched, held] = [await enqueue(db), await job(db, { state: "queued" })];
    await db
      .pool()
      .query("update holdfast.jobs set created_at = now() - interval '100 seconds' where id = $1", [dispatched]);
    expect(Math.floor((await room("queue", "primary")).oldest_pending_seconds)).toBe(100);
    await db.pool().query("update holdfast.jobs set created_at = now() - interval '200 seconds' where id = $1", [held]);
    expect(Math.floor((await room("queue", "primary")).oldest_pending_seconds)).toBe(200);
    expect(Math.floor((await room("lane", "default")).oldest_pending_seconds)).toBe(200);
  });

  test("show limits, and who paused them and why", async () => {
    await act(db.pool(), {
      verb: "limit",
      subject: "queue",
      target: { queue: "report" },
      params: { max_running: 3, max_per_hour: 7 },
    });
    await asMember("operator")(
      db,
      (client) => act(client, { verb: "pause", subject: "queue", target: { queue: "report" }, reason: "audit" }),
      { commit: true },
    );
    expect(await room("queue", "report")).toMatchObject({
      description: "Reports.",
      max_running: 3,
      max_per_hour: 7,
      status: "paused",
      paused_by: "operator@holdfast.test",
      paused_reason: "audit",
    });
    expect(await room("lane", "agent")).toMatchObject({ max_running: 3, max_per_hour: 20, status: "active" });
  });

  test("a lane is LIVE by workers that are heard of, serve it and do not drain", async () => {
    expect(await room("lane", "build")).toMatchObject({ live_workers: 0, capacity: 0, label: "WORKER NOT RUNNING" });
    const one = await worker(db, { lanes: ["build", "eval"], capacity: 4 });
    await worker(db, { lanes: ["default"], capacity: 9 });
    const silent = await worker(db, { lanes: ["build"] });
    await db
      .pool()
      .query("update holdfast.workers set last_seen_at = now() - interval '1 minute' where id = $1", [silent.id]);
    expect(await room("lane", "build")).toMatchObject({ live_workers: 1, capacity: 4, label: "LIVE" });
    await act(db.pool(), { verb: "drain", subject: "worker", target: { worker: one.id } });
    expect(await room("lane", "build")).toMatchObject({ live_workers: 0, label: "WORKER NOT RUNNING" });
  });
});

describe("worker_overview", () => {
  const seen = async (id: number, who = asMember("viewer")) =>
    (await who(db, (client) => client.query("select * from holdfast.worker_overview where id = $1", [id]))).rows[0];

  test("says what a worker runs now, and what became of its runs of the last day", async () => {
    const by = await worker(db);
    const running = await job(db, { state: "running", by, options: { name: "long one" } });
    for (const outcome of ["completed", "completed", "failed", "timed_out"])
      await by.finish({ token: await by.takeOne(await enqueue(db)), outcome, cost: 0.25 });
    await db
      .pool("holdfast_worker")
      .query("select holdfast_private.report_runs_lost($1, 'test')", [[await by.takeOne(await enqueue(db))]]);
    await by.finish({ token: await by.takeOne(await enqueue(db)), outcome: "completed", cost: 9 });
    await db.pool().query("update holdfast.runs set started_at = now() - interval '25 hours' where cost = 9");
    expect(await seen(by.id)).toMatchObject({
      completed_24h: 2,
      failed_24h: 3,
      running_jobs: 1,
      current_jobs: [
        {
          job: running,
          workspace: "local",
          kind: "hello",
          name: "long one",
          progress: null,
          progress_message: null,
          running_seconds: expect.any(Number),
        },
      ],
    });
    expect(Number((await seen(by.id)).cost_24h)).toBe(1);
    expect(await seen((await worker(db)).id)).toMatchObject({ completed_24h: 0, failed_24h: 0, current_jobs: [] });
  });

  test("counts and shows only what the caller sees of it", async () => {
    const other = await workspace(db, "other");
    const by = await worker(db);
    await job(db, { workspace: "other", state: "running", by });
    await by.finish({ token: await by.takeOne(await enqueue(db, { workspace: "other" })), outcome: "completed" });
    expect(await seen(by.id)).toMatchObject({ completed_24h: 0, current_jobs: [], running_jobs: 0 });
    expect(await seen(by.id, asUser(other.people.viewer))).toMatchObject({ completed_24h: 1, running_jobs: 1 });
    expect(await seen(by.id, asStranger)).toBeUndefined();
  });
});

describe("throughput", () => {
  const counted = async (scope: string, who = asMember("viewer")) => {
    const { rows } = await who(db, async (client) =>
      client.query("select * from holdfast.throughput($1, $2, 60, 12) order by name, bucket", [await local(), scope]),
    );
    return rows as { name: string; bucket: Date; completed: number; failed: number }[];
  };
  const some = async (scope: string) =>
    (await counted(scope)).flatMap((row, i) =>
      row.completed + row.failed > 0 ? [[row.name, i % 12, row.completed, row.failed]] : [],
    );

  test("counts runs by when they started, bucket by bucket, with a row for every bucket of every room", async () => {
    const by = await worker(db);
    const other = await worker(db);
    const ended = async (minutesAgo: number, outcome: string, options = {}, who = by) => {
      const token = await who.takeOne(await enqueue(db, { options }));
      await who.finish({ token, outcome });
      await db
        .pool()
        .query("update holdfast.runs set started_at = now() - make_interval(mins => $1) where id = $2", [
          minutesAgo,
          token,
        ]);
    };
    await ended(2, "completed");
    await ended(3, "failed");
    await ended(58, "completed", { queue: "report", lane: "build" }, other);
    await ended(61, "completed");
    await job(db, { state: "running", by });
    expect(await counted("queue")).toHaveLength(6 * 12);
    expect(await some("queue")).toEqual([
      ["primary", 11, 1, 1],
      ["report", 0, 1, 0],
    ]);
    expect(await some("lane")).toEqual([
      ["build", 0, 1, 0],
      ["default", 11, 1, 1],
    ]);
    expect(await some("worker")).toEqual([
      [String(by.id), 11, 1, 1],
      [String(other.id), 0, 1, 0],
    ]);
    const buckets = [...new Set((await counted("queue")).map((row) => row.bucket.getTime()))];
    expect(new Set(buckets.slice(1).map((at, i) => at - (buckets[i] as number)))).toEqual(new Set([300_000]));
    expect(await counted("queue", asStranger)).toEqual([]);
    expect(await counted("worker", asStranger)).toEqual([]);
  });

  test.each([
    ["planet", 60, 12],
    ["queue", 0, 12],
    ["queue", 9999, 12],
    ["queue", 60, 0],
    [null, 60, 12],
  ])("refuses scope %s, %s minutes, %s buckets", async (...args) => {
    const asked = db.pool().query("select * from holdfast.throughput($1, $2, $3, $4)", [await local(), ...args]);
    await expect(refusalOf(asked)).resolves.toMatchObject({ code: "PT422", rule: "holdfast.bad_option" });
  });
});
