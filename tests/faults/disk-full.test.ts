import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sh } from "./support/programs.ts";
import { Site } from "./support/site.ts";

/** A file system of a few megabytes; undefined where this user may not mount one. */
function smallDisk(folder: string): (() => void) | undefined {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]);
  return mounted.status === 0 ? () => spawnSync("umount", ["-l", folder]) : undefined;
}

describe("a full disk under the run directory", { timeout: 120_000 }, () => {
  it("fails the run with disk_full and what was stored stays; the worker lives and runs the next jobs", async ({
    skip,
  }) => {
    await using site = await Site.open();
    const folder = join(site.folder, "small");
    const unmount = smallDisk(folder);
    if (!unmount) return skip("mounting a small file system needs root");
    try {
      const host = await site.startHost({ env: { HOLDFAST_STATE: folder } });
      const worker = await site.worker(host);
      const id = await site.jobs.command(sh("seq 1 9999999; sleep 600"), {}, { max_attempts: 1 });
      await site.jobs.reach("failed", [id]);
      const job = await site.jobs.get(id);
      expect(job).toMatchObject({ error_class: "disk_full", attempt: 1 });
      expect(job.error_message).toContain(folder);
      const [run] = await site.jobs.runs(id);
      const stored = await site.jobs.output(run?.id ?? 0, "stdout");
      expect(stored.length).toBe(run?.stdout_bytes);
      expect(stored.length).toBeGreaterThan(1_000_000);
      expect(stored.subarray(0, 12).toString()).toBe("1\n2\n3\n4\n5\n6\n");

      // While the disk is still full: functions run, and a command says what is wrong.
      await site.jobs.reach("completed", [await site.jobs.enqueue("naps", { ms: 1 })]);
      const second = await site.jobs.command(sh("echo hello"), {}, { max_attempts: 1 });
      await site.jobs.reach("failed", [second]);
      expect(await site.jobs.get(second)).toMatchObject({ error_class: "disk_full" });
      rmSync(run?.run_directory ?? "", { recursive: true });
      await site.jobs.reach("completed", [await site.jobs.command(sh("echo hello"))]);
      expect(await site.worker(host)).toEqual(worker);
      expect(await site.leftRunning()).toEqual([]);
    } finally {
      unmount();
    }
    return undefined;
  });
});
