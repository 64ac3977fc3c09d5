import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isSameProcess, signalProcess } from "../../packages/runner/src/index.ts";
import { aloneInPipes } from "./support/alone.ts";
import { expectFenced } from "./support/fenced.ts";
import { processesOf } from "./support/leftovers.ts";
import { counting, countingAtOnce, sh } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

const ELSEWHERE = join(import.meta.dirname, "support", "elsewhere-process.ts");

/** Stops or continues the runner of a run and everything its command has started. */
function signalRun(directory: string | null, signal: "SIGSTOP" | "SIGCONT"): void {
  const signalled = new Set<number>();
  // Again until nothing is new: the command forks while it is being stopped.
  for (let before = -1; before !== signalled.size; ) {
    before = signalled.size;
    for (const { pid, started } of processesOf(directory ?? "no run directory")) {
      if (signalProcess(pid, started, signal)) signalled.add(pid);
    }
  }
  if (signalled.size < 2)
    throw new Error(`a runner and a command should get ${signal}, ${signalled.size} processes did`);
}

describe.concurrent("a frozen process that comes back late", { timeout: 120_000 }, () => {
  it("as a worker finds its function done elsewhere: its heartbeat, output and finish are refused", async () => {
    await using site = await Site.open();
    const north = await site.startHost({ name: "north" });
    const file = join(site.folder, "go-on");
    const id = await site.jobs.enqueue("waits_for_file", { file }, { class: "small" });
    await site.jobs.reach("running", [id]);
    const [late] = await site.jobs.runs(id);
    const south = await site.startHost({ name: "south" });
    const frozen = await site.worker(north);
    process.kill(frozen.pid, "SIGSTOP");
    await site.jobs.reach("completed", [id]);
    const done = await site.jobs.get(id);
    expect(done.result).toEqual({ pid: (await site.worker(south)).pid, attempt: 2 });
    await expectFenced(site, late?.id ?? 0);

    writeFileSync(file, "");
    process.kill(frozen.pid, "SIGCONT");
    await until("the late worker notices", () =>
      north.log.includes(`"run":${late?.id},"outcome":"completed","reason":"lease_lost"`),
    );
    // It is welcome again, under a new registration.
    const again = await until("it is registered again", () => site.workerOf(north));
    expect(again.pid).toBe(frozen.pid);
    expect(again.id).toBeGreaterThan(frozen.id);
    expect(await site.jobs.get(id)).toEqual(done);
    const runs = await site.jobs.runs(id);
    expect(runs.map(({ outcome, error_class }) => [outcome, error_class])).toEqual([
      ["lost", "lease_expired"],
      ["completed", null],
    ]);
    const { rows } = await site.pool.query(
      "select subject_id from holdfast.events where action = 'run.closed' and data ->> 'outcome' = 'completed' and data ->> 'job' = $1",
      [String(id)],
    );
    expect(rows.map((row) => Number(row.subject_id))).toEqual([runs[1]?.id]);
    expect(await site.leftRunning()).toEqual([]);
  });

  it("as a runner of a retry-safe job kills its command and writes nothing: the job was done elsewhere", async () => {
    await using site = await Site.open();
    await site.startHost({ commands: 1 });
    const script = `if [ "$HOLDFAST_ATTEMPT" -gt 1 ]; then echo done; exit; fi
      while true; do echo tick; sleep 0.02; done`;
    const id = await site.jobs.command(sh(script), {}, { class: "small" });
    const late = await site.jobs.commandRuns(id);
    await until("it prints", async () => ((await site.jobs.runs(id))[0]?.stdout_bytes ?? 0) > 0);
    signalRun(late.run_directory, "SIGSTOP");
    await site.startHost({ name: "elsewhere", entry: ELSEWHERE });
    await site.jobs.reach("completed", [id]);
    const before = { job: await site.jobs.get(id), runs: await site.jobs.runs(id) };
    expect(before.runs.map((run) => run.outcome)).toEqual(["lost", "completed"]);
    expect(before.runs[1]?.stdout_bytes).toBe("done\n".length);
    await expectFenced(site, late.id);

    signalRun(late.run_directory, "SIGCONT");
    await until("the late runner and its command are gone", () => processesOf(late.run_directory ?? "").length === 0);
    expect(isSameProcess(late.command_pid, late.command_started)).toBe(false);
    const status = JSON.parse(readFileSync(join(late.run_directory ?? "", "status.json"), "utf8"));
    expect(status.outcome).toBe("fenced");
    expect({ job: await site.jobs.get(id), runs: await site.jobs.runs(id) }).toEqual(before);
    expect(await site.leftRunning()).toEqual([]);
  });

  it("as a runner of a job that is not retry-safe takes its lease back and finishes: one attempt", async () => {
    await using site = await Site.open();
    const host = await site.startHost();
    const id = await site.jobs.command(counting("late", 80, 0.05), {}, { class: "large" });
    const late = await site.jobs.commandRuns(id);
    await until("it prints", async () => ((await site.jobs.runs(id))[0]?.stdout_bytes ?? 0) > 0);
    signalRun(late.run_directory, "SIGSTOP");
    await until("it waits for approval", async () => (await site.jobs.get(id)).state === "awaiting_approval");
    expect((await site.jobs.runs(id))[0]).toMatchObject({ outcome: "lost", error_class: "lease_expired" });

    signalRun(late.run_directory, "SIGCONT");
    await site.jobs.reach("completed", [id]);
    expect(await site.jobs.get(id)).toMatchObject({ attempt: 1, crash_count: 0 });
    const runs = await site.jobs.runs(id);
    expect(runs.map((run) => run.outcome)).toEqual(["completed"]);
    const alone = aloneInPipes(countingAtOnce("late", 80));
    expect(await site.jobs.output(late.id, "stdout")).toEqual(alone.stdout);
    expect(await site.jobs.output(late.id, "stderr")).toEqual(alone.stderr);
    expect(host.alive).toBe(true);
    expect(await site.leftRunning()).toEqual([]);
  });
});
