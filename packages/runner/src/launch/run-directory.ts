import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { writeFailure } from "../run/run-failure.ts";
import type { RunSpec } from "../spec/run-spec.ts";

/**
 * Creates the directory of a run, `<state>/runs/<yyyy>/<mm>/<dd>/<token>` (UTC, 0700), with its `spec.json` (0600).
 *
 * A directory is never used twice. Where the token's is taken (by a database that was reset since), a number is added.
 *
 * @returns its absolute path.
 * @throws {RunFailure} `disk_full` or `spool_failed`.
 */
export function createRunDirectory(stateDirectory: string, spec: RunSpec, now: Date = new Date()): string {
  const [year = "", month = "", day = ""] = now.toISOString().slice(0, 10).split("-");
  const parent = join(resolve(stateDirectory), "runs", year, month, day);
  try {
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    const directory = createUnused(join(parent, String(spec.token)));
    chmodSync(directory, 0o700); // whatever the umask took away
    writeFileSync(join(directory, "spec.json"), `${JSON.stringify(spec, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    return directory;
  } catch (error) {
    throw writeFailure(error, parent);
  }
}

function createUnused(path: string): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : `${path}-${number}`;
    try {
      mkdirSync(candidate, { mode: 0o700 });
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
