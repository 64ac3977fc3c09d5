import { createTestDatabase } from "@holdfast/testing";
import type { Bench, Row } from "./support/bench.ts";
import { BenchDatabase } from "./support/holdfast.ts";
import { quantile } from "./support/statistics.ts";
import { WorkerProcess } from "./support/worker-process.ts";

const now = () => performance.timeOrigin + performance.now();

/** Time from sending the enqueue to the handler's start, on an idle worker, one job at a time. */
export const latency: Bench = {
  name: "latency",
  async run(context) {
    const samples = context.quick ? 50 : 500;
    await using ours = await BenchDatabase.open(context);
    await using alone = await createTestDatabase({ cluster: context.cluster });
    const env = { BENCH_EACH: "1" };
    await using holdfast = await WorkerProcess.start("holdfast", { ...env, HOLDFAST_DATABASE_URL: ours.workerUrl });
    await using graphile = await WorkerProcess.start("graphile", { ...env, HOLDFAST_DATABASE_URL: alone.url() });
    const ways = {
      "graphile-worker alone": () =>
        timeToStart(graphile, () => alone.pool().query(`select graphile_worker.add_job('noop', '{"job": 1}')`)),
      holdfast: () => timeToStart(holdfast, () => ours.rows("select id from holdfast.enqueue('local', 'noop')")),
    };
    const times = Object.fromEntries(Object.keys(ways).map((name) => [name, [] as number[]]));
    // One by one in turn, so that whatever else the machine does meets both.
    for (let n = -20; n < samples; n++) {
      for (const [name, once] of Object.entries(ways)) {
        const took = await once();
        if (n >= 0) times[name]?.push(took);
      }
    }
    const base = times["graphile-worker alone"] ?? [];
    const rows = Object.entries(times).map(([what, values]): Row => {
      const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)];
      const ratio = (share: number) => quantile(values, share) / quantile(base, share);
      return { what, "p50 ms": p50, "p99 ms": p99, "p50 ratio": ratio(0.5), "p99 ratio": ratio(0.99) };
    });
    return {
      title: `enqueue to handler start, idle, one at a time (${samples} samples each, in turn)`,
      rows,
      bar: "p50 at most 1.6 times, p99 at most 2 times graphile-worker alone",
    };
  },
};

async function timeToStart(worker: WorkerProcess, enqueue: () => Promise<unknown>): Promise<number> {
  const started = worker.hear<{ at: number }>("started");
  const sent = now();
  const [{ at }] = await Promise.all([started, enqueue()]);
  // Idle again: what follows a start (the finish) must not meet the next one.
  await new Promise((resolve) => setTimeout(resolve, 8));
  return at - sent;
}
