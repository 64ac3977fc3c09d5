import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { peakResidentBytes } from "../../packages/runner/src/process/process-table.ts";
import { aloneInPipes, aloneInTerminal } from "./support/alone.ts";
import { figure } from "./support/figures.ts";
import { sh } from "./support/programs.ts";
import { Site } from "./support/site.ts";

const BYTES = 50 * 1024 * 1024;
const FLOOD = sh("seq 1000000 9999999 | head -c $1", String(BYTES));
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("a command that writes 50 MB at full speed", { timeout: 180_000 }, () => {
  it.each([
    { way: "in pipes", pty: false, stream: "stdout" as const },
    { way: "in a terminal", pty: true, stream: "raw" as const },
  ])("$way is stored byte for byte, and its runner stays under 100 MB", async ({ way, pty, stream }) => {
    await using site = await Site.open();
    await site.startHost({ commands: 1 });
    const id = await site.jobs.command(FLOOD, { pty });
    const { id: run, runner_pid } = await site.jobs.commandRuns(id);
    // The kernel keeps the peak itself: what is read last is the peak of the runner's whole life so far.
    let peak = 0;
    const look = setInterval(() => {
      peak = Math.max(peak, peakResidentBytes(runner_pid ?? 0));
    }, 20);
    const started = performance.now();
    await site.jobs.reach("completed", [id], 120_000);
    clearInterval(look);
    figure(`50 MB ${way} from start to the last byte stored`, (performance.now() - started) / 1000, "s");
    figure(`50 MB ${way}: peak memory of the runner`, peak / 1024 / 1024, "MB");

    const stored = await site.jobs.output(run, stream);
    const alone = pty ? await aloneInTerminal(FLOOD) : aloneInPipes(FLOOD).stdout;
    expect(stored.length).toBe(alone.length);
    expect(sha256(stored)).toBe(sha256(alone));
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(100 * 1024 * 1024);
    expect(await site.leftRunning()).toEqual([]);
  });
});
