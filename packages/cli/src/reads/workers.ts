import type { Holdfast } from "@holdfast/client";

/** One row of `holdfast.workers`. */
export interface Worker {
  id: number;
  name: string;
  host: string;
  pid: number;
  pid_started: string;
  lanes: string[];
  capacity: number;
  version: string;
  started_at: string;
  last_seen_at: string;
  draining_since: string | null;
  ended_at: string | null;
  ended_reason: string | null;
}

/** A worker that was silent for longer is not believed to be running: the ttl of a lease, three heartbeats. */
export const SILENT_AFTER_MS = 15_000;

const COLUMNS =
  "id,name,host,pid,pid_started,lanes,capacity,version,started_at,last_seen_at,draining_since,ended_at,ended_reason";

/** Workers not known to have ended; with `ended`, those too, newest first. */
export function listWorkers(holdfast: Holdfast, options: { ended?: boolean; limit?: number } = {}): Promise<Worker[]> {
  return holdfast.data.read<Worker[]>((db) => {
    let query = db.from("workers").select(COLUMNS);
    if (!options.ended) query = query.is("ended_at", null);
    return query.order("id", { ascending: false }).limit(options.limit ?? 200);
  });
}

/** What is known of a worker, with the evidence behind it. */
export function workerState(worker: Worker, now: number): "ended" | "silent" | "draining" | "working" {
  if (worker.ended_at !== null) return "ended";
  if (now - Date.parse(worker.last_seen_at) > SILENT_AFTER_MS) return "silent";
  return worker.draining_since === null ? "working" : "draining";
}
