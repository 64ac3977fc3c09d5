import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peakResidentBytes } from "../../packages/runner/src/process/process-table.ts";
import type { Bench } from "./support/bench.ts";
import { BenchDatabase } from "./support/holdfast.ts";
import { summarise } from "./support/statistics.ts";
import { WorkerProcess } from "./support/worker-process.ts";

/** One command that writes as fast as it can, through redaction into Postgres. */
export const output: Bench = {
  name: "output",
  async run(context) {
    const bytes = (context.quick ? 20 : 200) * 2 ** 20;
    const argv = ["sh", "-c", "seq 100000000 999999999 | head -c $1", "sh", String(bytes)];
    const expected = await hashOf(argv);
    const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
    const rates: number[] = [];
    let peak = 0;
    try {
      for (let round = 1; round <= (context.quick ? 1 : 3); round++) {
        await using bench = await BenchDatabase.open(context);
        const env = { HOLDFAST_DATABASE_URL: bench.workerUrl, HOLDFAST_STATE: join(folder, String(round)) };
        // Two secrets that never occur: every byte is looked at, none is replaced.
        const secrets = { BENCH_TOKEN: "a-token-that-never-occurs", BENCH_PASSWORD: "correct horse battery staple" };
        await using _worker = await WorkerProcess.start("holdfast", { ...env, ...secrets });
        await bench.enqueue("command", 1, { argv, env: Object.keys(secrets) });
        await bench.until("select from holdfast.runs where runner_pid is not null");
        const [{ pid } = { pid: 0 }] = await bench.rows<{ pid: number }>("select runner_pid as pid from holdfast.runs");
        const look = setInterval(() => {
          peak = Math.max(peak, peakResidentBytes(pid));
        }, 20);
        await bench.until("select from holdfast.jobs where finished_at is not null");
        clearInterval(look);
        const [run] = await bench.rows<{ id: number; outcome: string; seconds: number }>(
          "select id, outcome, extract(epoch from finished_at - started_at) as seconds from holdfast.runs",
        );
        if (run?.outcome !== "completed") throw new Error(`the command ended as ${run?.outcome}`);
        if ((await storedHash(bench, run.id)) !== expected)
          throw new Error("the stored output differs from the command's");
        rates.push(bytes / 2 ** 20 / run.seconds);
        context.say(`round ${round}: ${rates.at(-1)?.toFixed(1)} MB/s`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const { median, least, most } = summarise(rates);
    return {
      title: `one command that writes ${bytes / 2 ** 20} MB (${rates.length} rounds)`,
      rows: [{ what: "lease to finish", "MB/s (median)": median, least, most, "runner's peak MB": peak / 2 ** 20 }],
      bar: "at least 20 MB/s, no byte lost (compared by sha-256), memory flat",
    };
  },
};

function hashOf([program = "", ...args]: string[]): Promise<string> {
  const hash = createHash("sha256");
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  child.stdout.on("data", (chunk) => hash.update(chunk));
  return new Promise((resolve) => child.on("close", () => resolve(hash.digest("hex"))));
}

async function storedHash(bench: BenchDatabase, run: number): Promise<string> {
  const hash = createHash("sha256");
  const page =
    "select byte_offset, data from holdfast.run_output where run_id = $1 and stream = 'stdout' and byte_offset >= $2 order by byte_offset limit 40";
  for (let next = 0; ; ) {
    const rows = await bench.rows<{ byte_offset: number; data: Buffer }>(page, [run, next]);
    if (rows.length === 0) return hash.digest("hex");
    for (const { byte_offset, data } of rows) {
      if (byte_offset !== next) throw new Error(`byte ${next} is missing`);
      hash.update(data);
      next += data.length;
    }
  }
}
