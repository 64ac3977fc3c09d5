import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTestCluster } from "@holdfast/testing";
import { FIELDS } from "../../apps/admin/app/pages/history/filter.ts";
import { PAGES } from "../../apps/admin/app/pages.ts";
import { quantile } from "../bench/support/statistics.ts";
import { table } from "../bench/support/table.ts";
import { ByHand } from "../journeys/support/by-hand.ts";
import { House } from "../journeys/support/house.ts";
import type { Visit } from "../journeys/support/visit.ts";
import { cases } from "./cases.ts";
import { seedHistory } from "./seed.ts";

// The admin app over a workspace with a million jobs: how long its server takes for every page and every filter of History,
// asked as the browser asks when it reads a page anew, and whether a page that reads itself anew for minutes grows.

const RESULTS = join(import.meta.dirname, "..", "..", ".holdfast", "scale");
const BAR_MS = 200;
const SHELL = "shell/shell";

const { values: options } = parseArgs({
  options: {
    jobs: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "30" },
    minutes: { type: "string", default: "10" },
    help: { type: "boolean", short: "h", default: false },
  },
});
const [jobs, rounds, minutes] = [options.jobs, options.rounds, options.minutes].map(Number) as [number, number, number];
if (options.help || !(jobs >= 1_000) || !(rounds >= 1) || !(minutes >= 0)) {
  console.log(
    "usage: node tests/scale/pages.ts [--jobs N] [--rounds N] [--minutes N]\n\nexample: node tests/scale/pages.ts --jobs 100000 --minutes 0",
  );
  process.exit(options.help ? 0 : 2);
}

const say = (line: string) => process.stderr.write(`  pages: ${line}\n`);

await using cluster = await startTestCluster();
await using house = await House.open({ cluster: cluster.info });
const workspace = (await house.sql.query("select id from holdfast.workspaces where slug = 'local'")).rows[0].id;
const started = performance.now();
await seedHistory({ superuserUrl: house.stack.databaseUrl("supabase_admin"), workspace, jobs });
say(`${jobs} jobs in ${((performance.now() - started) / 1_000).toFixed(0)} s`);

const rows = await measureLoaders();
console.log(`\nserver time, ${jobs} jobs in the workspace; milliseconds over ${rounds} calls\n\n${table(rows)}`);
console.log(`\nbar: ${BAR_MS} ms at p95`);
for (const row of rows.filter(({ p95 }) => p95 >= BAR_MS)) console.log(`over the bar: ${row.page}`);

const memory = minutes > 0 ? await measureMemory() : [];
if (memory.length > 0) {
  console.log(`\n${minutes} minutes of live refresh; MiB after a collection\n\n${table(memory)}`);
}
mkdirSync(RESULTS, { recursive: true });
writeFileSync(
  join(RESULTS, "pages.json"),
  `${JSON.stringify({ scale: "pages", at: new Date().toISOString(), jobs, rounds, rows, memory }, null, 2)}\n`,
);

async function measureLoaders() {
  const hand = await ByHand.as(house, house.stack.users.owner);
  const found = [];
  for (const [page, path, routes] of await addresses()) {
    const times: number[] = [];
    let first = 0;
    for (let round = 0; round <= rounds; round++) {
      const began = performance.now();
      const answers = await Promise.all(routes.map((route) => hand.get(`${path}_routes=${encodeURIComponent(route)}`)));
      const took = performance.now() - began;
      // An order by a figure, of more than the database orders: refused, and nothing to measure.
      if (answers.some(({ status }) => status === 422)) break;
      for (const { status } of answers) {
        if (status !== 200) throw new Error(`${path} was answered with ${status}\n${house.logs()}`);
      }
      if (round === 0) first = took;
      else times.push(took);
    }
    if (times.length === 0) continue;
    found.push({ page, first, p50: quantile(times, 0.5), p95: quantile(times, 0.95) });
    say(JSON.stringify(found.at(-1)));
  }
  return found;
}

/** A page's data: its address up to what is said of the routes, and its routes. The browser asks once for each of them. */
type Address = [page: string, path: string, routes: string[]];

/** Every page, a job's drawer, and every filter of History that its page offers. */
async function addresses(): Promise<Address[]> {
  const one = async (text: string) => Object.values((await house.sql.query(text)).rows[0])[0];
  const print = (order: string) =>
    one(
      `select fingerprint from holdfast.jobs where fingerprint is not null group by 1 order by count(*) ${order}, 1 limit 1`,
    );
  const job = Number(await one("select max(id) - 1000 from holdfast.jobs"));
  const known = {
    job,
    common: String(await print("desc")),
    rare: String(await print("asc")),
    person: `user:${house.stack.users.operator.id}`,
    idle: `user:${house.stack.users.viewer.id}`,
  };
  const filters = cases(known)
    .filter(({ filter }) => Object.keys(filter).every((field) => FIELDS.some((each) => each === field)))
    .map(({ what, filter, order }): Address => {
      const search = new URLSearchParams(
        Object.entries(filter).map(([field, value]): [string, string] => [
          field,
          field === "label" ? (Object.entries(value as object)[0] ?? []).join("=") : String(value),
        ]),
      );
      if (order) search.set("order", order);
      const page = `history, ${what}${order ? `, ${order}` : ""}`;
      return [page, `/w/local/history.data?${search}&`, [SHELL, "pages/history/history"]];
    });
  return [
    ...PAGES.map(
      ({ path, title, file }): Address => [
        title,
        path === "" ? "/w/local.data?" : `/w/local/${path}.data?`,
        [SHELL, file.replace(".tsx", "")],
      ],
    ),
    ["a job", `/w/local/history/${job}.data?`, [SHELL, "pages/history/history", "pages/history/job"]],
    ...filters,
  ];
}

/** The browser's heap of two pages that read themselves anew while jobs come and go, and the server's memory. */
async function measureMemory() {
  await using history = await house.as("owner");
  await using center = await house.as("owner");
  await history.open("history");
  await center.open("");
  const owner = await house.client();
  let busy = true;
  const work = (async () => {
    for (let n = 0; busy; n++) {
      await owner.enqueue("hello", { name: `visitor ${n}` });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  const found = [];
  for (let minute = 0; minute <= minutes; minute++) {
    found.push({ minute, history: await heap(history), "command center": await heap(center), server: serverMemory() });
    say(JSON.stringify(found.at(-1)));
    if (minute < minutes) await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  busy = false;
  await work;
  return found;
}

async function heap({ page }: Visit): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1_048_576;
}

/** Resident memory of the admin app's server. Nobody collects there: it goes up and down. */
function serverMemory(): number {
  const status = readFileSync(`/proc/${house.admin.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}
