import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTestCluster } from "@holdfast/testing";
import { commands } from "./commands.ts";
import { enqueue } from "./enqueue.ts";
import { heartbeats } from "./heartbeats.ts";
import { held } from "./held.ts";
import { latency } from "./latency.ts";
import { ledger } from "./ledger.ts";
import { output } from "./output.ts";
import type { Bench } from "./support/bench.ts";
import { table } from "./support/table.ts";
import { throughput } from "./throughput.ts";

const BENCHES: Bench[] = [throughput, enqueue, latency, commands, heartbeats, output, held, ledger];
const RESULTS = join(import.meta.dirname, "..", "..", ".holdfast", "bench");

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const unknown = names.filter((name) => !BENCHES.some((bench) => bench.name === name));
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
if (options.help || unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  const list = BENCHES.map((bench) => bench.name).join(", ");
  if (unknown.length > 0) console.error(`there is no benchmark ${unknown.join(", ")}`);
  if (!(rounds >= 1)) console.error("--rounds must be a whole number of 1 or more");
  console.log(
    `usage: pnpm bench [NAME...] [--quick] [--rounds N]\n\nbenchmarks: ${list}\nexample: pnpm bench throughput --rounds 7`,
  );
  process.exit(options.help ? 0 : 2);
}

mkdirSync(RESULTS, { recursive: true });
await using cluster = await startTestCluster();
const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem(), node: process.version };
for (const bench of BENCHES) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  const say = (line: string) => process.stderr.write(`  ${bench.name}: ${line}\n`);
  const result = await bench.run({ cluster: cluster.info, quick: options.quick, rounds, say });
  console.log(`\n${result.title}\n\n${table(result.rows)}\n\nbar: ${result.bar}`);
  for (const note of result.notes ?? []) console.log(`note: ${note}`);
  const record = { bench: bench.name, at: new Date().toISOString(), quick: options.quick, machine, ...result };
  writeFileSync(join(RESULTS, `${bench.name}.json`), `${JSON.stringify(record, null, 2)}\n`);
}
