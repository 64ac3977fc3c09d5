import type { Holdfast, Job } from "@holdfast/client";

/** What `holdfast jobs` filters by. */
export interface JobFilter {
  states?: string[] | undefined;
  queue?: string | undefined;
  kind?: string | undefined;
  lane?: string | undefined;
  class?: string | undefined;
  /** Name prefix. */
  name?: string | undefined;
  /** Only jobs enqueued after this time. */
  since?: Date | undefined;
  /** Undefined: every one. */
  limit?: number | undefined;
}

/** The Data API answers at most this many rows at once. */
const PAGE = 1000;

const COLUMNS =
  "id,state,held_by,queue,lane,kind,class,name,priority,attempt,crash_count,max_attempts,run_at,created_at,queued_at,started_at,finished_at,progress,progress_message,error_message,error_class,fingerprint,depends_on,concurrency_key,timeout_seconds";

/** The jobs that match, newest first. */
export async function listJobs(holdfast: Holdfast, filter: JobFilter): Promise<Job[]> {
  const workspaceId = await holdfast.data.workspaceId();
  const jobs: Job[] = [];
  const limit = filter.limit ?? Number.POSITIVE_INFINITY;
  while (jobs.length < limit) {
    const last = jobs.at(-1);
    const size = Math.min(PAGE, limit - jobs.length);
    const page = await holdfast.data.read<Job[]>((db) => {
      let query = db.from("jobs").select(COLUMNS).eq("workspace_id", workspaceId);
      if (filter.states?.length) query = query.in("state", filter.states);
      if (filter.queue) query = query.eq("queue", filter.queue);
      if (filter.kind) query = query.eq("kind", filter.kind);
      if (filter.lane) query = query.eq("lane", filter.lane);
      if (filter.class) query = query.eq("class", filter.class);
      if (filter.name) query = query.like("name", `${filter.name.replace(/[\\%_]/g, "\\$&")}%`);
      if (filter.since) query = query.gte("created_at", filter.since.toISOString());
      // Ids grow with time, so the next page is what is older than the last row: no offset to walk over.
      if (last) query = query.lt("id", last.id);
      return query.order("created_at", { ascending: false }).order("id", { ascending: false }).limit(size);
    });
    jobs.push(...page);
    if (page.length < size) break;
  }
  return jobs;
}

/** What the signed-in person may do with a job now: rows of `holdfast.allowed_actions`. */
export interface AllowedAction {
  verb: string;
  sentence: string;
  needs_reason: boolean;
}

/** Reads `holdfast.allowed_actions` of one job. */
export function allowedActions(holdfast: Holdfast, jobId: number): Promise<AllowedAction[]> {
  return holdfast.data.read<AllowedAction[]>((db) =>
    db.from("allowed_actions").select("verb,sentence,needs_reason").eq("job_id", jobId).order("verb"),
  );
}
