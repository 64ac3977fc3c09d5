import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { log, messageOf } from "../log.ts";
import type { RunError } from "../run/run-failure.ts";

/** What `status.json` says; it grows while the run goes on. Times are ISO 8601 by the host's clock. */
export interface RunStatus {
  token: number;
  job_id: number;
  attempt: number;
  /** `launched`: the runner listens to signals. `running`: the command was started. `ended`: nothing more will happen. */
  state: "launched" | "running" | "ended";
  host: string;
  boot_id: string;
  runner_pid: number;
  runner_started: string;
  launched_at: string;
  command_pid?: number;
  command_started?: string | null;
  started_at?: string;
  ended_at?: string;
  /** As delivered to the database, or `fenced`: the lease was lost, and nothing was written about the end. */
  outcome?: string;
  exit_code?: number | null;
  signal?: string | null;
  error?: RunError;
  /** Bytes in the spool, by stream. */
  bytes?: Record<string, number>;
  /** Processes of the command that had to be killed after it had ended by itself. */
  left_behind?: number;
}

/** Writes `status.json` whole and by rename, so that a reader never sees half of it. */
export class StatusFile {
  readonly #directory: string;
  readonly #status: RunStatus;

  constructor(directory: string, status: RunStatus) {
    this.#directory = directory;
    this.#status = status;
  }

  /** Changes fields and writes the file. A failure is noted and does not disturb the run: the next change tries again. */
  update(changes: Partial<RunStatus>): void {
    Object.assign(this.#status, changes);
    const path = join(this.#directory, "status.json");
    try {
      writeFileSync(`${path}.new`, `${JSON.stringify(this.#status, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      log("warn", "status.json could not be written", {
        error: messageOf(error),
      });
    }
  }
}
