/** One row of `holdfast.match_events`. */
export interface EventRow {
  seq: number;
  at: string;
  actor: string;
  actor_name: string;
  action: string;
  subject_type: string;
  subject_id: string;
  data: Record<string, unknown>;
}

/** One row of `holdfast.ledger_status`. */
export interface SealRow {
  newest_event: number | null;
  unsealed: number;
  oldest_unsealed_at: string | null;
  seal: number | null;
  sealed_at: string | null;
  hash: string | null;
  label: string;
  evidence_age_seconds: number | null;
  verified_at: string | null;
  verified_ok: boolean | null;
  verify_job_id: number | null;
  verified: { seals: number; events: number; fault_count: number; seconds: number } | null;
}

/** The newest job of kind ledger_verify. */
export interface VerifyJob {
  id: number;
  state: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  error_message: string | null;
}

/** One fault that a verification named. */
export interface Fault {
  seal: number | null;
  seq: number | null;
  fault: string;
}
