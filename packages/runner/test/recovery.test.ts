import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSameProcess, killProcessTree } from "../src/index.ts";
import { CutLine } from "./support/cut-line.ts";
import { gone, pidFrom } from "./support/processes.ts";
import { js, sh } from "./support/programs.ts";
import { type Launched, RunnerBench, readStatus, until } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const counting = (to: number, everyMilliseconds: number) =>
  js(
    `let i = 0; const t = setInterval(() => { console.log("line " + ++i); if (i === ${to}) clearInterval(t); }, ${everyMilliseconds});`,
  );
const counted = (to: number) => Array.from({ length: to }, (_, i) => `line ${i + 1}\n`).join("");
const stored = async (launched: Launched) => (await bench.stored(launched.spec.token, "stdout")).toString();
const someOutput = (launched: Launched) =>
  until("something is stored", async () => (await stored(launched)).length > 0);
const row = async (table: string, id: number) =>
  (await bench.rows(`select * from holdfast.${table} where id = $1`, [id]))[0];

/** Does to a run what the reaper does when its lease has expired; at once, because the runner may ask at any moment. */
async function lose(launched: Launched, jobState: "retrying" | "failed"): Promise<void> {
  const { token, job_id } = launched.spec;
  await bench.rows(
    `with ended as (delete from holdfast.leases where token = $1),
          lost as (update holdfast.runs set outcome = 'lost', finished_at = now() where id = $1)
     update holdfast.jobs set state = $3::text, finished_at = case $3::text when 'failed' then now() end where id = $2`,
    [token, job_id, jobState],
  );
}

describe("a runner whose database connection is ended again and again", () => {
  it("reconnects, and its output is complete to the byte", async () => {
    const launched = await bench.launch({ argv: counting(300, 10) });
    for (let i = 0; i < 4; i += 1) {
      const before = (await stored(launched)).length;
      await bench.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast runner' and datname = current_database()",
      );
      await until("more is stored", async () => (await stored(launched)).length > before);
    }
    expect((await bench.finish(launched)).run.outcome).toBe("completed");
    expect(await stored(launched)).toBe(counted(300));
  });
});

describe("a runner that is cut off from the database", () => {
  it("goes on, spools, and delivers output and end when the database is back", async () => {
    const { line, url } = await CutLine.open(bench.url);
    await using _ = line;
    const launched = await bench.launch({ argv: counting(60, 10), databaseUrl: url });
    await someOutput(launched);
    await line.cut();
    await until(
      "the command wrote all it had to the spool",
      () => bench.spooled(launched, "stdout").toString() === counted(60),
    );
    expect((await row("runs", launched.spec.token))?.outcome).toBeNull();
    expect(isSameProcess(launched.pid, launched.pidStarted)).toBe(true);
    await line.restore();
    expect((await bench.finish(launched)).run).toMatchObject({ outcome: "completed", exit_code: 0 });
    expect(await stored(launched)).toBe(counted(60));
  });

  it("notices a line that is silent but open, and finds another", async () => {
    const { line, url } = await CutLine.open(bench.url);
    await using _ = line;
    const launched = await bench.launch({
      argv: counting(40, 50),
      databaseUrl: url,
      spec: { ttl_seconds: 3, heartbeat_seconds: 0.3 },
    });
    await someOutput(launched);
    line.goSilent();
    await line.restore();
    expect((await bench.finish(launched)).run.outcome).toBe("completed");
    expect(await stored(launched)).toBe(counted(40));
  });

  it("enforces the timeout all the same", async () => {
    const { line, url } = await CutLine.open(bench.url);
    await using _ = line;
    const launched = await bench.launch({
      argv: sh("echo up; sleep 60"),
      databaseUrl: url,
      spec: { timeout_seconds: 1 },
    });
    await someOutput(launched);
    await line.cut();
    const { command_pid: pid = 0, command_started: started } = readStatus(launched.runDirectory);
    await gone("the command", { pid, started: started ?? "" }, 5_000);
    await line.restore();
    expect((await bench.finish(launched)).run.outcome).toBe("timed_out");
  });

  it("does not start its command before the database has confirmed the lease", async () => {
    const { line, url } = await CutLine.open(bench.url);
    await using _ = line;
    await line.cut();
    const witness = join(bench.stateDirectory, "witness");
    const launched = await bench.launch({ argv: ["touch", witness], databaseUrl: url });
    await until("it has tried", () => bench.log(launched).includes("will be tried again"));
    expect(readStatus(launched.runDirectory).state).toBe("launched");
    await lose(launched, "failed");
    await line.restore();
    const { code, status } = await bench.finish(launched);
    expect({ code, outcome: status.outcome }).toEqual({ code: 3, outcome: "fenced" });
    expect(existsSync(witness)).toBe(false);
  });
});

describe("a run that was given up", () => {
  it("is killed with all its processes and writes nothing more when the job belongs to somebody else", async () => {
    const own = join(bench.stateDirectory, "fenced");
    const launched = await bench.launch({
      argv: sh(`echo before; echo $$ > ${own}; trap "" TERM; while :; do sleep 0.05; done`),
      spec: { heartbeat_seconds: 0.3 },
    });
    const command = await pidFrom(own);
    await someOutput(launched);
    await lose(launched, "failed");
    const { code, status, run } = await bench.finish(launched);
    expect(code).toBe(3);
    expect(status).toMatchObject({ state: "ended", outcome: "fenced" });
    expect(run).toMatchObject({ outcome: "lost", exit_code: null });
    expect(isSameProcess(command.pid, command.started)).toBe(false);
  });

  it("takes its lease back and completes when no other attempt has started", async () => {
    const launched = await bench.launch({ argv: counting(60, 20), spec: { heartbeat_seconds: 0.3 } });
    await someOutput(launched);
    await lose(launched, "retrying");
    const { code, run, job } = await bench.finish(launched);
    expect(code).toBe(0);
    expect(run).toMatchObject({ outcome: "completed", attempt: 1 });
    expect(job.state).toBe("completed");
    expect(await stored(launched)).toBe(counted(60));
  });
});

describe("the death of the worker", () => {
  it("by SIGKILL is not noticed by the runner: the command runs once, to its end", async () => {
    const spec = await bench.lease({ argv: counting(60, 20) });
    const options = { stateDirectory: bench.stateDirectory, databaseUrl: bench.url };
    const entry = new URL("../src/index.ts", import.meta.url).href;
    const worker = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `
        const { launchRunner } = await import(${JSON.stringify(entry)});
        const runner = await launchRunner(${JSON.stringify(spec)}, { ...${JSON.stringify(options)}, env: process.env });
        console.log(JSON.stringify(runner));
        setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"], detached: true },
    );
    const line = await new Promise<string>((resolve) => worker.stdout.once("data", (bytes) => resolve(String(bytes))));
    const runner = { ...(JSON.parse(line) as Launched), spec };
    await someOutput(runner);
    process.kill(worker.pid ?? 0, "SIGHUP");
    process.kill(worker.pid ?? 0, "SIGKILL");
    await until("the run is finished", async () => (await row("runs", spec.token))?.outcome === "completed");
    await gone("the runner", { pid: runner.pid, started: runner.pidStarted ?? "" });
    expect(await stored(runner)).toBe(counted(60));
    expect((await row("jobs", spec.job_id))?.attempt).toBe(1);
  });
});

describe("the death of the runner", () => {
  it("by SIGKILL leaves a command that is found by pid and start time, and killed with its tree", async () => {
    const child = join(bench.stateDirectory, "orphan-child");
    const launched = await bench.launch({ argv: sh(`sleep 60 & echo $! > ${child}; wait`) });
    const orphanChild = await pidFrom(child);
    await until("the command is recorded", async () => (await row("runs", launched.spec.token))?.command_pid);
    process.kill(launched.pid, "SIGKILL");
    await launched.exited;
    const run = (await row("runs", launched.spec.token)) as {
      command_pid: number;
      command_started: string;
      run_directory: string;
    };
    expect(isSameProcess(run.command_pid, run.command_started)).toBe(true);
    const root = { pid: run.command_pid, started: run.command_started };
    expect(killProcessTree({ ...root, started: "1" }, "SIGKILL")).toBe(0);
    const marker = { token: launched.spec.token, runDirectory: run.run_directory };
    expect(killProcessTree({ ...root, marker }, "SIGKILL")).toBe(2);
    await gone("the command", root, 1_000);
    await gone("its child", orphanChild, 1_000);
  });
});
