import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peakResidentBytes, readProcess } from "../../packages/runner/src/process/process-table.ts";
import type { Bench } from "./support/bench.ts";
import { BenchDatabase } from "./support/holdfast.ts";
import { quantile } from "./support/statistics.ts";
import { WorkerProcess } from "./support/worker-process.ts";

const AT_ONCE = 4;

/** What a durable command costs over spawning the same program directly, and what its runner weighs. */
export const commands: Bench = {
  name: "commands",
  async run(context) {
    const count = context.quick ? 20 : 200;
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
    try {
      const direct = await spawnDirectly(count);
      await using bench = await BenchDatabase.open(context);
      await bench.enqueue("command", count, { argv: ["true"] });
      const env = { HOLDFAST_DATABASE_URL: bench.workerUrl, HOLDFAST_STATE: folder, BENCH_COMMANDS: String(AT_ONCE) };
      const began = performance.now();
      await using _worker = await WorkerProcess.start("holdfast", env);
      await bench.until(`select where not exists (select from holdfast.jobs where finished_at is null)`);
      const wall = performance.now() - began;
      const runs = await bench.rows<{ ms: number; outcome: string }>(
        "select extract(epoch from finished_at - started_at) * 1000 as ms, outcome from holdfast.runs",
      );
      if (runs.length !== count || runs.some((run) => run.outcome !== "completed"))
        throw new Error("not every command completed");
      const through = runs.map((run) => run.ms);
      const memory = await runnerMemory(bench);
      return {
        title: `${count} times \`true\`, ${AT_ONCE} at a time`,
        rows: [
          row("spawned directly", direct.each, direct.wall, count),
          row("holdfast: lease to finish", through, wall, count),
          { what: "overhead p50", "p50 ms": quantile(through, 0.5) - quantile(direct.each, 0.5) },
          { what: "runner, idle", "resident MB": memory.resident, "peak MB": memory.peak },
        ],
        bar: "overhead p50 at most 90 ms, runner at most 64 MB",
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function row(what: string, each: number[], wall: number, count: number) {
  return { what, "p50 ms": quantile(each, 0.5), "p95 ms": quantile(each, 0.95), "commands/s": (count / wall) * 1000 };
}

async function spawnDirectly(count: number): Promise<{ each: number[]; wall: number }> {
  const each: number[] = [];
  let left = count;
  const began = performance.now();
  const place = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await once(spawn("true", { stdio: ["ignore", "pipe", "pipe"] }), "close");
      each.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, place));
  return { each, wall: performance.now() - began };
}

async function runnerMemory(bench: BenchDatabase): Promise<{ resident: number; peak: number }> {
  // After its first heartbeats it has everything loaded that it will ever need.
  await bench.enqueue("command", 1, { argv: ["sleep", "12"] });
  await bench.until("select from holdfast.leases where heartbeat_at > acquired_at + interval '9 s'");
  const [run] = await bench.rows<{ pid: number }>("select runner_pid as pid from holdfast.runs where outcome is null");
  const pid = run?.pid ?? 0;
  const memory = { resident: (readProcess(pid)?.residentBytes ?? 0) / 2 ** 20, peak: peakResidentBytes(pid) / 2 ** 20 };
  await bench.until("select where not exists (select from holdfast.leases)");
  return memory;
}
