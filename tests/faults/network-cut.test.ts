import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CutLine } from "../../packages/runner/test/support/cut-line.ts";
import { aloneInPipes } from "./support/alone.ts";
import { expectFenced } from "./support/fenced.ts";
import { figure } from "./support/figures.ts";
import { counting, countingAtOnce } from "./support/programs.ts";
import { Site } from "./support/site.ts";
import { until } from "./support/until.ts";

const LINES = 120;

describe("a host whose network goes silent for longer than a lease lives", { timeout: 180_000 }, () => {
  it("has its retry-safe function run elsewhere and is refused when it returns; its command finishes, once", async () => {
    await using site = await Site.open();
    const { line, url } = await CutLine.open(site.databaseUrl);
    await using _line = line;
    const cut = await site.startHost({ name: "far", databaseUrl: url, supervisor: false });
    const file = join(site.folder, "go-on");
    const slow = await site.jobs.enqueue("waits_for_file", { file }, { class: "small" });
    const command = await site.jobs.command(counting("far", LINES, 0.2), {}, { class: "large" });
    await site.jobs.reach("running", [slow]);
    const commandRun = await site.jobs.commandRuns(command);
    const [late] = await site.jobs.runs(slow);
    const near = await site.startHost({ name: "near" });
    const farWorker = await site.worker(cut);

    line.goSilent();
    const silent = performance.now();
    await site.jobs.reach("completed", [slow]);
    figure("from the network's silence to the function done elsewhere", performance.now() - silent);
    const done = await site.jobs.get(slow);
    expect(done.result).toEqual({ pid: (await site.worker(near)).pid, attempt: 2 });
    await until(
      "the command waits for a decision",
      async () => (await site.jobs.get(command)).state === "awaiting_approval",
    );
    await expectFenced(site, late?.id ?? 0);

    writeFileSync(file, "");
    await line.restore();
    const back = performance.now();
    await until(
      "the late finish is refused",
      () => cut.log.includes(`"run":${late?.id},"outcome":"completed","reason":"lease_lost"`),
      60_000,
    );
    figure("from the network's return to the late finish refused", performance.now() - back);
    await site.jobs.reach("completed", [command]);
    expect(await site.jobs.get(slow)).toEqual(done);
    expect((await site.jobs.runs(slow)).map((run) => run.outcome)).toEqual(["lost", "completed"]);
    expect((await site.jobs.runs(command)).map((run) => [run.id, run.outcome])).toEqual([[commandRun.id, "completed"]]);
    const alone = aloneInPipes(countingAtOnce("far", LINES));
    expect(await site.jobs.output(commandRun.id, "stdout")).toEqual(alone.stdout);
    expect(await site.jobs.output(commandRun.id, "stderr")).toEqual(alone.stderr);
    // The process that was cut off is the one that works on.
    const again = await until("it is registered again", () => site.workerOf(cut));
    expect(again.pid).toBe(farWorker.pid);
    expect(await site.leftRunning()).toEqual([]);
  });
});
