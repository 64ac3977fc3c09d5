import { call, type Queryable } from "../pool/call.ts";

/** Where a run lives: merged into the run's row, so that each field may be sent when it becomes known. */
export interface RunAttachment {
  host?: string;
  boot_id?: string;
  runner_pid?: number;
  /** Start time as `processStarted` of the runner package gives it. */
  runner_started?: string;
  command_pid?: number;
  command_started?: string;
  /** Already redacted. */
  argv?: readonly string[];
  /** The file that executes, absolute. */
  program?: string;
  cwd?: string;
  run_directory?: string;
}

/**
 * Records where a run lives (`holdfast_private.attach_run`). Safe to repeat.
 *
 * @throws HoldfastError `lease_lost` when the token does not hold the lease.
 */
export async function attachRun(db: Queryable, token: number, attachment: RunAttachment): Promise<void> {
  await call(db, "select holdfast_private.attach_run($1::bigint, $2::jsonb)", [token, JSON.stringify(attachment)]);
}
