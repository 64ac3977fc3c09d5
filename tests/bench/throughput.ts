import { createTestDatabase } from "@holdfast/testing";
import type { Bench, BenchContext, Row } from "./support/bench.ts";
import { BenchDatabase, inBatches } from "./support/holdfast.ts";
import { measure, type Round } from "./support/one-worker.ts";
import type { ProcessorTime } from "./support/processor-time.ts";
import { quantile, summarise } from "./support/statistics.ts";

/** Function jobs per second: no-op jobs, all queued beforehand, one worker process, against graphile-worker alone. */
export const throughput: Bench = {
  name: "throughput",
  async run(context) {
    const jobs = context.quick ? 2_000 : 20_000;
    const settings = {
      BENCH_JOBS: String(jobs),
      BENCH_CONCURRENCY: process.env.BENCH_CONCURRENCY ?? "1000",
      BENCH_LOCAL_QUEUE: process.env.BENCH_LOCAL_QUEUE ?? "1000",
    };
    const graphile: Round[] = [];
    const holdfast: Round[] = [];
    for (let round = 1; round <= context.rounds; round++) {
      graphile.push(await graphileRound(context, jobs, settings));
      holdfast.push(await holdfastRound(context, jobs, settings));
      const [theirs, ours] = [graphile.at(-1)?.perSecond, holdfast.at(-1)?.perSecond];
      context.say(`round ${round}: graphile-worker ${theirs?.toFixed(0)}/s, holdfast ${ours?.toFixed(0)}/s`);
    }
    const base = summarise(graphile.map((round) => round.perSecond)).median;
    return {
      title: `${jobs} no-op function jobs through one worker process (${context.rounds} alternated rounds)`,
      rows: [...rowsOf("graphile-worker alone", graphile, base, jobs), ...rowsOf("holdfast", holdfast, base, jobs)],
      bar: "at least 0.45 of graphile-worker alone with the same settings",
      notes: [
        `concurrency ${settings.BENCH_CONCURRENCY}, localQueue ${settings.BENCH_LOCAL_QUEUE}, completeJobBatchDelay 0, both; from the first job's start until the last is deleted (graphile-worker) or completed and its lease gone (holdfast)`,
        "a supervisor does its duties meanwhile: the events are sealed within the time measured",
        "processor time is what each job costs in all; the rate also depends on how many processors there are for it",
      ],
    };
  },
};

/** One row with the rate, and one for each user of processor time, by median. */
function rowsOf(what: string, rounds: Round[], base: number, jobs: number): Row[] {
  const { median, least, most, spread } = summarise(rounds.map((round) => round.perSecond));
  const perJob = (pick: (used: ProcessorTime) => number) =>
    quantile(
      rounds.map(({ used }) => (pick(used) / jobs) * 1e6),
      0.5,
    );
  const total = perJob((used) => Object.values(used).reduce((sum, seconds) => sum + seconds, 0));
  const rate = { "jobs/s (median)": median, least, most, spread: `${(spread * 100).toFixed(0)} %` };
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round.used)))].sort();
  return [
    { what, ...rate, "of graphile-worker": median / base, "processor µs/job": total },
    ...names.map((name) => ({ what: `  ${name}`, "processor µs/job": perJob((used) => used[name] ?? 0) })),
  ];
}

async function graphileRound(
  { cluster }: BenchContext,
  jobs: number,
  settings: Record<string, string>,
): Promise<Round> {
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
    "graphile",
    database,
    database.url(),
    jobs,
    settings,
    "select from graphile_worker._private_jobs",
  );
}

async function holdfastRound(context: BenchContext, jobs: number, settings: Record<string, string>): Promise<Round> {
  await using bench = await BenchDatabase.open(context);
  await bench.enqueue("noop", jobs);
  return await bench.through(jobs, settings);
}
