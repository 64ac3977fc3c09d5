import { act, asMember, enqueue, type RolePlay, refusalOf, type TestDatabase, workspace } from "@holdfast/testing";
import { describe, expect, it } from "vitest";
import { isSameProcess } from "../../packages/runner/src/index.ts";
import { figure } from "./support/figures.ts";
import { processesOf } from "./support/leftovers.ts";
import { counting, sh } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

/** Goes on when it is asked to end: only SIGKILL to its whole group ends it and its child. */
const STUBBORN = sh("trap '' TERM INT; echo stubborn; while :; do sleep 1000 & wait; done");

const asPerson = (
  db: TestDatabase,
  who: RolePlay,
  verb: "engage" | "release",
  target: Record<string, unknown>,
  params = {},
) =>
  who(db, (client) => act(client, { verb, subject: "stop", target, reason: "a fault proof", params }), {
    commit: true,
  });

describe("an emergency stop, engaged while 500 jobs are queued, 100 dispatched and 20 commands run", {
  timeout: 180_000,
}, () => {
  it("starts nothing after its commit, ends what runs and says so, leaves another workspace alone, and ends by another person", async () => {
    await using site = await Site.open();
    const db = site.database as TestDatabase;
    await workspace(db, "neighbour");
    await site.pool.query("update holdfast.workspaces set single_operator = false");
    await site.pool.query("update holdfast.queues set max_running = 100 where name = 'report'");
    const host = await site.startHost({ commands: 20, capacity: 4 });
    const commands = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const argv = n % 5 === 0 ? STUBBORN : counting(`command ${n}`, 100_000, 0.1);
        return site.jobs.command(argv, { pty: n % 2 === 1, grace_seconds: 1 }, { class: "large" });
      }),
    );
    // Four that sleep fill the places for functions: what is delivered behind them cannot start before the stop.
    const sleepers = await site.jobs.enqueueMany("naps", new Array(4).fill({ ms: 170_000 }));
    await site.jobs.reach("running", [...commands, ...sleepers]);
    const waiting = await site.jobs.enqueueMany("naps", new Array(600).fill({ ms: 1 }), { queue: "report" });
    expect(await site.jobs.tally(waiting)).toEqual({ dispatched: 100, queued: 500 });
    const runs = await until("every command has printed", async () => {
      const seen = await site.jobs.runs(...commands);
      return seen.length === 20 && seen.every((run) => run.command_pid && run.stdout_bytes + run.raw_bytes > 0)
        ? seen
        : undefined;
    });

    const { result } = await asPerson(db, asMember("approver"), "engage", {}, { kill_running: true });
    expect(result).toMatchObject({ taken_back: 100, ordered_to_end: 24 });
    const stop = result.stop as number;
    const late = await site.jobs.enqueueMany("naps", new Array(20).fill({ ms: 1 }));
    const held = [...waiting, ...late];
    const elsewhere = await enqueue(db, { workspace: "neighbour", kind: "naps", payload: { ms: 1 } });
    await site.jobs.reach("canceled", [...commands, ...sleepers]);
    await site.jobs.reach("completed", [elsewhere]);

    const ended = await site.jobs.runs(...commands, ...sleepers);
    expect(ended.map((run) => run.outcome)).toEqual(new Array(24).fill("stopped"));
    for (const { command_pid, command_started } of runs)
      expect(isSameProcess(command_pid ?? 0, command_started ?? "")).toBe(false);
    const { pid } = await site.worker(host);
    await until("only the keeper and its worker are left", () =>
      processesOf(site.folder).every((left) => [host.keeper.pid, pid].includes(left.pid)),
    );
    const report = await until("the worker has been heard of", async () => {
      const { rows } = await site.pool.query("select * from holdfast.stop_report where stop_id = $1", [stop]);
      return rows.length === 1 && rows[0].acknowledged_at ? rows[0] : undefined;
    });
    expect(report).toMatchObject({ label: "STOPPED", runs: 24, still_running: 0 });
    figure("from the stop to quiet", report.seconds_to_quiet, "s");
    figure("from the stop to the worker's acknowledgement", report.seconds_to_acknowledge, "s");
    expect(await site.jobs.tally(held)).toEqual({ queued: 620 });

    await expect(refusalOf(asPerson(db, asMember("approver"), "release", { stop }))).resolves.toMatchObject({
      rule: "holdfast.own_request",
    });
    expect(await startsUnder(site, stop)).toEqual({ before: 24, under: 0, elsewhere: 1, runs: 0 });
    expect(await site.jobs.tally(held)).toEqual({ queued: 620 });
    await asPerson(db, asMember("admin"), "release", { stop });
    const released = performance.now();
    await site.jobs.reach("completed", held);
    figure("from the release to 620 held jobs completed", (performance.now() - released) / 1000, "s");
    expect(await startsUnder(site, stop)).toEqual({ before: 24, under: 0, elsewhere: 1, runs: 0 });
    expect((await site.jobs.runs(...held)).every((run) => run.attempt === 1)).toBe(true);
    expect(await site.leftRunning()).toEqual([]);
  });
});

/** Starts by the ledger: before the stop, under it (there must be none), and then in another workspace; `runs`: by their rows. */
async function startsUnder(site: Site, stop: number) {
  const { rows } = await site.pool.query(
    `with starts as (
       -- A command's start is an event of its own; a function's travels in the event that closes it.
       select e.workspace_id, e.seq, e.at from holdfast.events e where e.action = 'run.launched'
       union all
       select e.workspace_id, null, (e.data ->> 'started_at')::timestamptz from holdfast.events e
       where e.action = 'run.closed' and not exists (
         select from holdfast.events l where l.action = 'run.launched' and l.subject_id = e.subject_id)
     )
     select count(*) filter (where x.workspace_id = s.workspace_id and x.at <= s.engaged_at) as before,
       count(*) filter (where x.workspace_id = s.workspace_id and (x.at > s.engaged_at or x.seq > engaged.seq)) as under,
       count(*) filter (where x.workspace_id <> s.workspace_id and x.at > s.engaged_at) as elsewhere,
       (select count(*) from holdfast.runs r where r.workspace_id = s.workspace_id and r.started_at > s.engaged_at
         and r.started_at < coalesce(s.released_at, 'infinity')) as runs
     from holdfast.emergency_stops s
     join holdfast.events engaged on engaged.action = 'stop.engaged' and engaged.subject_id = s.id::text
     join starts x on x.at < coalesce(s.released_at, 'infinity')
     where s.id = $1
     group by s.id, engaged.seq`,
    [stop],
  );
  return rows[0];
}
