import { describe, expect, it } from "vitest";
import { figure } from "./support/figures.ts";
import { processesOf } from "./support/leftovers.ts";
import { sh } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

// A shell, its child, and a shell in a session of its own with a child: four processes, none of which ends by itself.
const TREE = sh("setsid sh -c 'sleep 600 & wait' & sleep 600 & wait");

describe("a running command", { timeout: 120_000 }, () => {
  it.each(["cancel", "kill"])("ends with everything it started when it is told to: %s", async (verb) => {
    await using site = await Site.open();
    await site.startHost();
    const id = await site.jobs.command(TREE);
    const run = await site.jobs.commandRuns(id);
    const processes = () => processesOf(run.run_directory ?? "").filter(({ pid }) => pid !== run.runner_pid);
    await until("the whole tree runs", () => processes().length === 4);
    const asked = performance.now();
    await site.jobs.act(verb, { job: id });
    await until("no process of it is left", () => processes().length === 0);
    figure(`from ${verb} to the last process gone`, performance.now() - asked);
    await site.jobs.reach("canceled", [id]);
    expect((await site.jobs.runs(id)).map((each) => each.outcome)).toEqual(["canceled"]);
    expect(await site.leftRunning()).toEqual([]);
  });

  it("ends with everything it started when its time is over", async () => {
    await using site = await Site.open();
    await site.startHost();
    const id = await site.jobs.command(TREE, { grace_seconds: 1 }, { timeout_seconds: 2, max_attempts: 1 });
    const run = await site.jobs.commandRuns(id);
    await site.jobs.reach("timed_out", [id]);
    expect(processesOf(run.run_directory ?? "").filter(({ pid }) => pid !== run.runner_pid)).toEqual([]);
    const [ended] = await site.jobs.runs(id);
    expect(ended?.outcome).toBe("timed_out");
    const took = (ended?.finished_at?.getTime() ?? 0) - (ended?.started_at.getTime() ?? 0);
    figure("a timeout of 2 s took", took);
    expect(took).toBeGreaterThanOrEqual(2_000);
    expect(await site.leftRunning()).toEqual([]);
  });
});
