import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isSameProcess } from "../../packages/runner/src/index.ts";
import { aloneInPipes, aloneInTerminal } from "./support/alone.ts";
import { figure } from "./support/figures.ts";
import { counting, countingAtOnce } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

const AWAY = 30_000;
const LINES = 220;

describe("Postgres crashes and is away for 30 s", { timeout: 180_000 }, () => {
  it("while commands run and functions are queued: nothing is lost, every byte arrives, every attempt is the first", async () => {
    await using site = await Site.withPostgres();
    const host = await site.startHost({ capacity: 4, commands: 6 });
    const commands = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const label = `command ${n}`;
        const pty = n % 2 === 1;
        return { label, pty, id: await site.jobs.command(counting(label, LINES, 0.2), { pty }, { class: "large" }) };
      }),
    );
    const ids = commands.map(({ id }) => id);
    await Promise.all(ids.map((id) => site.jobs.commandRuns(id)));
    // Some of them run when the server goes away, most are delivered or still wait.
    const naps = await site.jobs.enqueueMany("naps", new Array(60).fill({ ms: 300 }), { class: "large" });
    await until("some functions are done", async () => ((await site.jobs.tally(naps)).completed ?? 0) >= 8);
    const worker = await site.worker(host);
    const runners = await site.jobs.runs(...ids);

    await site.postgres?.stop("immediate");
    // Not a fact to wait for: being away for this long is the fault itself.
    await delay(AWAY);
    expect(isSameProcess(worker.pid, worker.started)).toBe(true);
    await site.postgres?.start();
    const back = performance.now();
    await site.jobs.reach("completed", naps);
    figure("from the return of Postgres to the end of all queued functions", performance.now() - back);
    await site.jobs.reach("completed", ids);
    figure("from the return of Postgres to the end of all commands", performance.now() - back);

    expect(host.alive).toBe(true);
    expect(await site.worker(host)).toEqual(worker);
    const runs = await site.jobs.runs(...ids);
    expect(runs.map(({ id, attempt, outcome }) => ({ id, attempt, outcome }))).toEqual(
      runners.map(({ id }) => ({ id, attempt: 1, outcome: "completed" })),
    );
    const functionRuns = await site.jobs.runs(...naps);
    expect(functionRuns).toHaveLength(60);
    expect(functionRuns.every((run) => run.outcome === "completed")).toBe(true);
    for (const { label, pty, id } of commands) {
      const run = runs.find((candidate) => candidate.job_id === id)?.id ?? 0;
      if (pty) {
        expect(await site.jobs.output(run, "raw")).toEqual(await aloneInTerminal(countingAtOnce(label, LINES)));
      } else {
        const alone = aloneInPipes(countingAtOnce(label, LINES));
        expect(await site.jobs.output(run, "stdout")).toEqual(alone.stdout);
        expect(await site.jobs.output(run, "stderr")).toEqual(alone.stderr);
      }
    }
    await until("the supervisor does its duties again", async () => {
      const { rows } = await site.pool.query(
        "select min(last_succeeded_at) > pg_postmaster_start_time() as again from holdfast.duties where every_seconds <= 5",
      );
      return rows[0].again;
    });
    expect((await site.pool.query("select * from holdfast_ledger.verify()")).rows).toEqual([]);
    expect(await site.leftRunning()).toEqual([]);
  });
});
