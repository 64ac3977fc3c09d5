import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isSameProcess } from "../../packages/runner/src/index.ts";
import { attemptsInOrder, readBeats } from "./support/beats.ts";
import { figure } from "./support/figures.ts";
import { type Identity, killNow } from "./support/host.ts";
import type { RunRow } from "./support/jobs.ts";
import { beating } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

const runner = (run: RunRow): Identity => ({ pid: run.runner_pid ?? 0, started: run.runner_started ?? "" });

/** A command that beats into a file until it is killed, and whose second attempt ends by itself. */
async function startBeating(site: Site) {
  const file = join(site.folder, "beats");
  const id = await site.jobs.command(beating(file, 2, 25));
  const run = await site.jobs.commandRuns(id);
  await until("the command beats", () => readBeats(file).length > 5);
  return { file, id, run };
}

/** The books after the second attempt has completed. */
async function expectNoOverlap(site: Site, { file, id, run }: Awaited<ReturnType<typeof startBeating>>) {
  const runs = await site.jobs.runs(id);
  expect(runs.map((each) => each.outcome)).toEqual(["lost", "completed"]);
  expect(runs[0]).toMatchObject({ id: run.id, orphan_cleared: true });
  expect(runs[1]?.command_pid).not.toBe(run.command_pid);
  const beats = readBeats(file);
  expect(attemptsInOrder(beats)).toEqual([1, 2]);
  expect(new Set(beats.map((beat) => beat.pid)).size).toBe(2);
  // The shell that beat on the first attempt is the recorded process, and it is gone.
  expect(beats[0]?.pid).toBe(run.command_pid);
  expect(isSameProcess(run.command_pid, run.command_started)).toBe(false);
  expect(await site.leftRunning()).toEqual([]);
}

describe.concurrent("a runner that is killed with SIGKILL", { timeout: 180_000 }, () => {
  it("leaves an orphan that is killed before the next attempt starts, which completes", async () => {
    await using site = await Site.open();
    await site.startHost();
    const started = await startBeating(site);
    const killed = await killNow(runner(started.run));
    await site.jobs.reach("completed", [started.id]);
    const [lost, next] = await site.jobs.runs(started.id);
    expect(lost?.error_class).toBe("runner_died");
    figure("from SIGKILL of a runner to the next attempt", (next?.started_at.getTime() ?? 0) - killed.getTime());
    await expectNoOverlap(site, started);
  });

  it("together with its whole host is cleaned up by the restarted host, before the next attempt starts", async () => {
    await using site = await Site.open();
    const host = await site.startHost();
    const started = await startBeating(site);
    await host.killKeeper();
    await until("the worker has followed its keeper", async () => !(await site.workerOf(host)));
    await killNow(runner(started.run));
    expect(isSameProcess(started.run.command_pid, started.run.command_started)).toBe(true);

    await site.startHost();
    await site.jobs.reach("completed", [started.id]);
    expect((await site.jobs.runs(started.id))[0]?.error_class).toBe("runner_died");
    await expectNoOverlap(site, started);
  });

  it("while nobody watches its host leaves an orphan that the host kills when it takes the job again", async () => {
    await using site = await Site.open();
    const host = await site.startHost({ supervisor: false });
    await site.startSupervisor();
    const started = await startBeating(site);
    const worker = await site.worker(host);
    await Promise.all([host.killKeeper(), killNow(worker), killNow(runner(started.run))]);
    await until(
      "the supervisor has given the run up, and the job is handed out again",
      async () => {
        const [run] = await site.jobs.runs(started.id);
        return run?.error_class === "lease_expired" && (await site.jobs.get(started.id)).state === "dispatched";
      },
      40_000,
    );
    // Nobody knows better yet: the orphan goes on.
    expect(isSameProcess(started.run.command_pid, started.run.command_started)).toBe(true);
    expect((await site.jobs.runs(started.id))[0]?.orphan_cleared).toBe(false);

    await site.startHost({ supervisor: false });
    await site.jobs.reach("completed", [started.id]);
    await expectNoOverlap(site, started);
  });
});
