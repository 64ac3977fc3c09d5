import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isSameProcess, killMarked, killProcessTree, signalProcess } from "@holdfast/runner";

/** The processes of one run, as recorded. Pids count only together with their start time. */
export interface RecordedProcesses {
  token: number;
  run_directory?: string | null | undefined;
  runner_pid: number | null;
  runner_started: string | null;
  command_pid: number | null;
  command_started: string | null;
}

/** Whether the run's runner is still the process that was recorded. */
export function runnerAlive(run: RecordedProcesses): boolean {
  return isSameProcess(run.runner_pid, run.runner_started);
}

/**
 * Kills what is left of a run on this host, the runner first so that it cannot report or start anything meanwhile.
 * Returns how many processes were signalled. Never signals a pid whose start time differs.
 */
export async function killRemains(run: RecordedProcesses): Promise<number> {
  let killed = 0;
  if (run.runner_pid !== null && run.runner_started !== null) {
    killed += Number(signalProcess(run.runner_pid, run.runner_started, "SIGKILL"));
  }
  const command = await commandProcess(run);
  if (command) {
    const marker = { token: run.token, runDirectory: run.run_directory };
    killed += killProcessTree({ pid: command.pid, started: command.started, marker }, "SIGKILL");
  } else if (run.run_directory) {
    // The runner died in the moment between starting its command and noting it: the marker in its environment is left.
    killed += killMarked({ token: run.token, runDirectory: run.run_directory });
  }
  return killed;
}

async function commandProcess(run: RecordedProcesses): Promise<{ pid: number; started: string } | undefined> {
  if (run.command_pid !== null && run.command_started !== null) {
    return { pid: run.command_pid, started: run.command_started };
  }
  if (!run.run_directory) return undefined;
  // A runner notes its command on disk first, and then in the database: it may have died in between.
  try {
    const status = JSON.parse(await readFile(join(run.run_directory, "status.json"), "utf8")) as {
      command_pid?: unknown;
      command_started?: unknown;
    };
    if (typeof status.command_pid !== "number" || typeof status.command_started !== "string") return undefined;
    return { pid: status.command_pid, started: status.command_started };
  } catch {
    return undefined;
  }
}
