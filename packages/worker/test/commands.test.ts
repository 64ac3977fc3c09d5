import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSameProcess, processStarted } from "@holdfast/runner";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWorker, type Worker } from "../src/index.ts";
import { jobsOf } from "./support/jobs.ts";
import { testLog } from "./support/test-log.ts";
import { until } from "./support/until.ts";

let database: TestDatabase;
let jobs: ReturnType<typeof jobsOf>;
let worker: Worker;
let folder: string;
const log = testLog();

const start = (commands: number) =>
  startWorker({
    databaseUrl: database.url("holdfast_worker"),
    logger: log.logger,
    capacity: 2,
    commands,
    host: "named-by-its-worker",
    stateDirectory: folder,
    heartbeatSeconds: 1,
    graceSeconds: 1,
  });

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = jobsOf(database);
  folder = await mkdtemp(join(tmpdir(), "holdfast-commands-"));
  await database.pool().query("update holdfast.workspaces set allowed_roots = $1 where slug = 'local'", [[folder]]);
  await database.pool().query(
    `insert into holdfast.command_rules (workspace_id, program, least_role)
     select id, '*', 'operator' from holdfast.workspaces where slug = 'local' on conflict do nothing`,
  );
  worker = await start(2);
});
afterAll(async () => {
  await worker?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const command = (argv: string[], options: object = {}) => jobs.enqueue("command", { argv }, options);
const output = async (job: number) => {
  const [run] = await jobs.runs(job);
  const { rows } = await database.pool().query("select * from holdfast.read_output($1)", [run.id]);
  return Buffer.concat(rows.map((row) => Buffer.from(row.data, "base64"))).toString();
};
const started = (job: number) =>
  until(`the command of job ${job} runs`, async () => {
    const [run] = (await jobs.runs(job)).slice(-1);
    return run?.command_pid ? run : undefined;
  });

describe("a command job", () => {
  it("runs in a runner, keeps its exit code and its output", async () => {
    const id = await command(["sh", "-c", "echo hello; exit 3"], { max_attempts: 1 });
    expect(await jobs.ended(id)).toMatchObject({ state: "failed", error_class: "exit_code" });
    expect((await jobs.runs(id))[0]).toMatchObject({ exit_code: 3, outcome: "failed", host: worker.host });
    expect(worker.host).toBe("named-by-its-worker");
    expect(await output(id)).toBe("hello\n");
  });

  it("waits as dispatched, not as running, while every command slot is taken", async () => {
    const first = await Promise.all([command(["sleep", "60"]), command(["sleep", "60"])]);
    for (const id of first) await jobs.inState(id, "running");
    const third = await command(["true"]);
    const fast = await database.pool().query("select count(*) as n from holdfast.leases where mode = 'command'");
    expect(fast.rows[0].n).toBe(2);
    expect(await jobs.get(third)).toMatchObject({ state: "dispatched", attempt: 0 });
    for (const id of first) await jobs.act("kill", { job: id });
    for (const id of first) expect(await jobs.ended(id)).toMatchObject({ state: "canceled" });
    expect(await jobs.ended(third)).toMatchObject({ state: "completed" });
  });

  it("ends within a second of a kill, with everything it started", async () => {
    const id = await command(["sh", "-c", "sleep 60 & sleep 60; true"]);
    const run = await started(id);
    const asked = performance.now();
    await jobs.act("kill", { job: id });
    expect(await jobs.ended(id)).toMatchObject({ state: "canceled" });
    expect(performance.now() - asked).toBeLessThan(1_500);
    expect(isSameProcess(run.command_pid, run.command_started)).toBe(false);
  });

  it("whose runner is killed loses its run, and its orphan is killed before the next attempt starts", async () => {
    const marker = join(folder, "marker");
    const id = await command(["sh", "-c", `echo $$ >> ${marker}; sleep 60`], { class: "small" });
    const run = await started(id);
    process.kill(run.runner_pid, "SIGKILL");
    const next = await until("the next attempt runs", async () => {
      const runs = await jobs.runs(id);
      return runs.length === 2 && runs[1].command_pid ? runs[1] : undefined;
    });
    expect((await jobs.runs(id))[0]).toMatchObject({
      outcome: "lost",
      error_class: "runner_died",
      orphan_cleared: true,
    });
    expect(isSameProcess(run.command_pid, run.command_started)).toBe(false);
    expect(Number(next.command_started)).toBeGreaterThan(Number(run.command_started));
    await jobs.act("kill", { job: id });
    await jobs.ended(id);
  });

  it("goes on when its worker stops, is adopted by the next one, and runs once", async () => {
    const id = await command(["sh", "-c", "for i in 1 2 3 4 5 6; do echo $i; sleep 0.5; done"]);
    const run = await started(id);
    await worker.stop();
    expect(isSameProcess(run.runner_pid, run.runner_started)).toBe(true);
    worker = await start(1);
    await until("it is adopted", async () => {
      const { rows } = await database.pool().query("select worker_id from holdfast.leases where job_id = $1", [id]);
      return rows[0]?.worker_id === worker.workerId;
    });
    expect(worker.commandSlots.taken).toBe(1);
    const waiting = await command(["true"]);
    expect(await jobs.ended(id)).toMatchObject({ state: "completed", attempt: 1 });
    expect(await output(id)).toBe("1\n2\n3\n4\n5\n6\n");
    expect(await jobs.ended(waiting)).toMatchObject({ state: "completed" });
    await until("its slot is free", () => worker.commandSlots.taken === 0);
  });

  it("fails once when its program does not exist", async () => {
    const id = await command(["no-such-program-here"]);
    expect(await jobs.ended(id)).toMatchObject({ state: "failed", attempt: 1, error_class: "program_not_found" });
  });
});

describe("the host watch", () => {
  it("reports a worker of this host whose process is gone, and gives its functions to others", async () => {
    const { rows } = await database.pool("holdfast_worker").query("select holdfast_private.register_worker($1) as id", [
      JSON.stringify({
        name: "ghost",
        host: worker.host,
        boot_id: worker.bootId,
        // This pid lives, but it is another process: only the start time tells.
        pid: process.pid,
        pid_started: `${Number(processStarted(process.pid)) + 1}`,
        pool_id: "ghost-pool",
        lanes: ["default"],
        capacity: 1,
        version: "0",
      }),
    ]);
    const ended = await until("the ghost is reported", async () => {
      const found = await database
        .pool()
        .query("select ended_reason from holdfast.workers where id = $1", [rows[0].id]);
      return found.rows[0].ended_reason as string | null;
    });
    expect(ended).toMatch(/^died: no process \d+ started at \d+/);
  });
});
