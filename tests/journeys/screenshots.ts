import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startTestCluster } from "@holdfast/testing";
import { PAGES } from "../../apps/admin/app/pages.ts";
import { Outage } from "../../packages/client/test/support/outage.ts";
import { House } from "./support/house.ts";
import type { Visit } from "./support/visit.ts";

// `pnpm screenshots`: every page, light, dark and on a phone, with data and empty, and what is seen when it is not there, not
// allowed, or when nobody answers. Into .holdfast/screenshots; somebody looks at them.

const FOLDER = join(import.meta.dirname, "../../.holdfast/screenshots");
const LOOKS = [
  ["light", { scheme: "light", width: "wide" }],
  ["dark", { scheme: "dark", width: "wide" }],
  ["phone", { scheme: "light", width: "narrow" }],
] as const;

mkdirSync(FOLDER, { recursive: true });
await using cluster = await startTestCluster();
let outage: Outage | undefined;
await using house = await House.open({
  cluster: cluster.info,
  apiUrl: async (stack) => {
    outage = await Outage.before(Number(new URL(stack.apiUrl).port));
    return outage.url;
  },
});
await shootAll("empty", []);
const jobs = await furnish();
await shootAll(
  "data",
  ["output", "command", "metadata", "resources"]
    .map((tab) => `history/${jobs.failed}/${tab}`)
    .concat(`history/${jobs.failed}`, `history/${jobs.running}`, "history/999999", "nowhere"),
);
{
  await using viewer = await house.as("viewer");
  for (const { path } of PAGES) await shoot(viewer, path, "viewer");
  await using stranger = await house.stranger();
  await stranger.page.goto("/sign-in");
  await stranger.ready();
  await stranger.page.screenshot({ path: join(FOLDER, "sign-in.png") });
  stranger.expectProblem(/./);
  viewer.expectProblem(/./);
  await viewer.open("");
  await outage?.begin();
  await viewer.page.getByRole("alert").first().waitFor();
  await viewer.page.screenshot({ path: join(FOLDER, "home-nobody-answers.png") });
}
await outage?.[Symbol.asyncDispose]();
console.log(`the pictures are in ${FOLDER}`);

async function shootAll(what: string, more: readonly string[]): Promise<void> {
  for (const [name, look] of LOOKS) {
    await using visit = await house.as("owner", look);
    visit.expectProblem(/404/);
    for (const path of [...PAGES.map((page) => page.path), ...more]) await shoot(visit, path, `${what}-${name}`);
  }
}

async function shoot(visit: Visit, path: string, what: string): Promise<void> {
  await visit.open(path);
  for (const waiting of ["Loading …", "Reading …"]) {
    await visit.page.getByText(waiting).first().waitFor({ state: "detached" });
  }
  await visit.page.screenshot({
    // A drawer is as high as the window.
    fullPage: !path.includes("/"),
    path: join(FOLDER, `${(path || "home").replaceAll("/", "-")}-${what}.png`),
  });
}

/** A morning after a night of work: things that ran, failed, wait for people, cost money. */
async function furnish(): Promise<{ failed: number; running: number }> {
  const owner = await house.client();
  const operator = await house.client("operator");
  await house.sql.query(
    "insert into holdfast.ventures (workspace_id, name, title) select id, 'atlas', 'Atlas' from holdfast.workspaces",
  );
  await house.sql.query(
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap, currency) select id, 'daily', 'workspace', 'day', 40, currency from holdfast.workspaces",
  );
  await house.sql.query(
    `insert into holdfast.profiles (workspace_id, name, program, args, parameter_schema, env, pty, description)
     select id, 'crawl', 'sh', '{-c,"echo crawling {{site}}; echo ::holdfast cost=0.42",--,"{{site}}"}', $1, '{PATH}', true, 'Reads a site, a page at a time.'
     from holdfast.workspaces`,
    [
      {
        type: "object",
        properties: { site: { type: "string", format: "uri", description: "Where to begin." } },
        required: ["site"],
        additionalProperties: false,
      },
    ],
  );
  for (const [place, site] of ["https://one.example", "https://two.example", "https://three.example"].entries()) {
    await owner.enqueue("crawl", { site }, { venture: "atlas", paid: true, estCost: 1 + place, name: `crawl ${site}` });
  }
  const failed = await house.command(
    'for i in $(seq 1 30); do echo "step $i of the build"; done; echo "error: module ./index was not found" >&2; exit 2',
    { name: "build the storefront" },
  );
  const running = await house.command(
    'i=0; while :; do i=$((i+1)); echo "page $i"; echo "::holdfast progress=0.$((i % 90 + 10)) message=\\"crawled $i pages\\""; sleep 0.5; done',
    { name: "crawl the catalogue" },
  );
  await owner.enqueueMany(
    Array.from({ length: 40 }, (_, n) => ({
      kind: "hello",
      payload: { name: `customer ${n}` },
      name: `greet customer ${n}`,
      venture: "atlas",
      labels: { tier: n % 3 ? "gold" : "silver" },
    })),
  );
  await owner.enqueueMany(
    Array.from({ length: 12 }, (_, n) => ({
      kind: "moody",
      payload: { needs: "/index" },
      name: `import shard ${n}`,
      maxAttempts: 1,
    })),
  );
  await house.until(
    "the imports failed",
    "select 1 from holdfast.jobs where kind = 'moody' and state = 'failed' having count(*) = 12",
  );
  for (const name of ["deploy to production", "mail 300 customers"]) {
    await operator.enqueue(
      "command",
      { argv: ["./release.sh", "--target", name] },
      { class: "approval_required", name, maxAttempts: 1, external: true },
    );
  }
  await operator.enqueue("hello", { name: "paid" }, { name: "generate 40 images", paid: true, estCost: 55 });
  const odd = await owner.enqueue(
    "hello",
    { name: "odd" },
    { name: "claims 99.999 % uptime", runAt: "2030-01-01T00:00:00Z" },
  );
  await owner.act("quarantine", "job", { job: odd.id }, { reason: "the claim is not verified" });
  await owner.act("open", "incident", {}, { reason: "mail is late", params: { subject: "queue:alert" } });
  await owner.act("pause", "queue", { queue: "report" }, { reason: "closing the quarter" });
  await owner.act("enable", "schedule", { schedule: "health_scan" });
  await operator.enqueue("hello", { name: "late" }, { queue: "report", name: "quarterly report" });
  await house.reach(failed, "failed");
  return { failed, running };
}
