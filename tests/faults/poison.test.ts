import { describe, expect, it } from "vitest";
import { Site } from "./support/site.ts";

describe("a job that kills its worker", { timeout: 120_000 }, () => {
  it("is quarantined after as many deaths as its class allows, and the others complete meanwhile", async () => {
    await using site = await Site.open();
    // One at a time, so that nobody is in flight beside it.
    const host = await site.startHost({ capacity: 1 });
    const poison = await site.jobs.enqueue("poison", {}, { class: "small" });
    const others = await site.jobs.enqueueMany("naps", new Array(60).fill({ ms: 20 }), { class: "small" });
    await site.jobs.reach("quarantined", [poison]);
    await site.jobs.reach("completed", others);

    const { rows } = await site.pool.query(
      "select quarantine_after from holdfast.job_classes where name = 'small' and workspace_id = (select id from holdfast.workspaces where slug = 'local')",
    );
    const deaths = rows[0].quarantine_after;
    expect(await site.jobs.get(poison)).toMatchObject({ crash_count: deaths, attempt: deaths });
    const runs = await site.jobs.runs(poison);
    expect(runs.map((run) => [run.outcome, run.error_class])).toEqual(new Array(deaths).fill(["lost", "worker_died"]));
    expect(new Set(runs.map((run) => run.worker_id)).size).toBe(deaths);
    expect(host.alive).toBe(true);
    // And from now on nothing happens to it: a worker that lives takes the next job.
    await site.jobs.reach("completed", [await site.jobs.enqueue("naps", { ms: 1 })]);
    expect(await site.leftRunning()).toEqual([]);
  });

  it("takes no bystander into quarantine with it", async () => {
    await using site = await Site.open();
    const bystanders = await poisonBesideThree(site);
    await site.jobs.reach("completed", bystanders);
  });
});

async function poisonBesideThree(site: Site): Promise<number[]> {
  await site.startHost({ capacity: 4 });
  const bystanders = await site.jobs.enqueueMany("naps", new Array(3).fill({ ms: 4_000 }), { class: "small" });
  await site.jobs.reach("running", bystanders);
  const poison = await site.jobs.enqueue("poison", {}, { class: "small" });
  await site.jobs.reach("quarantined", [poison]);
  return bystanders;
}
