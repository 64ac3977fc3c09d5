import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Job } from "@holdfast/client";
import { down, freePort, readStack } from "@holdfast/local";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Run } from "../src/reads/run.ts";
import type { Worker } from "../src/reads/workers.ts";
import type { StatusReport } from "../src/status/status-report.ts";
import { Cli, type TestStack } from "./support/spawn-cli.ts";

const MAIN = join(import.meta.dirname, "../src/first-run/main.ts");
const stateDir = mkdtempSync(join(tmpdir(), "holdfast-first-run-"));
let ports: string[];

beforeAll(async () => {
  ports = ["--api-port", String(await freePort()), "--db-port", String(await freePort())];
});
afterAll(async () => {
  await down({ stateDir, reset: true });
  rmSync(stateDir, { recursive: true, force: true });
});

const started: { child: ChildProcess; ended: Promise<unknown> }[] = [];
// A first run that a failed test left behind is asked to end as a person would.
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    await ended;
  }
});

/** A first run with what it printed so far. */
function start(...args: string[]): ChildProcess & { printed: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [MAIN, ...ports, ...args], {
    env: { ...process.env, HOLDFAST_STATE: stateDir, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  started.push({ child, ended });
  return Object.assign(child, { printed: () => text, ended });
}

describe("npm start", () => {
  test("with --once shows all three parts, ends 0, and leaves nothing running", { timeout: 180_000 }, async () => {
    const run = start("--once");
    const exitCode = await run.ended;
    const printed = run.printed();
    expect(exitCode, printed).toBe(0);
    expect(printed).toMatch(/owner@\S+ +\S{12,} +admin/);
    expect(printed).toMatch(/job 1 hello returned/);
    expect(printed).toMatch(/\d+ files, .*digest of all/);
    expect(printed).toMatch(/SIGKILL to worker 1 \(pid \d+\); no worker runs now/);
    expect(printed).toMatch(
      /counted to 60: one attempt, all 60 lines, [1-9]\d* bytes of them stored while no worker ran/,
    );
    expect(printed).toMatch(/✓ nothing is left running/);
    expect(readStack(stateDir)).toBeUndefined();
    for (const [, pid] of printed.matchAll(/pid (\d+)/g)) expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("without it stays up until Ctrl-C, and then ends even a running command", { timeout: 180_000 }, async () => {
    const run = start();
    await expect.poll(run.printed, { timeout: 90_000, interval: 100 }).toContain("up until Ctrl-C");
    expect(run.printed()).not.toMatch(/owner@\S+ +\S{12,} +admin/);
    const cli = new Cli({ stateDir } as TestStack);
    expect((await cli.run(["run", "--detach", "--", "sleep", "600"], { cwd: tmpdir() })).exitCode).toBe(0);
    await expect.poll(async () => (await cli.json<StatusReport>("status")).running.length, { timeout: 20_000 }).toBe(1);
    run.kill("SIGINT");
    expect(await run.ended, run.printed()).toBe(0);
    expect(run.printed()).toMatch(/✓ nothing is left running/);
    expect((await cli.run(["status"])).exitCode).toBe(3);
  });

  test("never touches a worker it did not start, and outlives its own keeper with everything that runs", {
    timeout: 240_000,
  }, async () => {
    const first = start();
    await expect.poll(first.printed, { timeout: 90_000, interval: 100 }).toContain("up until Ctrl-C");
    const cli = new Cli({ stateDir } as TestStack);
    const [worker] = await cli.json<Worker[]>("workers");
    const idOf = async (...args: string[]) => (await cli.run(args, { cwd: tmpdir() })).stdout.trim();
    const command = await idOf("run", "--detach", "--", "sleep", "600");
    const inProcess = await idOf("enqueue", "sleep", "--payload", '{"ms": 600000}');
    const running = async () => (await cli.json<StatusReport>("status")).running.length;
    await expect.poll(running, { timeout: 20_000 }).toBe(2);

    const second = start("--once");
    expect(await second.ended, second.printed()).toBe(0);
    const killed = /SIGKILL to worker (\d+)/.exec(second.printed())?.[1];
    expect(Number(killed)).toBeGreaterThan(worker?.id as number);
    expect(second.printed()).toMatch(/✓ the worker that was started here is ended/);
    for (const [, pid] of second.printed().matchAll(/\(pid (\d+)\)/g)) {
      expect(existsSync(`/proc/${pid}`)).toBe(false);
    }
    expect((await cli.json<Worker[]>("workers")).map(({ id }) => id)).toEqual([worker?.id]);
    for (const id of [command, inProcess]) {
      expect((await cli.json<{ job: Job }>("job", id)).job).toMatchObject({ state: "running", attempt: 1 });
    }

    const [run] = (await cli.json<{ runs: Run[] }>("job", command)).runs;
    const keepers = [...first.printed().matchAll(/supervisor \(pid (\d+)\)/g)];
    process.kill(Number(keepers.at(-1)?.[1]), "SIGKILL");
    await expect
      .poll(first.printed, { timeout: 60_000, interval: 100 })
      .toMatch(/keeper \(pid \d+\) ended with SIGKILL; running commands go on[\s\S]*✓ worker \d+ .* is at work/);
    expect(existsSync(`/proc/${run?.command_pid}`)).toBe(true);
    expect((await cli.json<{ job: Job }>("job", command)).job).toMatchObject({ state: "running", attempt: 1 });
    await cli.run(["kill", inProcess]);
    first.kill("SIGINT");
    expect(await first.ended, first.printed()).toBe(0);
    expect(first.printed()).toMatch(/✓ nothing is left running/);
    expect(existsSync(`/proc/${run?.command_pid}`)).toBe(false);
  });

  test("names the option that cannot be used", async () => {
    const run = start("--api-port=abc");
    expect(await run.ended).toBe(2);
    expect(run.printed()).toMatch(/error: --api-port "abc" is not a port/);
  });

  test("refuses an option it does not know", async () => {
    const run = start("--twice");
    expect(await run.ended).toBe(2);
    expect(run.printed()).toMatch(/error: Unknown option '--twice'/);
  });
});
