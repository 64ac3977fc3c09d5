import { constants } from "node:os";
import type { Job } from "@holdfast/client";
import type { Run } from "../reads/run.ts";
import { formatDuration } from "../terminal/duration.ts";
import { printable } from "../terminal/printable.ts";
import { progressBar } from "../terminal/progress-bar.ts";

/** Exit code of a follower that Ctrl-C ended, as a shell gives it. */
export const DETACHED = 130;
/** Exit codes that a shell uses for these ends, so scripts may tell them apart. */
const TIMED_OUT = 124;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** The command's own exit code; where it has none, the one a shell would give. */
export function exitCodeFor(job: Job, run: Run | undefined): number {
  if (job.state === "completed") return run?.exit_code ?? 0;
  if (job.state === "timed_out") return TIMED_OUT;
  if (job.error_class === "program_not_found") return NOT_FOUND;
  if (job.error_class === "program_not_executable") return NOT_EXECUTABLE;
  if (run?.exit_code) return run.exit_code;
  const number = run?.signal ? constants.signals[run.signal as NodeJS.Signals] : undefined;
  return number === undefined ? 1 : 128 + number;
}

/** How a run ended, in a few words. */
export function describeEnd(run: Run): string {
  if (run.signal) return `${run.outcome ?? "ended"} by ${run.signal}`;
  if (run.exit_code) return `exit code ${run.exit_code}`;
  return printable(run.error_message ?? run.outcome ?? "ended");
}

/** `● job 7  running  █████░░░░░  52%  hashing  12s`. */
export function progressLine(job: Job, run: Run | undefined): string {
  const since = run?.started_at ? formatDuration(Date.now() - Date.parse(run.started_at)) : "";
  const held = job.held_by.length ? `held by ${job.held_by.join(", ")}` : "";
  return [`job ${job.id}`, job.state, progressBar(job.progress), printable(job.progress_message ?? ""), held, since]
    .filter((part) => part !== "")
    .join("  ");
}
