import { call, type Queryable } from "../pool/call.ts";

/** The command part of a lease; see `20-jobs` "Delivery and leases" for who decides what. */
export interface LeasedCommand {
  profile: string | null;
  version: number | null;
  program: string;
  /** Whole arguments; `{{param}}` is filled in unless `literal`. */
  args: string[];
  /** True for an ad-hoc command: nothing in `args` is a template. */
  literal?: boolean;
  params: Record<string, unknown> | null;
  parameter_schema: Record<string, unknown> | null;
  /** Names of environment variables that the command may see. */
  env: string[];
  cwd: string | null;
  /** Absolute directories that the working directory must be inside of. */
  roots: string[];
  pty: boolean;
  columns: number;
  rows: number;
  grace_seconds: number;
  shell?: boolean;
}

/** A process of an earlier, lost run of the same job that nobody has proven dead yet. */
export interface Orphan {
  run_id: number;
  host: string | null;
  boot_id: string | null;
  runner_pid: number | null;
  runner_started: string | null;
  command_pid: number | null;
  command_started: string | null;
  run_directory: string | null;
}

/** What people consented to: whoever executes the job compares it with what it is about to do. */
export interface Consent {
  approval: number;
  /** sha-256 of `shown`, hex. */
  digest: string;
  /** JSON text, exactly as it was hashed. */
  shown: string;
}

/** The right to work on a job now, and everything needed to do so. */
export interface Lease {
  job_id: number;
  /** The lease token is the run's id. */
  token: number;
  attempt: number;
  workspace_id: string;
  workspace: string;
  kind: string;
  mode: "function" | "command";
  queue: string;
  lane: string;
  class: string;
  name: string | null;
  payload: unknown;
  labels: Record<string, unknown>;
  idempotency_key: string | null;
  timeout_seconds: number | null;
  ttl_seconds: number;
  heartbeat_seconds: number;
  command: LeasedCommand | null;
  orphans: Orphan[];
  /** Null: nobody had to consent. */
  consent: Consent | null;
}

/**
 * Turns delivered jobs into running ones (`holdfast_private.take_leases`). Jobs that are no longer `dispatched`, or
 * that a gate now holds, are missing from the answer: delivery is at least once, the lease makes it once.
 */
export function takeLeases(db: Queryable, worker: number, jobs: number[]): Promise<Lease[]> {
  return call<Lease & Record<string, unknown>>(
    db,
    "select * from holdfast_private.take_leases($1, $2::bigint[])",
    [worker, jobs],
    "holdfast_take_leases",
  );
}
