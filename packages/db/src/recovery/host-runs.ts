import { call, type Queryable } from "../pool/call.ts";

/** A live lease whose run or worker is on a given host. */
export interface HostRun {
  token: number;
  job_id: number;
  mode: "function" | "command";
  worker_id: number | null;
  worker_pid: number | null;
  worker_started: string | null;
  worker_alive: boolean;
  runner_pid: number | null;
  runner_started: string | null;
  command_pid: number | null;
  command_started: string | null;
  run_directory: string | null;
  expires_at: Date;
}

/** A worker row that has not ended, of a given host. */
export interface HostWorker {
  worker_id: number;
  pid: number;
  pid_started: string;
  pool_id: string | null;
  last_seen_at: Date;
}

/** Live leases of this host since its last boot (`holdfast_private.host_runs`). */
export function hostRuns(db: Queryable, host: string, bootId: string): Promise<HostRun[]> {
  return call<HostRun & Record<string, unknown>>(db, "select * from holdfast_private.host_runs($1, $2)", [
    host,
    bootId,
  ]);
}

/** Workers of this host that have not ended (`holdfast_private.host_workers`). */
export function hostWorkers(db: Queryable, host: string, bootId: string): Promise<HostWorker[]> {
  return call<HostWorker & Record<string, unknown>>(db, "select * from holdfast_private.host_workers($1, $2)", [
    host,
    bootId,
  ]);
}
