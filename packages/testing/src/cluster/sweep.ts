import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { down, isAlive, type ProcessIdentity } from "@holdfast/local";

/** Ends every server of a test run and removes all its files. */
export async function removeRun(runDir: string): Promise<void> {
  for (const entry of readdirSync(runDir, { withFileTypes: true })) {
    if (entry.isDirectory()) await down({ stateDir: join(runDir, entry.name), reset: true });
  }
  rmSync(runDir, { recursive: true, force: true });
}

/** Removes what test runs left behind whose process was killed before it could clean up. */
export async function sweepAbandonedRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const runDir = join(tmpdir(), name);
    if (!name.startsWith("holdfast-test-") || !existsSync(join(runDir, "owner.json"))) continue;
    const owner = JSON.parse(readFileSync(join(runDir, "owner.json"), "utf8")) as ProcessIdentity;
    if (!isAlive(owner)) await removeRun(runDir);
  }
}
