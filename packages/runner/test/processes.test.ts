import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import {
  bootId,
  carriesMarker,
  isSameBoot,
  isSameProcess,
  killMarked,
  killProcessTree,
  processStarted,
  signalProcess,
} from "../src/index.ts";
import { listProcesses } from "../src/process/process-table.ts";
import { gone } from "./support/processes.ts";
import { until } from "./support/runner-bench.ts";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

async function sleeper(script = "exec sleep 60", env: Record<string, string> = {}) {
  const child = spawn("sh", ["-c", script], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...env },
  });
  started.push(child);
  const pid = child.pid ?? 0;
  return { child, pid, started: processStarted(pid) ?? "" };
}

describe("the identity of a process", () => {
  it("is its pid with its start time: the same while it lives, never another's", async () => {
    const { pid, started, child } = await sleeper();
    expect(started).toMatch(/^\d+$/);
    expect(isSameProcess(pid, started)).toBe(true);
    expect(isSameProcess(pid, String(Number(started) + 1))).toBe(false);
    expect(isSameProcess(pid, null)).toBe(false);
    child.kill("SIGKILL");
    await gone("the process", { pid, started });
    expect(processStarted(pid)).toBeNull();
  });

  it("does not count a zombie as alive", async () => {
    const { pid } = await sleeper("sh -c 'exit 0' & exec sleep 60");
    const zombie = await until("a child is a zombie", () => {
      return listProcesses().find((entry) => entry.parent === pid && entry.zombie)?.pid;
    });
    expect(processStarted(zombie)).toBeNull();
  });

  it("is read right for a program whose name contains spaces and parentheses", async () => {
    const { pid } = await sleeper("printf 'a) S (b' > /proc/self/comm; exec 3< /dev/zero; read x <&3");
    await until("it has renamed itself", () => readFileSync(`/proc/${pid}/comm`, "utf8").includes("a) S (b"));
    expect(processStarted(pid)).toMatch(/^\d+$/);
  });

  it("comes with the identity of the boot and of the pid namespace", () => {
    expect(bootId()).toMatch(/^[0-9a-f-]{36}:pid:\[\d+\]$/);
  });

  it("may be alive, unseen, in another namespace of the same boot, and is gone with its boot", () => {
    expect(isSameBoot("a:pid:[1]", "a:pid:[2]")).toBe(true);
    expect(isSameBoot("a:pid:[1]", "a")).toBe(true);
    expect(isSameBoot("a:pid:[1]", "b:pid:[1]")).toBe(false);
    expect(isSameBoot("a:pid:[1]", null)).toBe(false);
  });
});

describe("the marker of a run", () => {
  it("is enough to find and kill a process of the run whose pid nobody recorded, and no other", async () => {
    const ours = await sleeper("exec sleep 60", { HOLDFAST_RUN_ID: "9", HOLDFAST_RUN_DIRECTORY: "/runs/9" });
    const other = await sleeper("exec sleep 60", { HOLDFAST_RUN_ID: "9", HOLDFAST_RUN_DIRECTORY: "/other/runs/9" });
    expect(killMarked({ token: 9, runDirectory: "/runs/9" })).toBe(1);
    await gone("the process of the run", ours);
    expect(isSameProcess(other.pid, other.started)).toBe(true);
  });
});

describe("a pid that was given to another process", () => {
  it("is never signalled, with no signal and by no way", async () => {
    const { pid, started } = await sleeper();
    const other = String(Number(started) - 1);
    expect(signalProcess(pid, other, "SIGKILL")).toBe(false);
    expect(killProcessTree({ pid, started: other }, "SIGKILL")).toBe(0);
    expect(killProcessTree({ pid, started: other, marker: { token: 1 } }, "SIGTERM")).toBe(0);
    expect(isSameProcess(pid, started)).toBe(true);
  });

  it("does not lend its session: the session of a leader that is gone is not touched without the run's marker", async () => {
    const env = { HOLDFAST_RUN_ID: "4711", HOLDFAST_RUN_DIRECTORY: "/runs/4711" };
    const { child, pid, started } = await sleeper("sleep 60 & echo $!; exec sleep 0.2", env);
    const left = Number(await new Promise((resolve) => child.stdout?.once("data", (bytes) => resolve(String(bytes)))));
    const leftStarted = processStarted(left) ?? "";
    // A zombie would still hold the pid, and with it the session: the leader must be gone altogether.
    await until("the leader is reaped", () => child.exitCode !== null);
    expect(killProcessTree({ pid, started }, "SIGKILL")).toBe(0);
    expect(killProcessTree({ pid, started, marker: { token: 4712 } }, "SIGKILL")).toBe(0);
    expect(killProcessTree({ pid, started, marker: { token: 4711, runDirectory: "/runs/other" } }, "SIGKILL")).toBe(0);
    expect(isSameProcess(left, leftStarted)).toBe(true);
    expect(carriesMarker(left, { token: 4711, runDirectory: "/runs/4711" })).toBe(true);
    expect(killProcessTree({ pid, started, marker: { token: 4711 } }, "SIGKILL")).toBe(1);
    await gone("what was left", { pid: left, started: leftStarted });
  });
});
