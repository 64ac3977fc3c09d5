/**
 * What an act is about. Jobs, workers, approvals, stops and incidents go by number, the rest by name. Engaging a stop, opening
 * an incident, redriving and dismissing dead letters take no target: `params` say what is meant.
 */
export type Target =
  | { job: number }
  | { queue: string }
  | { lane: string }
  | { class: string }
  | { worker: number }
  | { approval: number }
  | { schedule: string }
  | { budget: string }
  | { stop: number }
  | { incident: number }
  | { channel: string }
  | Record<string, never>;

/** One row of `holdfast.actions`: an act by a person or agent, and what it did. */
export interface Action {
  id: number;
  verb: string;
  subject: string;
  job_id: number | null;
  queue: string | null;
  lane: string | null;
  class: string | null;
  worker_id: number | null;
  approval_id: number | null;
  schedule: string | null;
  budget: string | null;
  stop_id: number | null;
  incident_id: number | null;
  channel: string | null;
  reason: string | null;
  params: Record<string, unknown>;
  /** Who acted, as in the ledger: `user:<uuid>`. */
  actor: string;
  acted_at: string;
  /** How many things the act changed. */
  affected: number;
  /** What happened, e.g. `{"state": "canceled"}`, or the id of a new job as `job`. */
  result: Record<string, unknown>;
}
