import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { figure } from "./support/figures.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

const JOBS = 2_000;
const DUPLICATES = 10_000;

/** Delivers jobs again, under keys of their own (none): graphile-worker cannot know them for duplicates. */
async function deliverAgain(site: Site, ids: number[], count: number): Promise<void> {
  await site.pool.query(
    `select count(*) from graphile_worker.add_jobs(array(
       select ('holdfast:default', json_build_object('job', ($1::bigint[])[1 + n % cardinality($1::bigint[])]), null, null, 1, 'again:' || gen_random_uuid(), (random() * 10)::int, null)::graphile_worker.job_spec
       from generate_series(1, $2) n))`,
    [ids, count],
  );
}

describe.concurrent("deliveries", { timeout: 120_000 }, () => {
  it("that come 10,000 times too often run each job once, on two workers that compete for them", async () => {
    await using site = await Site.open();
    const file = join(site.folder, "executions");
    await site.startHost({ name: "north", capacity: 50 });
    const ids = await site.jobs.enqueueMany("notes_itself", new Array(JOBS / 2).fill({ file }), { class: "small" });
    await deliverAgain(site, ids, DUPLICATES / 2);
    await site.startHost({ name: "south", capacity: 50, supervisor: false });
    ids.push(...(await site.jobs.enqueueMany("notes_itself", new Array(JOBS / 2).fill({ file }), { class: "small" })));
    await deliverAgain(site, ids, DUPLICATES / 2);

    await site.jobs.reach("completed", ids);
    await until("every delivery is used up", async () => {
      const { rows } = await site.pool.query("select count(*) as left from graphile_worker._private_jobs");
      return rows[0].left === 0;
    });
    const executions = readFileSync(file, "utf8").trim().split("\n").map(Number);
    expect(executions).toHaveLength(JOBS);
    expect(new Set(executions)).toEqual(new Set(ids));
    const runs = await site.jobs.runs(...ids);
    expect(runs).toHaveLength(JOBS);
    expect(await site.leftRunning()).toEqual([]);
  });

  it("that get lost are made again within 15 s, and the jobs complete on their first attempt", async () => {
    await using site = await Site.open();
    await site.startHost({ lanes: "build" });
    const ids = await site.jobs.enqueueMany("naps", new Array(20).fill({ ms: 1 }), { class: "small" });
    expect(await site.jobs.tally(ids)).toEqual({ dispatched: 20 });
    const deleted = await site.pool.query(
      "delete from graphile_worker._private_jobs where task_id in (select id from graphile_worker._private_tasks where identifier = 'holdfast:default')",
    );
    expect(deleted.rowCount).toBe(20);
    const lost = performance.now();
    await site.startHost({ name: "south", supervisor: false });
    await site.jobs.reach("completed", ids);
    figure("from losing 20 deliveries to their jobs completed", performance.now() - lost);
    const { rows } = await site.pool.query(
      `select max(e.at - j.dispatched_at) <= interval '16 s' as in_time, count(*) as redispatched from holdfast.events e
       join holdfast.jobs j on j.id = e.subject_id::bigint where e.action = 'job.redispatched'`,
    );
    expect(rows[0]).toEqual({ in_time: true, redispatched: 20 });
    expect((await site.jobs.many(ids)).every((job) => job.attempt === 1)).toBe(true);
    expect(await site.leftRunning()).toEqual([]);
  });
});
