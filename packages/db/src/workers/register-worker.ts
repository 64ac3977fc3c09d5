import { callForValue, type Queryable } from "../pool/call.ts";

/** What a worker process says about itself. */
export interface WorkerIdentity {
  name: string;
  host: string;
  /** The kernel's boot id: a pid means nothing after a reboot. */
  boot_id: string;
  pid: number;
  /** Start time of the process, as text: tells a reused pid from the same process. */
  pid_started: string;
  /** graphile-worker's pool id, under which it locks deliveries. */
  pool_id: string | null;
  lanes: string[];
  /** How many jobs it runs at the same time. */
  capacity: number;
  version: string;
}

/**
 * Writes the worker's row and returns its id (`holdfast_private.register_worker`).
 * @throws HoldfastError `unknown_lane` when no workspace has one of the lanes; the hint lists them.
 */
export function registerWorker(db: Queryable, worker: WorkerIdentity): Promise<number> {
  return callForValue<number>(db, "select holdfast_private.register_worker($1::jsonb) as value", [
    JSON.stringify(worker),
  ]);
}
