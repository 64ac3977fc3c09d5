import { setTimeout as delay } from "node:timers/promises";
import { readProcess } from "../../packages/runner/src/process/process-table.ts";
import type { Bench } from "./support/bench.ts";
import { BenchDatabase } from "./support/holdfast.ts";
import { WorkerProcess } from "./support/worker-process.ts";

/** What it costs to keep thousands of leases of one worker alive. */
export const heartbeats: Bench = {
  name: "heartbeats",
  async run(context) {
    const jobs = context.quick ? 500 : 5_000;
    const seconds = context.quick ? 10 : 60;
    await using bench = await BenchDatabase.open(context);
    await bench.enqueue("holds", jobs);
    const env = { HOLDFAST_DATABASE_URL: bench.workerUrl, BENCH_CONCURRENCY: String(jobs) };
    await using worker = await WorkerProcess.start("holdfast", env);
    await bench.until(`select from holdfast.leases having count(*) = ${jobs}`);
    await bench.until("select from holdfast.leases having min(heartbeat_at) > max(acquired_at)");
    const used = async () => {
      const backends = await bench.rows<{ pid: number }>(
        "select pid from pg_stat_activity where datname = current_database() and application_name = 'holdfast worker'",
      );
      const seconds = (pid: number) => readProcess(pid)?.cpuSeconds ?? 0;
      return { worker: seconds(worker.pid), postgres: backends.reduce((sum, { pid }) => sum + seconds(pid), 0) };
    };
    const before = await used();
    await delay(seconds * 1_000);
    const after = await used();
    const [late] = await bench.rows<{ late: number }>(
      "select count(*) as late from holdfast.leases where expires_at < now() + interval '8 s'",
    );
    const share = (from: number, to: number) => ((to - from) / seconds) * 100;
    return {
      title: `${jobs} running jobs on one worker, over ${seconds} s`,
      rows: [
        { what: "worker process", "% of one core": share(before.worker, after.worker) },
        { what: "its Postgres sessions", "% of one core": share(before.postgres, after.postgres) },
        { what: "leases closer than 8 s to their expiry", leases: late?.late ?? -1 },
      ],
      bar: "less than 5 % of one core",
    };
  },
};
