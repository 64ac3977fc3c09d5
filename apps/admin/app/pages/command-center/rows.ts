/** One row of `holdfast.runtime_labels`. */
export interface RuntimeRow {
  subject: string;
  label: string;
  sentence: string;
  age_seconds: number | null;
}

/** One row of `holdfast.recommended_actions`. */
export interface Recommended {
  place: number;
  urgency: string;
  sentence: string;
  page: string;
  subject: string;
  target: string | null;
  verb: string | null;
}

/** One row of `holdfast.lease_overview`. */
export interface RunningRow {
  job_id: number;
  kind: string;
  name: string | null;
  acquired_at: string;
  running_seconds: number;
  label: string;
  heartbeat_age_seconds: number;
  progress: number | null;
  progress_message: string | null;
}

/** One row of `holdfast.match_jobs`, as far as it is shown here. */
export interface FinishedRow {
  id: number;
  kind: string;
  name: string | null;
  state: string;
  finished_at: string;
  duration_seconds: number | null;
}

/** One row of `holdfast.recent_failures`. */
export interface FailureRow {
  fingerprint: string | null;
  error_class: string | null;
  error_message: string | null;
  kind: string;
  jobs: number;
  job_ids: number[];
  last_at: string;
}

/** One row of `holdfast.recent_retries`. */
export interface RetryRow {
  job_id: number;
  kind: string;
  name: string | null;
  state: string;
  attempt: number;
  max_attempts: number;
  started_at: string;
  before_outcome: string | null;
  before_error: string | null;
}

/** One row of `holdfast.next_up`. */
export interface NextRow {
  job_id: number;
  kind: string;
  name: string | null;
  state: string;
  why: string;
}

/** One row of `holdfast.schedules`: an enabled one. */
export interface WindowRow {
  name: string;
  kind: string;
  next_window_at: string | null;
}

/** One row of `holdfast.stuck_jobs`. */
export interface StuckRow {
  job_id: number;
  kind: string;
  name: string | null;
  problem: string;
  for_seconds: number;
}
