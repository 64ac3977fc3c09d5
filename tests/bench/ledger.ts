import type { Bench } from "./support/bench.ts";
import { BenchDatabase } from "./support/holdfast.ts";
import { quantile, summarise } from "./support/statistics.ts";

const EVENTS = 200_000;

/** One way of running jobs, with or without the seal duty. */
interface Side {
  what: string;
  bench: BenchDatabase;
  rates: number[];
  processor: number[];
}

/** What sealing the record costs those who write it, and whether a long record sealed while it was written is whole. */
export const ledger: Bench = {
  name: "ledger",
  async run(context) {
    // Two events a job: enqueued, and closed.
    const jobs = context.quick ? 2_000 : Math.ceil(EVENTS / 2 / context.rounds);
    const settings = { BENCH_CONCURRENCY: "1000", BENCH_LOCAL_QUEUE: "1000" };
    await using unsealed = await BenchDatabase.open(context, { supervised: false });
    await using sealed = await BenchDatabase.open(context, { supervised: false });
    await unsealed.rows("delete from holdfast.duties where name = 'seal'");
    const off: Side = { what: "seal duty off", bench: unsealed, rates: [], processor: [] };
    const on: Side = { what: "seal duty on", bench: sealed, rates: [], processor: [] };
    const behind: number[] = [];
    for (let round = 1; round <= context.rounds; round++) {
      for (const side of round % 2 ? [off, on] : [on, off]) {
        await once(side, jobs, settings);
        if (side === on) behind.push(await unsealedEvents(sealed));
        await side.bench.leaveAlone();
      }
      context.say(`round ${round}: off ${off.rates.at(-1)?.toFixed(0)}/s, on ${on.rates.at(-1)?.toFixed(0)}/s`);
    }
    if ((await unsealed.rows("select from holdfast_ledger.seals limit 1")).length > 0) throw new Error("it was sealed");
    const { seals, events, seconds } = await verify(sealed);
    return {
      title: `${jobs} no-op jobs, enqueued and run, with and without the seal duty (${context.rounds} alternated rounds)`,
      rows: [off, on].map((side) => ({
        what: side.what,
        "jobs/s (median)": summarise(side.rates).median,
        spread: `${(summarise(side.rates).spread * 100).toFixed(0)} %`,
        ratio: summarise(side.rates).median / summarise(off.rates).median,
        "processor µs/job": quantile(side.processor, 0.5),
        "of off": quantile(side.processor, 0.5) / quantile(off.processor, 0.5),
      })),
      bar: "sealing costs less than 8 % of throughput",
      notes: [
        `${events} events under ${seals} seals set while they were written; verify finds no fault, in ${seconds.toFixed(1)} s`,
        `not sealed yet when the last job of a round had ended: ${behind.join(", ")} events`,
        "the rate counts enqueueing and running, the processor time running alone",
      ],
    };
  },
};

async function once({ bench, rates, processor }: Side, jobs: number, settings: Record<string, string>): Promise<void> {
  bench.supervise();
  await bench.until("select from holdfast.leaders where expires_at > now()");
  const began = performance.now();
  await bench.enqueue("noop", jobs);
  const enqueueing = (performance.now() - began) / 1_000;
  const round = await bench.through(jobs, settings);
  rates.push(jobs / (enqueueing + jobs / round.perSecond));
  processor.push((Object.values(round.used).reduce((sum, seconds) => sum + seconds, 0) / jobs) * 1e6);
}

async function unsealedEvents(bench: BenchDatabase): Promise<number> {
  const text =
    "select count(*) as n from holdfast_ledger.events where xid >= (select coalesce(max(xid_to), 0) from holdfast_ledger.seals)";
  return (await bench.rows<{ n: number }>(text))[0]?.n ?? 0;
}

/** Seals what is left and recomputes all of it; fails on any fault, and when an event is under no seal. */
async function verify(bench: BenchDatabase): Promise<{ seals: number; events: number; seconds: number }> {
  await bench.rows("select holdfast_ledger.seal()");
  const began = performance.now();
  const faults = await bench.rows("select * from holdfast_ledger.verify()");
  const seconds = (performance.now() - began) / 1_000;
  if (faults.length > 0) throw new Error(`verify found ${JSON.stringify(faults.slice(0, 5))}`);
  const [counts] = await bench.rows<{ seals: number; sealed: number; events: number }>(
    `select count(*) as seals, sum(cardinality(seqs)) as sealed, (select count(*) from holdfast_ledger.events) as events
     from holdfast_ledger.seals`,
  );
  if (!counts || counts.sealed !== counts.events) throw new Error(`sealed: ${JSON.stringify(counts)}`);
  return { seals: counts.seals, events: counts.events, seconds };
}
