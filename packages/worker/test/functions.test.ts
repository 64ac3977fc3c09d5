import { setTimeout as delay } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTask, FatalError, RunAborted, startWorker, type Worker } from "../src/index.ts";
import { jobsOf } from "./support/jobs.ts";
import { testLog } from "./support/test-log.ts";
import { until } from "./support/until.ts";

const calls: string[] = [];
const aborted: string[] = [];
let release = () => {};

const tasks = [
  defineTask({
    kind: "echo",
    payload: z.object({ text: z.string(), times: z.number().int().default(1) }),
    run: (job, ctx) => ({ said: job.payload.text.repeat(job.payload.times), attempt: ctx.attempt, token: ctx.token }),
  }),
  defineTask({
    kind: "picky",
    payload: z.object({ n: z.number().refine((n) => n % 2 === 0, "must be even") }),
    run(job) {
      calls.push(`picky ${job.payload.n}`);
    },
  }),
  defineTask({
    kind: "waits",
    payload: z.object({ stubborn: z.boolean().default(false) }),
    async run(job, ctx) {
      calls.push(`waits ${job.id}`);
      ctx.progress(0.5, "half way");
      if (job.payload.stubborn) {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return "too late";
      }
      await delay(60_000, undefined, { signal: ctx.signal }).catch(() => undefined);
      aborted.push(ctx.signal.reason instanceof RunAborted ? ctx.signal.reason.verdict : "?");
      return "ended early";
    },
  }),
  defineTask({
    kind: "throws",
    payload: z.object({ fatal: z.boolean() }),
    run(job) {
      calls.push(`throws ${job.id}`);
      if (job.payload.fatal) throw new FatalError("the account is closed");
      throw new TypeError("try again later\0");
    },
  }),
  defineTask({ kind: "odd", payload: z.object({}), run: () => ({ text: "a\0b" }) }),
  defineTask({
    kind: "loop",
    payload: z.object({}),
    run() {
      const loop: { self?: unknown } = {};
      loop.self = loop;
      return loop;
    },
  }),
];

let database: TestDatabase;
let worker: Worker;
let jobs: ReturnType<typeof jobsOf>;
const log = testLog();

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = jobsOf(database);
  worker = await startWorker({
    databaseUrl: database.url("holdfast_worker"),
    logger: log.logger,
    tasks,
    capacity: 8,
    heartbeatSeconds: 1,
  });
});
afterAll(async () => {
  release();
  await worker?.stop({ graceSeconds: 1 });
  await database?.drop();
});

describe("a function job", () => {
  it("gets its payload parsed, and its return value becomes the result", async () => {
    const id = await jobs.enqueue("echo", { text: "ha", times: 3 });
    const job = await jobs.ended(id);
    const [run] = await jobs.runs(id);
    expect(job).toMatchObject({ state: "completed", result: { said: "hahaha", attempt: 1, token: run.id } });
    expect(run).toMatchObject({ outcome: "completed", worker_id: worker.workerId });
  });

  it("leaves nothing behind in the delivery engine", async () => {
    const id = await jobs.enqueue("echo", { text: "x" });
    await jobs.ended(id);
    await until("the delivery is gone", async () => {
      const { rows } = await database.pool().query("select count(*) as n from graphile_worker._private_jobs");
      return rows[0].n === 0;
    });
  });

  it("fails once and without retry when its payload does not match, and never reaches the handler", async () => {
    const id = await jobs.enqueue("picky", { n: 3 });
    const job = await jobs.ended(id);
    expect(job).toMatchObject({ state: "failed", attempt: 1, error_class: "invalid_payload" });
    expect(job.error_message).toMatch(/payload\.n: must be even/);
    expect(calls).not.toContain("picky 3");
  });

  it("fails clearly when no loaded task has its kind", async () => {
    await database
      .pool()
      .query(`select holdfast_private.register_kinds('[{"name":"elsewhere","payload_schema":null}]')`);
    const job = await jobs.ended(await jobs.enqueue("elsewhere"));
    expect(job).toMatchObject({ state: "failed", attempt: 1, error_class: "unknown_kind" });
    expect(job.error_message).toMatch(/no task of kind "elsewhere" \(loaded: .*echo, /);
  });

  it("is final after a FatalError, and keeps the error's message and class", async () => {
    const job = await jobs.ended(await jobs.enqueue("throws", { fatal: true }));
    expect(job).toMatchObject({
      state: "failed",
      attempt: 1,
      error_class: "FatalError",
      error_message: "the account is closed",
    });
  });

  it("is tried again after any other error, and the error is storable whatever it contains", async () => {
    const id = await jobs.enqueue("throws", { fatal: false });
    const job = await jobs.inState(id, "retrying");
    expect(job).toMatchObject({ attempt: 1, error_class: "TypeError", error_message: "try again later" });
    await jobs.act("cancel", { job: id });
  });

  it("fails by itself when its result cannot be stored, without taking others of its batch along", async () => {
    const odd = await jobs.enqueue("odd");
    const loop = await jobs.enqueue("loop");
    const fine = await Promise.all(Array.from({ length: 20 }, () => jobs.enqueue("echo", { text: "x" })));
    expect(await jobs.ended(odd)).toMatchObject({ state: "failed", error_class: "unstorable_result" });
    expect(await jobs.ended(loop)).toMatchObject({ state: "failed", error_class: "invalid_result" });
    for (const id of fine) expect(await jobs.ended(id)).toMatchObject({ state: "completed" });
  });

  it("is aborted within 200 ms of a cancel, and counts as canceled whatever the handler returns", async () => {
    const id = await jobs.enqueue("waits");
    await until("the handler runs", () => calls.includes(`waits ${id}`));
    const asked = performance.now();
    await jobs.act("cancel", { job: id });
    await until("the signal is aborted", () => aborted.includes("cancel"));
    // Printed, not asserted: a busy machine is no fault.
    console.log(`asked until aborted: ${Math.round(performance.now() - asked)} ms (the promise: 1 000)`);
    expect(await jobs.ended(id)).toMatchObject({ state: "canceled" });
  });

  it("shows its progress within two seconds", async () => {
    const id = await jobs.enqueue("waits");
    await until(
      "the progress is there",
      async () => {
        const { rows } = await database
          .pool()
          .query("select progress, progress_message from holdfast.leases where job_id = $1", [id]);
        return rows[0]?.progress === 0.5 && rows[0]?.progress_message === "half way";
      },
      3_000,
    );
    await jobs.act("kill", { job: id });
    expect(await jobs.ended(id)).toMatchObject({ state: "canceled" });
  });

  it("times out: the signal is aborted and the run ends as timed out", async () => {
    const id = await jobs.enqueue("waits", {}, { timeout_seconds: 1, max_attempts: 1 });
    expect(await jobs.ended(id)).toMatchObject({
      state: "timed_out",
      error_class: "timeout",
      error_message: "timed out after 1 s",
    });
    expect(aborted).toContain("timeout");
  });

  it("that ignores a kill is given up at once, and its late result is not accepted", async () => {
    const id = await jobs.enqueue("waits", { stubborn: true });
    await until("the handler runs", () => calls.includes(`waits ${id}`));
    const taken = worker.functionSlots.taken;
    await jobs.act("kill", { job: id });
    expect(await jobs.ended(id)).toMatchObject({ state: "canceled", result: null });
    expect(worker.functionSlots.taken).toBe(taken);
    release();
    await until("its slot is free", () => worker.functionSlots.taken === taken - 1);
    expect(await jobs.get(id)).toMatchObject({ state: "canceled", result: null });
  });

  it("that lost its lease is aborted and not finished", async () => {
    const id = await jobs.enqueue("waits", {}, { max_attempts: 1 });
    await until("the handler runs", () => calls.includes(`waits ${id}`));
    const [run] = await jobs.runs(id);
    await database.pool().query(
      `select holdfast_private.close_runs(jsonb_build_array(jsonb_build_object('token', $1::bigint, 'outcome', 'failed',
         'error', jsonb_build_object('message', 'taken away', 'class', 'test', 'retry', false))), 'test')`,
      [run.id],
    );
    await until("the handler is told", () => aborted.includes("lost"));
    await until("it is logged as fenced", () =>
      log.messages().some((line) => line.startsWith("fenced: the lease was lost")),
    );
    expect(await jobs.get(id)).toMatchObject({ state: "failed", error_message: "taken away" });
  });

  it("delivered many times runs once", async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => jobs.enqueue("echo", { text: "once" }, { run_at: "2030-01-01" })),
    );
    // Ten deliveries each, put into the engine by hand, before the jobs themselves become due.
    await database.pool().query(
      `select graphile_worker.add_job('holdfast:default', json_build_object('job', id), max_attempts => 1)
       from unnest($1::bigint[]) id, generate_series(1, 10)`,
      [ids],
    );
    for (const id of ids) expect(await jobs.get(id)).toMatchObject({ state: "queued", attempt: 0 });
    await database.pool().query("update holdfast.jobs set run_at = now() where id = any($1)", [ids]);
    await database.pool().query("select holdfast_private.dispatch($1)", [ids]);
    await database.pool().query(
      `select graphile_worker.add_job('holdfast:default', json_build_object('job', id), max_attempts => 1)
       from unnest($1::bigint[]) id, generate_series(1, 10)`,
      [ids],
    );
    for (const id of ids) {
      expect(await jobs.ended(id)).toMatchObject({ state: "completed", attempt: 1 });
      expect(await jobs.runs(id)).toHaveLength(1);
    }
  });
});

describe("a worker", () => {
  it("takes many deliveries in few statements", async () => {
    const { rows: before } = await database.pool().query("select count(*) as n from holdfast.runs");
    const payload = Array.from({ length: 400 }, () => ({ kind: "echo", payload: { text: "x" } }));
    const { rows } = await database
      .pool()
      .query("select id from holdfast.enqueue_many('local', $1::jsonb)", [JSON.stringify(payload)]);
    await until("all are completed", async () => {
      const { rows: left } = await database
        .pool()
        .query("select count(*) as n from holdfast.jobs where id = any($1) and state <> 'completed'", [
          rows.map((row) => row.id),
        ]);
      return left[0].n === 0;
    });
    const { rows: after } = await database.pool().query("select count(*) as n from holdfast.runs");
    expect(after[0].n - before[0].n).toBe(400);
  });

  it("takes nothing more when it is drained, and ends when its work is done", async () => {
    const second = testLog();
    const drained = await startWorker({
      databaseUrl: database.url("holdfast_worker"),
      logger: second.logger,
      tasks: [],
      name: "drained",
    });
    await jobs.act("drain", { worker: drained.workerId });
    await drained.ended;
    const { rows } = await database
      .pool()
      .query("select ended_reason from holdfast.workers where id = $1", [drained.workerId]);
    expect(rows[0].ended_reason).toBe("retired");
  });

  it("takes nothing more at the order itself, and heeds no order to another worker", async () => {
    const drained = await startWorker({
      databaseUrl: database.url("holdfast_worker"),
      logger: testLog().logger,
      tasks: [],
      name: "ordered",
    });
    // Nothing but the order: its row says nothing of draining, so that no heartbeat tells it either.
    const order = (id: number) =>
      database
        .pool()
        .query("select pg_notify('holdfast_orders', $1)", [
          JSON.stringify({ worker: id, tokens: [], verdict: "drain" }),
        ]);
    await order(drained.workerId);
    await drained.ended;
    const id = await jobs.enqueue("echo", { text: "still here" });
    expect(await jobs.ended(id)).toMatchObject({ state: "completed" });
  });

  it("ends what it runs at once and then itself, when it is killed by an admin", async () => {
    const killed = await startWorker({
      databaseUrl: database.url("holdfast_worker"),
      logger: testLog().logger,
      tasks,
      lanes: ["eval"],
      name: "killed",
    });
    const id = await jobs.enqueue("waits", {}, { lane: "eval" });
    await until("the handler runs", () => calls.includes(`waits ${id}`));
    await jobs.act("kill", { worker: killed.workerId });
    expect(await jobs.ended(id)).toMatchObject({ state: "canceled", attempt: 1 });
    await killed.ended;
    expect(aborted.at(-1)).toBe("kill");
  });

  it("refuses an unknown lane, a pooler's port and options that make no sense, each by name", async () => {
    const options = { databaseUrl: database.url("holdfast_worker"), logger: log.logger };
    await expect(startWorker({ ...options, lanes: ["nowhere"] })).rejects.toMatchObject({ rule: "unknown_lane" });
    await expect(startWorker({ ...options, databaseUrl: "postgres://u:p@db.example:6543/postgres" })).rejects.toThrow(
      /transaction pooler/,
    );
    await expect(startWorker({ ...options, capacity: 0 })).rejects.toThrow(/capacity: 0 is not a whole number from 1/);
    await expect(startWorker({ ...options, heartbeatSeconds: 30 })).rejects.toThrow(/heartbeatSeconds: 30/);
    const twice = [tasks[0], { ...tasks[0] }] as typeof tasks;
    await expect(startWorker({ ...options, tasks: twice })).rejects.toThrow(/the kind "echo" is given twice/);
  });
});
