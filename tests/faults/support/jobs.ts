import type pg from "pg";
import { until } from "./until.ts";

/** A job, as an operator reads it. */
export interface JobRow {
  id: number;
  state: string;
  attempt: number;
  crash_count: number;
  result: unknown;
  error_class: string | null;
  error_message: string | null;
}

/** A run, as an operator reads it. */
export interface RunRow {
  id: number;
  job_id: number;
  attempt: number;
  worker_id: number;
  outcome: string | null;
  error_class: string | null;
  runner_pid: number | null;
  runner_started: string | null;
  command_pid: number | null;
  command_started: string | null;
  run_directory: string | null;
  started_at: Date;
  finished_at: Date | null;
  orphan_cleared: boolean | null;
  stdout_bytes: number;
  stderr_bytes: number;
  raw_bytes: number;
}

/** What {@link Jobs.command} may be told. */
export interface CommandOptions {
  pty?: boolean;
  cwd?: string;
  grace_seconds?: number;
}

const ENDED = ["completed", "failed", "timed_out", "canceled", "quarantined"];

/** The jobs of one site. */
export class Jobs {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async enqueue(kind: string, payload: object = {}, options: object = {}): Promise<number> {
    const { rows } = await this.#pool.query("select id from holdfast.enqueue('local', $1, $2::jsonb, $3::jsonb)", [
      kind,
      JSON.stringify(payload),
      JSON.stringify(options),
    ]);
    return rows[0].id;
  }

  async enqueueMany(kind: string, payloads: object[], options: object = {}): Promise<number[]> {
    const jobs = JSON.stringify(payloads.map((payload) => ({ kind, payload, ...options })));
    const { rows } = await this.#pool.query("select id from holdfast.enqueue_many('local', $1::jsonb) order by id", [
      jobs,
    ]);
    return rows.map((row) => row.id);
  }

  /** One command as a job; class `small` (retry-safe) unless told otherwise. */
  command(argv: string[], command: CommandOptions = {}, options: object = {}): Promise<number> {
    return this.enqueue("command", { argv, ...command }, { class: "small", ...options });
  }

  async get(id: number): Promise<JobRow> {
    return (await this.many([id]))[0] as JobRow;
  }

  async many(ids: number[]): Promise<JobRow[]> {
    return (await this.#pool.query("select * from holdfast.jobs where id = any ($1) order by id", [ids])).rows;
  }

  /** How many of the jobs are in each state. */
  async tally(ids: number[]): Promise<Record<string, number>> {
    const text = "select state, count(*) as n from holdfast.jobs where id = any ($1) group by state";
    return Object.fromEntries((await this.#pool.query(text, [ids])).rows.map((row) => [row.state, row.n]));
  }

  /** Runs of one or more jobs, oldest first. */
  async runs(...ids: number[]): Promise<RunRow[]> {
    return (
      await this.#pool.query("select * from holdfast.runs where job_id = any ($1) order by job_id, attempt", [ids])
    ).rows;
  }

  /** Waits until every job is in the state; fails at once when one has ended in another. */
  async reach(state: string, ids: number[], milliseconds = 60_000): Promise<void> {
    const elsewhere = ENDED.filter((end) => end !== state);
    for (const end = performance.now() + milliseconds; ; ) {
      const tally = await until("the states can be read", () => this.tally(ids), milliseconds);
      if (tally[state] === ids.length) return;
      const wrong = elsewhere.find((other) => tally[other]);
      const seen = JSON.stringify(tally);
      if (wrong)
        throw new Error(`${ids.length} jobs should be ${state}, but: ${seen} ${await this.#explain(ids, wrong)}`);
      if (performance.now() > end)
        throw new Error(`${ids.length} jobs are not ${state} within ${milliseconds} ms: ${seen}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Waits until the newest run of a job has a command process, and returns it. */
  async commandRuns(id: number, attempt = 1): Promise<RunRow & { command_pid: number; command_started: string }> {
    const running = async () => {
      const run = (await this.runs(id)).find((candidate) => candidate.attempt === attempt);
      return run?.command_pid && run.command_started ? run : undefined;
    };
    return (await until(`attempt ${attempt} of job ${id} runs its command`, running, 60_000)) as Awaited<
      ReturnType<Jobs["commandRuns"]>
    >;
  }

  /** The stored bytes of a run's stream, put together by offset. @throws Error when there is a hole */
  async output(run: number, stream: "stdout" | "stderr" | "raw"): Promise<Buffer> {
    const text =
      "select byte_offset, data from holdfast.run_output where run_id = $1 and stream = $2 order by byte_offset";
    const { rows } = await this.#pool.query(text, [run, stream]);
    let next = 0;
    for (const row of rows) {
      if (row.byte_offset !== next) throw new Error(`output has a hole: ${next} expected, ${row.byte_offset} found`);
      next += row.data.length;
    }
    return Buffer.concat(rows.map((row) => row.data));
  }

  async act(verb: string, target: object, params: object = {}): Promise<void> {
    await this.#pool.query("select holdfast.act('local', $1, $2, $3::jsonb, 'a fault proof', $4::jsonb)", [
      verb,
      Object.keys(target)[0],
      JSON.stringify(target),
      JSON.stringify(params),
    ]);
  }

  async #explain(ids: number[], state: string): Promise<string> {
    const job = (await this.many(ids)).find((candidate) => candidate.state === state);
    return `(job ${job?.id}: ${job?.error_class}: ${job?.error_message})`;
  }
}
