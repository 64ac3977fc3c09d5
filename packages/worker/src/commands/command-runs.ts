import { wakeRunner } from "@holdfast/runner";
import type { RecordedProcesses } from "./orphans.ts";

/** A command this worker counts against its command slots: launched here, or adopted from a dead worker. */
export interface CommandRun extends RecordedProcesses {
  job_id: number;
  /** Adopted runs have nobody waiting for the runner's exit; the host watch does. */
  adopted: boolean;
}

/** The command runs this worker answers for. */
export class CommandRuns {
  readonly #runs = new Map<number, CommandRun>();

  get size(): number {
    return this.#runs.size;
  }

  add(run: CommandRun): void {
    this.#runs.set(run.token, run);
  }

  delete(token: number): void {
    this.#runs.delete(token);
  }

  get(token: number): CommandRun | undefined {
    return this.#runs.get(token);
  }

  adopted(): CommandRun[] {
    return [...this.#runs.values()].filter((run) => run.adopted);
  }

  /** Asks a runner to heartbeat now, so that it learns at once what is asked of it. */
  async wake(token: number): Promise<void> {
    const run = this.#runs.get(token);
    if (!run?.runner_pid || !run.runner_started || !run.run_directory) return;
    await wakeRunner({ pid: run.runner_pid, started: run.runner_started, runDirectory: run.run_directory });
  }
}
