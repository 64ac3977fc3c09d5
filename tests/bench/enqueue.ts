import { createTestDatabase } from "@holdfast/testing";
import type pg from "pg";
import type { Bench, BenchContext } from "./support/bench.ts";
import { BenchDatabase, inBatches } from "./support/holdfast.ts";
import { summarise } from "./support/statistics.ts";

const SPEC = "('noop', json_build_object('job', n), null, null, 1, KEY, 0, null)::graphile_worker.job_spec";

const graphile = (key: string) => async (client: pg.PoolClient, from: number, to: number) =>
  client.query(
    `select count(*) from graphile_worker.add_jobs(array(select ${SPEC.replace("KEY", key)} from generate_series($1::int, $2) n))`,
    [from, to],
  );

type Way = (client: pg.PoolClient, from: number, to: number) => Promise<unknown>;

const WAYS: Record<string, { ours: boolean; enqueue: Way }> = {
  "graphile_worker.add_jobs": { ours: false, enqueue: graphile("null") },
  "graphile_worker.add_jobs with keys": { ours: false, enqueue: graphile("'job:' || n") },
  "insert into holdfast.jobs": {
    ours: true,
    enqueue: (client, from, to) =>
      client.query(
        "insert into holdfast.jobs (workspace_id, kind) select w.id, 'noop' from holdfast.workspaces w, generate_series($1::int, $2) where slug = 'local'",
        [from, to],
      ),
  },
  "holdfast.enqueue_many": {
    ours: true,
    enqueue: (client, from, to) => {
      const jobs = Array.from({ length: to - from + 1 }, () => ({ kind: "noop" }));
      return client.query("select count(*) from holdfast.enqueue_many('local', $1::jsonb)", [JSON.stringify(jobs)]);
    },
  },
};

/** Enqueued jobs per second, in batches of 1,000 over one connection, dispatched to graphile-worker in the same transaction. */
export const enqueue: Bench = {
  name: "enqueue",
  async run(context) {
    const jobs = context.quick ? 5_000 : 50_000;
    const rates: Record<string, number[]> = {};
    for (let round = 1; round <= context.rounds; round++) {
      for (const [name, way] of Object.entries(WAYS)) {
        rates[name] ??= [];
        rates[name].push(await measure(context, jobs, way));
      }
      context.say(
        `round ${round}: ${Object.values(rates)
          .map((each) => `${each.at(-1)?.toFixed(0)}/s`)
          .join(", ")}`,
      );
    }
    const plain = summarise(rates["graphile_worker.add_jobs"] ?? []).median;
    const keyed = summarise(rates["graphile_worker.add_jobs with keys"] ?? []).median;
    return {
      title: `enqueue ${jobs} jobs in batches of 1,000 (${context.rounds} alternated rounds)`,
      rows: Object.entries(rates).map(([what, values]) => {
        const { median, least, most, spread } = summarise(values);
        return {
          what,
          "jobs/s (median)": median,
          least,
          most,
          spread: `${(spread * 100).toFixed(0)} %`,
          "of add_jobs": median / plain,
          "of add_jobs with keys": median / keyed,
        };
      }),
      bar: "at least 0.35 of graphile_worker.add_jobs",
      notes: [
        "a holdfast job is checked, recorded as an event and handed to graphile-worker (with a key) in the same transaction",
      ],
    };
  },
};

async function measure(context: BenchContext, jobs: number, way: { ours: boolean; enqueue: Way }): Promise<number> {
  await using bench = way.ours ? await BenchDatabase.open(context) : undefined;
  await using bare = bench ? undefined : await createTestDatabase({ cluster: context.cluster });
  const pool = (bench?.database ?? bare)?.pool();
  if (!pool) throw new Error("no database");
  const client = await pool.connect();
  try {
    await way.enqueue(client, 1, 100); // plans and caches
    const began = performance.now();
    await inBatches(jobs, (from, to) => way.enqueue(client, from + 100, to + 100));
    return (jobs / (performance.now() - began)) * 1_000;
  } finally {
    client.release();
  }
}
