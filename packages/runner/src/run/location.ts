import { hostname } from "node:os";
import type { RunAttachment } from "@holdfast/db/runs";
import type { CommandToStart } from "../command/started-command.ts";
import { storable } from "../lease/storable.ts";
import type { Redaction } from "../output/redaction.ts";
import { bootId } from "../process/identity.ts";
import { readProcess } from "../process/process-table.ts";
import type { RunSpec } from "../spec/run-spec.ts";
import { StatusFile } from "../status/status-file.ts";
import { RunFailure } from "./run-failure.ts";

/** Where this process runs: what tells it from every other process on every other host. */
function whereabouts(spec: RunSpec) {
  return {
    host: spec.host ?? hostname(),
    boot_id: bootId(),
    runner_pid: process.pid,
    runner_started: readProcess(process.pid)?.started ?? "",
  };
}

/** What is recorded with the run before the command is started. */
export function locationOf(
  spec: RunSpec,
  prepared: CommandToStart | RunFailure,
  runDirectory: string,
  redaction: Redaction,
): RunAttachment {
  const { program, args } = spec.command;
  const resolved =
    prepared instanceof RunFailure
      ? {}
      : { program: redaction.text(prepared.program), cwd: redaction.text(prepared.cwd) };
  return {
    ...whereabouts(spec),
    run_directory: runDirectory,
    argv: [program, ...args].map((argument) => storable(redaction.text(argument))),
    ...storable(resolved),
  };
}

/** The status file of a run as it begins; it is written by its first `update`. */
export function launchedStatus(spec: RunSpec, runDirectory: string): StatusFile {
  return new StatusFile(runDirectory, {
    token: spec.token,
    job_id: spec.job_id,
    attempt: spec.attempt,
    state: "launched",
    ...whereabouts(spec),
    launched_at: new Date().toISOString(),
  });
}
