import type { TestDatabase } from "@holdfast/testing";
import { until } from "./until.ts";

/** What the tests read of a job. */
export interface JobRow {
  id: number;
  state: string;
  attempt: number;
  result: unknown;
  error_class: string | null;
  error_message: string | null;
  progress: number | null;
  progress_message: string | null;
}

const FINAL = new Set(["completed", "failed", "timed_out", "canceled", "quarantined"]);

/** Jobs of one test database, as an operator sees them. */
export function jobsOf(database: TestDatabase) {
  const pool = database.pool();
  return {
    async enqueue(kind: string, payload: unknown = {}, options: unknown = {}): Promise<number> {
      const { rows } = await pool.query("select id from holdfast.enqueue('local', $1, $2::jsonb, $3::jsonb)", [
        kind,
        JSON.stringify(payload),
        JSON.stringify(options),
      ]);
      return rows[0].id as number;
    },
    async get(id: number): Promise<JobRow> {
      const { rows } = await pool.query("select * from holdfast.jobs where id = $1", [id]);
      return rows[0] as JobRow;
    },
    async inState(id: number, state: string): Promise<JobRow> {
      return until(`job ${id} is ${state}`, async () => {
        const job = await this.get(id);
        return job.state === state ? job : undefined;
      });
    },
    async ended(id: number): Promise<JobRow> {
      return until(`job ${id} has ended`, async () => {
        const job = await this.get(id);
        return FINAL.has(job.state) ? job : undefined;
      });
    },
    async act(verb: string, target: unknown, params: unknown = {}): Promise<void> {
      await pool.query("select holdfast.act('local', $1, $2, $3::jsonb, 'test', $4::jsonb)", [
        verb,
        Object.keys(target as object)[0],
        JSON.stringify(target),
        JSON.stringify(params),
      ]);
    },
    async runs(job: number) {
      const { rows } = await pool.query("select * from holdfast.runs where job_id = $1 order by attempt", [job]);
      return rows;
    },
  };
}
