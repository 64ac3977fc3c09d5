import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

/** What {@link seedHistory} fills. */
export interface HistorySeed {
  /** Connection string of a superuser: the seed goes past the triggers. */
  superuserUrl: string;
  /** Id of the workspace. */
  workspace: string;
  jobs: number;
  /** Over how many days, up to now. Default 90. */
  days?: number;
  /** Refresh the planner's statistics afterwards. Default true. */
  analyze?: boolean;
}

/** Gives a workspace a past of so many jobs, with runs and all that belongs to them. Returns how many runs were made. */
export async function seedHistory({ superuserUrl, workspace, jobs, days = 90, analyze = true }: HistorySeed) {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(readFileSync(join(import.meta.dirname, "seed-million.sql"), "utf8"));
    await client.query("select pg_temp.furnish_history($1)", [workspace]);
    const { rows } = await client.query("select pg_temp.seed_history($1, $2, $3)::int as runs", [
      workspace,
      jobs,
      days,
    ]);
    if (analyze) await client.query(ANALYZE);
    return rows[0].runs as number;
  } finally {
    await client.end();
  }
}

/** What autovacuum would have done by and by. */
export const ANALYZE =
  "vacuum (analyze) holdfast.jobs, holdfast.runs, holdfast.job_labels, holdfast.dead_letters, holdfast.quarantine, holdfast.workers, holdfast.kinds";
