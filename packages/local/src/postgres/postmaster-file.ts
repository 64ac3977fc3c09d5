import { readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessIdentity, workingDirectoryOf } from "../process/identity.ts";

/** The server that a data directory's `postmaster.pid` names, when it is alive and really serves that directory. */
export interface Postmaster extends ProcessIdentity {
  port: number;
  /** True once it accepts connections. */
  ready: boolean;
}

/**
 * Reads `postmaster.pid`. After a crash the file stays behind, and its pid may by now be another program's: only a
 * process whose working directory is the data directory (a postmaster's always is) counts.
 */
export function findPostmaster(dataDir: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
  const identity = identify(Number(lines[0]));
  if (!identity) return undefined;
  if (workingDirectoryOf(identity.pid) !== realpathSync(dataDir)) return undefined;
  return {
    ...identity,
    port: Number(lines[3]),
    ready: lines[7]?.trim() === "ready",
  };
}

/** Removes a `postmaster.pid` that no live server of this directory wrote; Postgres would mistake a reused pid for one. */
export function removeStalePostmasterFile(dataDir: string): void {
  if (!findPostmaster(dataDir)) rmSync(join(dataDir, "postmaster.pid"), { force: true });
}
