import { describe, expect, it } from "vitest";
import { figure } from "./support/figures.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

describe("the leading supervisor is killed with SIGKILL", { timeout: 120_000 }, () => {
  it("and another host's supervisor leads within 10 s and does the duties: a job that falls due is started", async () => {
    await using site = await Site.open();
    const leader = async () =>
      (await site.pool.query("select holder, term from holdfast.leaders where expires_at > now()")).rows[0];
    const hosts = [await site.startHost({ name: "north" }), await site.startHost({ name: "south" })];
    const first = await until("somebody leads", leader);
    const led = hosts.find((host) => first.holder.endsWith(`:${host.keeper.pid}`));
    const other = hosts.find((host) => host !== led);
    if (!led || !other) throw new Error(`the leader ${first.holder} is neither host`);

    const keeper = led.keeper.pid;
    const killed = performance.now();
    await led.killKeeper();
    const second = await until("another supervisor leads", async () => {
      const now = await leader();
      return now && now.holder !== first.holder ? now : undefined;
    });
    const took = performance.now() - killed;
    figure("from SIGKILL of the leading supervisor to the next one leading", took);
    expect(took).toBeLessThan(10_000);
    expect(second.holder).toMatch(new RegExp(`:${other.keeper.pid}$`));
    expect(second.term).toBe(first.term + 1);

    // Due in the past as the new leader sees it, and nobody else would start it.
    const due = await site.jobs.enqueue("naps", { ms: 1 }, { run_at: new Date(Date.now() + 1_500) });
    await site.jobs.reach("completed", [due]);
    const { rows } = await site.pool.query("select done_by from holdfast.duties where name = 'promote'");
    expect(rows[0].done_by).toBe(second.holder);
    expect(keeper).not.toBe(other.keeper.pid);
    expect(await site.leftRunning()).toEqual([]);
  });
});
