/** What an act is about. Ids of jobs and workers are numbers; queues, lanes and classes go by name. */
export type Target = { job: number } | { queue: string } | { lane: string } | { class: string } | { worker: number };

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
