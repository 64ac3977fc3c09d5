import type { Job } from "@holdfast/client";
import type { Approval } from "../reads/approvals.ts";
import type { Incident } from "../reads/incidents.ts";
import type { SteppedSchedule } from "../reads/schedules.ts";
import type { Stop } from "../reads/stops.ts";

/** The answers to the five questions, and who does the work: what `holdfast status --json` prints. */
export interface StatusReport {
  /** When it was read. */
  at: string;
  workspace: string;
  now: StatusNow;
  running: RunningJob[];
  finished: Job[];
  failures: FailureGroup[];
  retried: Job[];
  next: WaitingJob[];
  workers: WorkerLine[];
  duties: Duty[];
  stuck: StuckJob[];
  paused: PausedRoom[];
  /** Emergency stops that are engaged. */
  stops: Stop[];
  /** Requests that wait for a person's consent, the next to expire first. */
  approvals: Approval[];
  /** Open incidents. */
  incidents: Incident[];
  /** Enabled schedules, the next to fire first. */
  windows: SteppedSchedule[];
}

/** The row of `holdfast.status_now`. Counts stop at 10001. */
export interface StatusNow {
  running: number;
  waiting: number;
  retrying: number;
  blocked: number;
  awaiting_approval: number;
  quarantined: number;
  completed_24h: number;
  failed_24h: number;
  live_workers: number;
  worker_heartbeat_age_seconds: number | null;
  worker_label: string;
  supervisor: string | null;
  supervisor_age_seconds: number | null;
  supervisor_label: string;
}

/** A row of `holdfast.lease_overview`. */
export interface RunningJob {
  token: number;
  job_id: number;
  kind: string;
  name: string | null;
  mode: "function" | "command";
  worker_id: number;
  worker: string | null;
  host: string | null;
  running_seconds: number;
  timeout_seconds: number;
  heartbeat_age_seconds: number;
  label: string;
  verdict: string;
  progress: number | null;
  progress_message: string | null;
}

/** A row of `holdfast.recent_failures`: alike failures together. */
export interface FailureGroup {
  fingerprint: string | null;
  error_class: string | null;
  jobs: number;
  last_at: string;
  job_ids: number[];
  kind: string;
  error_message: string | null;
}

/** A row of `holdfast.next_up`. */
export interface WaitingJob {
  job_id: number;
  kind: string;
  name: string | null;
  queue: string;
  lane: string;
  state: string;
  run_at: string;
  held_by: string[];
  why: string;
}

/** A row of `holdfast.worker_overview`. */
export interface WorkerLine {
  id: number;
  name: string;
  host: string;
  pid: number;
  lanes: string[];
  capacity: number;
  running_jobs: number;
  heartbeat_age_seconds: number;
  label: string;
  started_at: string;
}

/** A row of `holdfast.duties`. */
export interface Duty {
  name: string;
  every_seconds: number;
  last_succeeded_at: string | null;
  last_failed_at: string | null;
  last_error: string | null;
}

/** A row of `holdfast.stuck_jobs`. */
export interface StuckJob {
  job_id: number;
  kind: string;
  name: string | null;
  state: string;
  problem: string;
  for_seconds: number | null;
}

/** A paused queue or lane. */
export interface PausedRoom {
  subject: "queue" | "lane";
  name: string;
  paused_at: string;
  paused_by: string;
  paused_reason: string;
}
