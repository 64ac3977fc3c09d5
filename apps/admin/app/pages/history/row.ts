/** One row of `holdfast.job_history`, as History shows it. */
export interface JobRow {
  id: number;
  state: string;
  name: string | null;
  kind: string;
  profile: string | null;
  trigger: string;
  schedule: string | null;
  venture: string | null;
  queue: string;
  lane: string;
  class: string;
  held_by: string[];
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  duration_seconds: number | null;
  attempt: number;
  max_attempts: number;
  progress: number | null;
  progress_message: string | null;
  exit_code: number | null;
  signal: string | null;
  memory_bytes: number | null;
  cpu_seconds: number | null;
  cost: number | null;
  worker: string | null;
  error_class: string | null;
  error_message: string | null;
  fingerprint: string | null;
  created_by_name: string | null;
  labels: Record<string, unknown>;
}
