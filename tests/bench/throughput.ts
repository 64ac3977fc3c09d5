import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import type { Bench, BenchContext } from "./support/bench.ts";
import { pino, startSupervisor } from "./support/packages.ts";
import { summarise } from "./support/statistics.ts";
import { WorkerProcess } from "./support/worker-process.ts";

/** Function jobs per second: no-op jobs, all queued beforehand, one worker process, against graphile-worker alone. */
export const throughput: Bench = {
  name: "throughput",
  async run(context) {
    const jobs = Number(process.env.BENCH_JOBS ?? (context.quick ? 2_000 : 20_000));
    const settings = {
      BENCH_JOBS: String(jobs),
      BENCH_CONCURRENCY: process.env.BENCH_CONCURRENCY ?? "1000",
      BENCH_LOCAL_QUEUE: process.env.BENCH_LOCAL_QUEUE ?? "1000",
    };
    const graphile: number[] = [];
    const holdfast: number[] = [];
    for (let round = 1; round <= context.rounds; round++) {
      graphile.push(await graphileRound(context, jobs, settings));
      holdfast.push(await holdfastRound(context, jobs, settings));
      context.say(
        `round ${round}: graphile-worker ${graphile.at(-1)?.toFixed(0)}/s, holdfast ${holdfast.at(-1)?.toFixed(0)}/s`,
      );
    }
    const [theirs, ours] = [summarise(graphile), summarise(holdfast)];
    const row = (what: string, { median, least, most, spread }: typeof ours) => ({
      what,
      "jobs/s (median)": median,
      least,
      most,
      spread: `${(spread * 100).toFixed(0)} %`,
      "of graphile-worker": median / theirs.median,
    });
    return {
      title: `${jobs} no-op function jobs through one worker process (${context.rounds} alternated rounds)`,
      rows: [row("graphile-worker alone", theirs), row("holdfast", ours)],
      bar: "at least 0.45 of graphile-worker alone with the same settings",
      notes: [
        `concurrency ${settings.BENCH_CONCURRENCY}, localQueue ${settings.BENCH_LOCAL_QUEUE}, completeJobBatchDelay 0, both; from the first job's start until the last is deleted (graphile-worker) or completed and its lease gone (holdfast)`,
        "a supervisor does its duties meanwhile: the events are sealed within the time measured",
      ],
    };
  },
};

async function graphileRound(
  { cluster }: BenchContext,
  jobs: number,
  settings: Record<string, string>,
): Promise<number> {
  await using database = await createTestDatabase({ cluster });
  const pool = database.pool();
  await inBatches(jobs, (from, to) =>
    pool.query(
      `select count(*) from graphile_worker.add_jobs(array(
         select ('noop', json_build_object('job', n), null, null, 1, null, 0, null)::graphile_worker.job_spec from generate_series($1::int, $2) n))`,
      [from, to],
    ),
  );
  await pool.query("vacuum analyze graphile_worker._private_jobs");
  return await measure(
    "graphile-noop",
    database,
    database.url(),
    jobs,
    settings,
    "select from graphile_worker._private_jobs",
  );
}

async function holdfastRound(
  { cluster }: BenchContext,
  jobs: number,
  settings: Record<string, string>,
): Promise<number> {
  await using database = await createTestDatabase({ cluster });
  const pool = database.pool();
  const logger = pino({ level: "silent" });
  await pool.query(`select holdfast_private.register_kinds('[{"name": "noop", "payload_schema": null}]')`);
  await using _supervisor = startSupervisor({ databaseUrl: database.url("holdfast_worker"), logger, name: "bench" });
  await inBatches(jobs, (from, to) =>
    pool.query(
      "insert into holdfast.jobs (workspace_id, kind) select w.id, 'noop' from holdfast.workspaces w, generate_series($1::int, $2) where slug = 'local'",
      [from, to],
    ),
  );
  await pool.query("vacuum analyze holdfast.jobs, graphile_worker._private_jobs");
  const url = database.url("holdfast_worker");
  const rate = await measure("holdfast-noop", database, url, jobs, settings, "select from holdfast.leases");
  const { rows } = await pool.query(
    "select count(*) as done from holdfast.jobs where state = 'completed' and attempt = 1",
  );
  if (rows[0].done !== jobs) throw new Error(`${rows[0].done} of ${jobs} jobs completed on their first attempt`);
  return rate;
}

async function inBatches(count: number, enqueue: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 1; from <= count; from += 1_000) await enqueue(from, Math.min(count, from + 999));
}

async function measure(
  program: string,
  database: TestDatabase,
  url: string,
  jobs: number,
  settings: Record<string, string>,
  remaining: string,
): Promise<number> {
  const flags = process.env.BENCH_FLAGS?.split(" ") ?? [];
  await using worker = await WorkerProcess.start(program, { HOLDFAST_DATABASE_URL: url, ...settings }, flags);
  const [first] = await Promise.all([worker.hear<number>("first"), worker.hear("last")]);
  while ((await database.pool().query(`${remaining} limit 1`)).rowCount !== 0) {}
  return (jobs / (performance.timeOrigin + performance.now() - first)) * 1_000;
}
