import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSameProcess } from "../src/index.ts";
import { sh } from "./support/programs.ts";
import { RunnerBench } from "./support/runner-bench.ts";

const root = process.platform === "linux" && process.getuid?.() === 0;
if (!root) console.warn("skipped: a full disk is tried on a small tmpfs, which only root on Linux can mount");

describe.skipIf(!root)("a full disk under the run directory", () => {
  let bench: RunnerBench;
  let small: string;
  beforeAll(async () => {
    bench = await RunnerBench.open();
    small = join(bench.stateDirectory, "small");
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", small]);
  });
  afterAll(async () => {
    if (small) execFileSync("umount", ["-l", small]);
    await bench?.[Symbol.asyncDispose]();
  });

  it.each([false, true])(
    "ends the command and fails the run with that reason; what was stored stays (pty: %s)",
    async (pty) => {
      const argv = sh("echo $$; trap '' TERM; while :; do head -c 400000 /dev/zero | tr '\\0' x; sleep 0.02; done");
      const { run, job, code, status, launched } = await bench.run({ argv, command: { pty }, stateDirectory: small });
      const stream = pty ? "raw" : "stdout";
      expect(code).toBe(0);
      expect(run).toMatchObject({ outcome: "failed", error_class: "disk_full", signal: "SIGKILL" });
      expect(run.error_message).toContain(launched.runDirectory);
      expect(job.state).not.toBe("failed");
      const stored = await bench.stored(launched.spec.token, stream);
      expect(stored.length).toBeGreaterThan(50_000);
      expect(stored.equals(bench.spooled(launched, stream))).toBe(true);
      expect(status.command_pid).toBe(run.command_pid);
      expect(isSameProcess(run.command_pid as number, run.command_started as string)).toBe(false);
      rmSync(launched.runDirectory, { recursive: true });
    },
  );

  it("that leaves no room at all is said to whoever launches", async () => {
    expect(() => writeFileSync(join(small, "fill"), Buffer.alloc(8_000_000))).toThrow("ENOSPC");
    await expect(bench.launch({ argv: ["true"], stateDirectory: small })).rejects.toMatchObject({
      class: "disk_full",
      retry: true,
      message: expect.stringContaining(small),
    });
  });
});
