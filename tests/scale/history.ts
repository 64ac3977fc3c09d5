import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  act,
  asUser,
  createTestDatabase,
  startTestCluster,
  type TestDatabase,
  type TestWorkspace,
  workspace,
} from "@holdfast/testing";
import pg from "pg";
import { readProcess } from "../../packages/runner/src/process/process-table.ts";
import { quantile } from "../bench/support/statistics.ts";
import { table } from "../bench/support/table.ts";
import { type Case, cases } from "./cases.ts";
import { ANALYZE, seedHistory } from "./seed.ts";

// The history at a million jobs, a fifth of them in one workspace: every filter of match_jobs and count_jobs, asked as a
// signed-in member, and the acts on a thousand jobs. Figures are of the database alone: no Data API between. The processor
// time beside them is what they would be on a machine that nobody else uses.

const RESULTS = join(import.meta.dirname, "..", "..", ".holdfast", "scale");
const PAGE_BAR = 50;
const COUNT_BAR = 100;
const OTHERS = 40;

const { values: options } = parseArgs({
  options: {
    jobs: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "40" },
    only: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const jobs = Number(options.jobs);
const rounds = Number(options.rounds);
if (options.help || !Number.isInteger(jobs) || jobs < 1_000 || !Number.isInteger(rounds) || rounds < 1) {
  console.log("usage: pnpm scale [--jobs N] [--rounds N] [--only TEXT]\n\nexample: pnpm scale --jobs 100000");
  process.exit(options.help ? 0 : 2);
}

const say = (line: string) => process.stderr.write(`  history: ${line}\n`);

await using cluster = await startTestCluster();
await using db = await createTestDatabase({ cluster: cluster.info });
const big = await workspace(db, "big");
const runs = await seed(db, big);
const size = await one(db, "select pg_size_pretty(pg_total_relation_size('holdfast.jobs')) as v");
say(`${jobs} jobs, ${runs} runs; jobs with indexes: ${size}`);

const rows = await measureFilters(db, big);
console.log(
  `\nhistory: ${jobs} jobs, ${jobs / 5} in the workspace; milliseconds over ${rounds} calls\n\n${table(rows)}`,
);
console.log(`\nbar: a page under ${PAGE_BAR} ms and a count under ${COUNT_BAR} ms at p95`);
const slow = rows.filter((row) => Number(row["page p95"]) >= PAGE_BAR || Number(row["count p95"]) >= COUNT_BAR);
for (const row of slow) console.log(`over the bar: ${row.filter}, ${row.order}`);
const acts = options.only === undefined ? await measureActs(db, big) : [];
if (acts.length > 0) console.log(`\nacts on all that match (rolled back; people have 8,000 ms)\n\n${table(acts)}`);

mkdirSync(RESULTS, { recursive: true });
const machine = { cpus: cpus().length, model: cpus()[0]?.model, memory: totalmem(), node: process.version };
const record = { scale: "history", at: new Date().toISOString(), machine, jobs, runs, rounds, rows, acts };
writeFileSync(join(RESULTS, "history.json"), `${JSON.stringify(record, null, 2)}\n`);

async function seed(database: TestDatabase, { id }: TestWorkspace): Promise<number> {
  const { superuserUrl } = database;
  const started = performance.now();
  let made = await seedHistory({ superuserUrl, workspace: id, jobs: jobs / 5, analyze: false });
  say(`the workspace: ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  for (let n = 1; n <= OTHERS; n++) {
    const other = await workspace(database, `other-${n}`);
    made += await seedHistory({
      superuserUrl,
      workspace: other.id,
      jobs: Math.round((jobs * 0.8) / OTHERS),
      analyze: false,
    });
  }
  say(`all: ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  const client = await database.pool("supabase_admin").connect();
  await client.query(ANALYZE);
  client.release();
  return made;
}

async function one(database: TestDatabase, text: string, values: unknown[] = []): Promise<string> {
  const { rows } = await database.pool().query(text, values);
  return String(rows[0]?.v);
}

async function measureFilters(database: TestDatabase, { id, people }: TestWorkspace) {
  const print = (order: string) =>
    one(
      database,
      `select fingerprint as v from holdfast.jobs where workspace_id = $1 and fingerprint is not null group by 1 order by count(*) ${order}, 1 limit 1`,
      [id],
    );
  const known = {
    job: Number(await one(database, "select max(id) - 1000 as v from holdfast.jobs where workspace_id = $1", [id])),
    common: await print("desc"),
    rare: await print("asc"),
    person: `user:${people.operator}`,
    idle: `user:${people.viewer}`,
  };
  const rows = [];
  for (const each of cases(known)) {
    if (options.only !== undefined && !each.what.includes(options.only)) continue;
    rows.push(await asUser(people.viewer)(database, (client) => measure(client, id, each)));
    say(JSON.stringify(rows.at(-1)));
  }
  return rows;
}

async function measure(client: pg.PoolClient, id: string, { what, filter, order = "newest" }: Case) {
  const json = JSON.stringify(filter);
  const page = await timed(client, "select * from holdfast.match_jobs($1, $2, $3)", [id, json, order]);
  const count = await timed(client, "select holdfast.count_jobs($1, $2) as n", [id, json]);
  return {
    filter: what,
    order,
    matches: count.rows[0].n as number,
    rows: page.rows.length,
    "page first": page.first,
    "page p50": page.p50,
    "page p95": page.p95,
    "page cpu": page.cpu,
    "count p50": count.p50,
    "count p95": count.p95,
    "count cpu": count.cpu,
  };
}

/** Milliseconds of a query: its first call, the middle and the slow ones of the others, and the processor time of one. */
async function timed(client: pg.PoolClient, text: string, values: unknown[]) {
  const backend = (await client.query("select pg_backend_pid() as pid")).rows[0].pid as number;
  const call = async () => {
    const started = performance.now();
    const { rows } = await client.query(text, values);
    return { rows, took: performance.now() - started };
  };
  const first = await call();
  const before = readProcess(backend)?.cpuSeconds ?? 0;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push((await call()).took);
  const cpu = (((readProcess(backend)?.cpuSeconds ?? 0) - before) * 1_000) / rounds;
  return { rows: first.rows, first: first.took, p50: quantile(times, 0.5), p95: quantile(times, 0.95), cpu };
}

async function measureActs(database: TestDatabase, { id, slug, people }: TestWorkspace) {
  const ACTS: [verb: string, filter: object, limit: number][] = [
    ["cancel", { state: "queued", queue: "priority" }, 1000],
    ["retry", { state: "failed", class: "small" }, 1000],
    ["rerun", { kind: "task_20", state: "completed" }, 1000],
    ["retry", { state: "failed", class: "small" }, 10_000],
  ];
  const rows = [];
  for (const [verb, filter, limit] of ACTS) {
    // As many as there may be: the newest so many, by the time of the oldest of them.
    const found = await database
      .pool()
      .query(
        "select created_at::text as at from holdfast.find_jobs($1, $2, 'newest', null, $3) f join holdfast.jobs j on j.id = f order by j.created_at limit 1",
        [id, JSON.stringify(filter), limit],
      );
    const exact = { ...filter, after: found.rows[0].at };
    rows.push(
      await asUser(people.operator)(database, async (client) => {
        const started = performance.now();
        const preview = await client.query("select fits from holdfast.preview_jobs($1, $2, $3, $4)", [
          id,
          verb,
          JSON.stringify(exact),
          limit,
        ]);
        const previewed = performance.now();
        const { affected } = await act(client, {
          workspace: slug,
          verb,
          subject: "jobs",
          target: {},
          reason: "measured",
          params: { filter: exact, limit, expected: preview.rows[0].fits },
        }).catch(tooLong);
        return {
          act: verb,
          jobs: affected,
          "preview ms": previewed - started,
          "act ms": performance.now() - previewed,
        };
      }),
    );
    say(JSON.stringify(rows.at(-1)));
  }
  return rows;
}

/** An act that people's statement timeout has ended. */
function tooLong(error: unknown): { affected: string } {
  if (error instanceof pg.DatabaseError && error.code === "57014") return { affected: "none: timed out" };
  throw error;
}
