import { callForValue, type Queryable } from "../pool/call.ts";

/** What a runner tells with its heartbeat. */
export interface RunBeat {
  /** Processor time of the command so far, in seconds. */
  cpu_seconds?: number;
  /** Peak memory so far, in bytes. */
  memory_bytes?: number;
  /** 0 to 1. */
  progress?: number;
  message?: string;
  /** Total so far, not an addition: a heartbeat may arrive twice. */
  cost?: number;
}

/** What the runner shall do: go on, end the command (politely, at once, because of a stop), or leave everything alone. */
export type LeaseVerdict = "keep" | "cancel" | "kill" | "stop" | "lost";

/**
 * Keeps the lease of a command run (`holdfast_private.beat_lease`) and returns what to do.
 *
 * `lost` means that the job belongs to somebody else now. A run that was given up while it was cut off gets its lease
 * back here when no other attempt has started.
 */
export function beatLease(db: Queryable, token: number, beat: RunBeat): Promise<LeaseVerdict> {
  return callForValue<LeaseVerdict>(db, "select holdfast_private.beat_lease($1::bigint, $2::jsonb) as value", [
    token,
    JSON.stringify(beat),
  ]);
}
