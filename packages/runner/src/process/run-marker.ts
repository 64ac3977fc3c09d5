import { readFileSync } from "node:fs";

/**
 * What tells the processes of one run from all others on the host: two variables that every one of them inherits.
 *
 * The token alone is not enough: two databases on one host both have a run 1. The run directory is unique on the host.
 */
export interface RunMarker {
  readonly token: number;
  /** Absent when the caller does not know it; then the token alone decides, and only within the run's own session. */
  readonly runDirectory?: string | null | undefined;
}

/**
 * Whether a process was started by the run, judged by its initial environment (Linux only; false where it is not readable).
 *
 * A process that scrubbed its environment is not recognised; it is still found while it is in the run's session or
 * below one of its processes.
 */
export function carriesMarker(pid: number, marker: RunMarker): boolean {
  if (process.platform !== "linux") return false;
  let environment: string;
  try {
    environment = `\0${readFileSync(`/proc/${pid}/environ`, "utf8")}\0`;
  } catch {
    return false;
  }
  if (!environment.includes(`\0HOLDFAST_RUN_ID=${marker.token}\0`)) return false;
  return marker.runDirectory == null || environment.includes(`\0HOLDFAST_RUN_DIRECTORY=${marker.runDirectory}\0`);
}
