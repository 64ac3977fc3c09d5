import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Lease, Orphan } from "@holdfast/db";
import { bootId, isSameProcess, processStarted } from "@holdfast/runner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandRuns } from "../src/commands/command-runs.ts";
import { runCommand } from "../src/commands/run-command.ts";
import type { WorkerOffice } from "../src/worker-office.ts";
import { testLog } from "./support/test-log.ts";

const HOST = "box";
const [BOOT = ""] = bootId().split(":");
const children: ChildProcess[] = [];
const cleared: number[][] = [];

/** A living process, recorded as the runner of a lost run under some boot id. */
async function orphan(run_id: number, boot_id: string | null): Promise<Orphan & { runner_pid: number }> {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  const runner_pid = child.pid ?? 0;
  const nothing = { command_pid: null, command_started: null, run_directory: null };
  return { run_id, host: HOST, boot_id, runner_pid, runner_started: processStarted(runner_pid), ...nothing };
}
const alive = (of: Orphan) => isSameProcess(of.runner_pid, of.runner_started);

/** An office in which no runner can be launched: what happens before is all that is asked. */
function office(): WorkerOffice {
  const query = async ({ values }: { values: number[][] }) => {
    cleared.push(...values);
    return { rows: [{ value: values.length }] };
  };
  return {
    ...{ db: { query }, logger: testLog().logger, host: HOST, bootId: bootId(), commands: new CommandRuns() },
    ...{ stateDirectory: "/dev/null/no-such-place", databaseUrl: "", runnerEnv: {} },
    signal: new AbortController().signal,
  } as unknown as WorkerOffice;
}

describe("the next attempt of a command whose earlier runs were lost", () => {
  let [ours, neighbour, older]: Orphan[] = [];
  beforeAll(async () => {
    [ours, neighbour, older] = [
      await orphan(1, bootId()),
      await orphan(2, `${BOOT}:pid:[1]`),
      await orphan(3, "another-boot:pid:[1]"),
    ];
    const command = { program: "true", args: [], literal: true };
    const lease = { token: 9, job_id: 9, command, orphans: [ours, neighbour, older] } as unknown as Lease;
    expect(await runCommand(lease, office())).toMatchObject({ outcome: "failed" });
  });
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
  });

  it("kills what is left of them in its own pid namespace", async () => {
    expect(ours && alive(ours)).toBe(false);
  });

  it("signals nothing in another pid namespace or of another boot, where the same pid is somebody else", () => {
    expect(neighbour && alive(neighbour)).toBe(true);
    expect(older && alive(older)).toBe(true);
  });

  it("says that nothing is left of the killed one and of the one before the reboot, but not of the neighbour's", () => {
    expect(cleared).toEqual([[1, 3]]);
  });
});
