import type { TestDatabase } from "../cluster/index.ts";

/** A finish as `holdfast_private.finish_runs` takes it. */
export interface FinishSpec {
  token: number;
  outcome: string;
  [field: string]: unknown;
}

/** What `finish_runs` answers for one run. */
export interface FinishAnswer {
  token: number;
  accepted: boolean;
  state: string | null;
  reason: string | null;
}

/** A registered worker that does exactly what a test tells it, through the functions a real one calls. */
export interface TestWorker {
  id: number;
  poolId: string;
  /** Takes leases of dispatched jobs; the tokens by job id, without those that were skipped. */
  take(...jobs: number[]): Promise<Map<number, number>>;
  /** Takes one job's lease. Throws when it was skipped. */
  takeOne(job: number): Promise<number>;
  finish(...finishes: FinishSpec[]): Promise<FinishAnswer[]>;
}

let counter = 0;

/** Registers a worker (`holdfast_private.register_worker`) as the role holdfast_worker. */
export async function worker(db: TestDatabase, fields: Record<string, unknown> = {}): Promise<TestWorker> {
  const pool = db.pool("holdfast_worker");
  const n = ++counter;
  const spec = {
    name: `worker-${n}`,
    host: "test-host",
    boot_id: "boot-1",
    pid: 10_000 + n,
    pid_started: String(n),
    pool_id: `pool-${n}`,
    lanes: ["default"],
    capacity: 10,
    version: "test",
    ...fields,
  };
  const { rows } = await pool.query("select holdfast_private.register_worker($1) as id", [JSON.stringify(spec)]);
  const id = rows[0].id as number;
  const take = async (...jobs: number[]) => {
    const taken = await pool.query("select job_id, token from holdfast_private.take_leases($1, $2::bigint[])", [
      id,
      jobs,
    ]);
    return new Map(taken.rows.map((row) => [row.job_id as number, row.token as number]));
  };
  return {
    id,
    poolId: spec.pool_id,
    take,
    async takeOne(job) {
      const token = (await take(job)).get(job);
      if (token === undefined) throw new Error(`job ${job} could not be taken: it is ${await stateOf(db, job)}`);
      return token;
    },
    async finish(...finishes) {
      const answers = await pool.query(
        "select token, accepted, state, reason from holdfast_private.finish_runs($1::jsonb) order by token",
        [JSON.stringify(finishes)],
      );
      return answers.rows as FinishAnswer[];
    },
  };
}

/** The state of a job. */
export async function stateOf(db: TestDatabase, job: number): Promise<string> {
  const { rows } = await db.pool().query("select state from holdfast.jobs where id = $1", [job]);
  return rows[0]?.state ?? "gone";
}
