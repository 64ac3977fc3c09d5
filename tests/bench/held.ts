import type { Bench } from "./support/bench.ts";
import { BenchDatabase } from "./support/holdfast.ts";
import type { Round } from "./support/one-worker.ts";
import { quantile, summarise } from "./support/statistics.ts";

const TICKS = 40;

/** What jobs held in a paused queue cost another queue: its throughput, and the tick that lets due jobs go. */
export const held: Bench = {
  name: "held",
  async run(context) {
    const waiting = context.quick ? 5_000 : 100_000;
    const jobs = context.quick ? 2_000 : 20_000;
    const settings = { BENCH_CONCURRENCY: "1000", BENCH_LOCAL_QUEUE: "1000" };
    await using empty = await BenchDatabase.open(context, { supervised: false });
    await using full = await BenchDatabase.open(context, { supervised: false });
    await full.rows(
      "update holdfast.queues set paused_at = now(), paused_by = 'sql:bench', paused_reason = 'a benchmark' where name = 'report'",
    );
    await full.enqueue("holds", waiting, {}, "report");
    const [count] = await full.rows<{ n: number }>(
      "select count(*) as n from holdfast.jobs where state = 'queued' and held_by = '{queue_paused}'",
    );
    if (count?.n !== waiting) throw new Error(`${count?.n} of ${waiting} jobs are held`);

    const sides = [
      { what: "nothing held", bench: empty, rounds: [] as Round[], ticks: [] as number[] },
      { what: `${waiting} held`, bench: full, rounds: [] as Round[], ticks: [] as number[] },
    ];
    for (let round = 1; round <= context.rounds; round++) {
      // Who comes first changes, so that neither always finds the machine warm.
      for (const side of round % 2 ? sides : sides.toReversed()) {
        side.bench.supervise();
        await side.bench.enqueue("noop", jobs);
        side.rounds.push(await side.bench.through(jobs, settings));
        await side.bench.leaveAlone();
      }
      for (const { bench } of sides) await bench.rows("vacuum analyze holdfast.jobs, graphile_worker._private_jobs");
      for (let tick = 0; tick < TICKS; tick++) {
        for (const side of tick % 2 ? sides : sides.toReversed()) side.ticks.push(await promote(side.bench));
      }
      context.say(`round ${round}: ${sides.map((side) => `${side.rounds.at(-1)?.perSecond.toFixed(0)}/s`).join(", ")}`);
    }
    const [base] = sides.map(figures);
    return {
      title: `${jobs} no-op jobs of another queue beside ${waiting} held in a paused one (${context.rounds} alternated rounds)`,
      rows: sides.map((side) => {
        const mine = figures(side);
        return {
          what: side.what,
          "jobs/s (median)": mine.rate,
          spread: `${(mine.spread * 100).toFixed(0)} %`,
          ratio: mine.rate / (base?.rate ?? 0),
          "processor µs/job": mine.processor,
          "of nothing held": mine.processor / (base?.processor ?? 0),
          "tick ms (median)": mine.tick,
          "tick ratio": mine.tick / (base?.tick ?? 0),
        };
      }),
      bar: "throughput and tick change by less than 10 %",
      notes: [
        `the tick is the promote duty with nothing to do, ${TICKS} times a round in turns`,
        "one supervisor at a time, for the database that is measured",
      ],
    };

    function figures({ rounds, ticks }: (typeof sides)[number]) {
      const { median, spread } = summarise(rounds.map((round) => round.perSecond));
      const used = rounds.map((round) => Object.values(round.used).reduce((sum, seconds) => sum + seconds, 0));
      return { rate: median, spread, processor: (quantile(used, 0.5) / jobs) * 1e6, tick: quantile(ticks, 0.5) };
    }
  },
};

async function promote(bench: BenchDatabase): Promise<number> {
  const began = performance.now();
  await bench.rows("select holdfast_private.promote()");
  return performance.now() - began;
}
