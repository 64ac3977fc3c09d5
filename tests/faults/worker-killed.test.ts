import { describe, expect, it } from "vitest";
import { aloneInPipes, aloneInTerminal } from "./support/alone.ts";
import { figure } from "./support/figures.ts";
import { killNow } from "./support/host.ts";
import { counting, countingAtOnce } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

const LINES = 100;

describe("a worker that is killed with SIGKILL", { timeout: 180_000 }, () => {
  it("takes none of its 20 commands with it: each runs once, its output complete, its slot given back by the next worker", async () => {
    await using site = await Site.open();
    const host = await site.startHost({ commands: 20 });
    const commands = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const label = `command ${n}`;
        const pty = n % 2 === 1;
        return { label, pty, id: await site.jobs.command(counting(label, LINES, 0.12), { pty }, { class: "large" }) };
      }),
    );
    const ids = commands.map(({ id }) => id);
    await until("every command has printed", async () => {
      const runs = await site.jobs.runs(...ids);
      return runs.length === 20 && runs.every((run) => run.stdout_bytes + run.raw_bytes > 0);
    });
    const before = await site.worker(host);
    const killed = await killNow(before);
    const leases = async () =>
      (await site.pool.query("select worker_id, count(*) as n from holdfast.leases group by 1")).rows;

    const after = await until("the next worker answers for all 20", async () => {
      const worker = await site.workerOf(host);
      const [only, ...others] = await leases();
      return worker && worker.id !== before.id && others.length === 0 && only?.worker_id === worker.id && only.n === 20
        ? worker
        : undefined;
    });
    figure("from SIGKILL to 20 commands adopted", Date.now() - killed.getTime());
    expect(after.pid).not.toBe(before.pid);
    // Its slots are counted: one more command waits until one of the twenty has ended.
    const oneMore = await site.jobs.command(["true"]);
    await site.jobs.reach("completed", [...ids, oneMore]);

    const runs = await site.jobs.runs(...ids);
    expect(runs).toHaveLength(20);
    expect(runs.every((run) => run.attempt === 1 && run.outcome === "completed")).toBe(true);
    const [extra] = await site.jobs.runs(oneMore);
    const firstEnd = Math.min(...runs.map((run) => run.finished_at?.getTime() ?? 0));
    expect(extra?.started_at.getTime()).toBeGreaterThanOrEqual(firstEnd);
    for (const { label, pty, id } of commands) {
      const run = runs.find((candidate) => candidate.job_id === id);
      if (pty) {
        const alone = await aloneInTerminal(countingAtOnce(label, LINES));
        expect(await site.jobs.output(run?.id ?? 0, "raw")).toEqual(alone);
      } else {
        const alone = aloneInPipes(countingAtOnce(label, LINES));
        expect(await site.jobs.output(run?.id ?? 0, "stdout")).toEqual(alone.stdout);
        expect(await site.jobs.output(run?.id ?? 0, "stderr")).toEqual(alone.stderr);
      }
    }
    expect(await site.leftRunning()).toEqual([]);
  });

  it("loses no function: 200 in flight run again on the same host, and all complete", async () => {
    await using site = await Site.open();
    const host = await site.startHost({ capacity: 200 });
    const ids = await site.jobs.enqueueMany("hangs_at_first", new Array(200).fill({}), { class: "small" });
    await site.jobs.reach("running", ids);

    const killed = await killNow(await site.worker(host));
    await site.jobs.reach("completed", ids);

    const runs = await site.jobs.runs(...ids);
    const first = runs.filter((run) => run.attempt === 1);
    const second = runs.filter((run) => run.attempt === 2);
    expect(runs).toHaveLength(400);
    expect(first.every((run) => run.outcome === "lost" && run.error_class === "worker_died")).toBe(true);
    expect(second.every((run) => run.outcome === "completed")).toBe(true);
    const started = Math.max(...second.map((run) => run.started_at.getTime()));
    const reaped = Math.max(...first.map((run) => run.finished_at?.getTime() ?? 0));
    figure("from SIGKILL to 200 runs closed as lost", reaped - killed.getTime());
    figure("from SIGKILL to the last of 200 functions running again", started - killed.getTime());
    expect(started - killed.getTime()).toBeLessThan(10_000);
    expect(await site.leftRunning()).toEqual([]);
  });
});
