import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { afterAll, describe, expect, it } from "vitest";
import { bootId, isSameProcess, processStarted } from "../../packages/runner/src/index.ts";
import { type Identity, killNow } from "./support/host.ts";
import { Site } from "./support/site.ts";

const innocents: ChildProcess[] = [];
afterAll(() => {
  for (const child of innocents) if (child.pid && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
});

/** A living process that has nothing to do with Holdfast; it leads a session and has a child, as a command does. */
async function innocent(): Promise<Identity> {
  const child = spawn("sh", ["-c", "sleep 600 & echo ready; wait"], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  innocents.push(child);
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  const pid = child.pid ?? 0;
  return { pid, started: processStarted(pid) ?? "" };
}

/** Pid and start time of a process that has ended. */
async function deceased(): Promise<Identity> {
  const child = await innocent();
  await killNow(child);
  return child;
}

describe("a pid that belongs to another program by now", { timeout: 120_000 }, () => {
  it("is never signalled: the run is lost, its job runs again, and the innocent processes live", async () => {
    await using site = await Site.open();
    const [runner, command, worker] = [await innocent(), await innocent(), await deceased()];
    const id = await site.jobs.command(["true"]);
    const registration = {
      ...{ name: "predecessor", host: hostname(), boot_id: bootId(), pid: worker.pid, pid_started: worker.started },
      ...{ pool_id: "predecessor", lanes: ["default"], capacity: 1, version: "test" },
    };
    const { rows } = await site.asWorker("select holdfast_private.register_worker($1) as id", [registration]);
    const taken = await site.asWorker("select token from holdfast_private.take_leases($1, $2)", [rows[0].id, [id]]);
    const whereabouts = {
      ...{ host: hostname(), boot_id: bootId(), run_directory: `${site.folder}/gone` },
      ...{ runner_pid: runner.pid, runner_started: String(Number(runner.started) - 1000) },
      ...{ command_pid: command.pid, command_started: String(Number(command.started) - 1000) },
    };
    await site.asWorker("select holdfast_private.attach_run($1, $2)", [taken.rows[0].token, whereabouts]);

    await site.startHost();
    await site.jobs.reach("completed", [id]);
    const runs = await site.jobs.runs(id);
    expect(runs.map((run) => run.outcome)).toEqual(["lost", "completed"]);
    expect(runs[0]).toMatchObject({ error_class: "runner_died", runner_pid: runner.pid, orphan_cleared: true });
    for (const { pid, started } of [runner, command]) expect(isSameProcess(pid, started)).toBe(true);
    expect(await site.leftRunning()).toEqual([]);
  });
});
