/** Every state a job may be in. The transitions between them live in SQL; here they are only names. */
export type JobState =
  | "awaiting_approval"
  | "blocked"
  | "queued"
  | "dispatched"
  | "running"
  | "retrying"
  | "quarantined"
  | FinalState;

/** The states a job does not leave on its own. */
export type FinalState = "completed" | "failed" | "timed_out" | "canceled";

/** The final states as values, for waiting. */
export const FINAL_STATES: readonly FinalState[] = ["completed", "failed", "timed_out", "canceled"];

/** True when nothing more happens to the job unless a person acts. */
export function isFinal(state: string): state is FinalState {
  return (FINAL_STATES as readonly string[]).includes(state);
}

/** One row of `holdfast.jobs`, as the Data API returns it: timestamps are ISO 8601 text, durations are seconds. */
export interface Job<Result = unknown> {
  id: number;
  workspace_id: string;
  venture: string | null;
  queue: string;
  lane: string;
  kind: string;
  class: string;
  name: string | null;
  /** As given; smaller runs first. */
  priority: number;
  /** The priority after what its wait has earned it. */
  effective_priority: number;
  state: JobState;
  /** Names of the closed gates that hold the job; empty when it is on its way. */
  held_by: string[];
  payload: unknown;
  labels: Record<string, unknown>;
  depends_on: number[];
  run_at: string;
  timeout_seconds: number;
  max_attempts: number;
  attempt: number;
  crash_count: number;
  idempotency_key: string | null;
  concurrency_key: string | null;
  est_cost: number | null;
  paid: boolean;
  external: boolean;
  profile_version: number | null;
  trigger: string;
  created_by: string;
  /** 0 to 1. */
  progress: number | null;
  progress_message: string | null;
  result: Result | null;
  error_message: string | null;
  error_class: string | null;
  /** The error with numbers, ids and paths folded, so that alike failures group. */
  fingerprint: string | null;
  rerun_of: number | null;
  created_at: string;
  queued_at: string | null;
  dispatched_at: string | null;
  started_at: string | null;
  finished_at: string | null;
}

/** A job that reached a final state. */
export type FinishedJob<Result = unknown> = Job<Result> & { state: FinalState };
