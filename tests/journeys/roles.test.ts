import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthUser } from "../../packages/local/src/index.ts";
import { ByHand } from "./support/by-hand.ts";
import { House, SKIPPED, type Who } from "./support/house.ts";
import type { Visit } from "./support/visit.ts";

const ROLES: readonly Who[] = ["viewer", "operator", "approver", "owner"];

/** Where each subject's buttons are, and how a button is called that is not called by its verb. */
const PLACES: readonly { path: string; subjects: readonly string[]; labels?: Record<string, string> }[] = [
  { path: "queues", subjects: ["queue", "lane"] },
  { path: "workers", subjects: ["worker"] },
  { path: "schedules", subjects: ["schedule"], labels: { run: "Run now" } },
  { path: "approvals", subjects: ["approval"] },
  { path: "costs", subjects: ["budget"] },
  { path: "incidents", subjects: ["incident"] },
];

describe.skipIf(SKIPPED)("each role", () => {
  let house: House;
  let failed: number;
  let waiting: number;
  let running: number;
  beforeAll(async () => {
    house = await House.open();
    const owner = await house.client();
    failed = await house.command("echo reading; echo 'cannot read ./index' >&2; exit 3", { name: "a build" });
    await house.reach(failed, "failed");
    running = await house.command("sleep 600", { name: "runs" });
    await house.reach(running, "running");
    waiting = (await owner.enqueue("hello", { name: "later" }, { runAt: "2030-01-01T00:00:00Z" })).id;
    await (await house.client("operator")).enqueue("hello", { name: "x" }, { class: "approval_required" });
    await owner.act("open", "incident", {}, { reason: "mail is late", params: { subject: "queue:alert" } });
    await house.sql.query(
      "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'daily', 'workspace', 'day', 2 from holdfast.workspaces where slug = 'local'",
    );
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  /** The names of the buttons there that act on something. */
  async function buttons(visit: Visit, about: RegExp): Promise<string[]> {
    const names = await visit.page
      .getByRole("button", { name: about })
      .evaluateAll((found) => found.map((each) => each.getAttribute("aria-label") ?? each.textContent ?? ""));
    // A runbook has a button for each of its steps: one act.
    return [...new Set(names.map((name) => name.replace(/^Tick off .*, incident/, "Tick incident")))].sort();
  }

  test.each(ROLES)(
    "%s sees a button for everything that is allowed, and for nothing else",
    {
      timeout: 120_000,
    },
    async (who) => {
      const holdfast = await house.client(who);
      await using visit = await house.as(who);
      const { rows: workers } = await house.sql.query<{ id: string; name: string }>(
        "select id::text, name from holdfast.workers",
      );
      const called = new Map(workers.map(({ id, name }) => [`worker ${id}`, `worker ${name}`]));
      const capital = (verb: string) => verb.charAt(0).toUpperCase() + verb.slice(1);
      for (const job of [failed, running, waiting]) {
        const allowed = await holdfast.data.read<{ verb: string }[]>((db) =>
          db.from("allowed_actions").select("verb").eq("job_id", job),
        );
        await visit.open(`history/${job}`);
        await visit.page.getByRole("dialog").waitFor();
        const expected = allowed.map(({ verb }) => `${capital(verb)} job ${job}`).sort();
        await expect
          .poll(() => buttons(visit, new RegExp(` job ${job}$`)), { message: `job ${job}` })
          .toEqual(expected);
      }
      for (const { path, subjects, labels = {} } of PLACES) {
        const allowed = await holdfast.data.read<{ verb: string; subject: string; target: string }[]>((db) =>
          db.from("subject_actions").select("verb, subject, target").in("subject", subjects).neq("target", ""),
        );
        await visit.open(path);
        const expected = allowed
          .map(({ verb, subject, target }) => {
            const about = `${subject} ${target}`;
            return `${labels[verb] ?? capital(verb)} ${called.get(about) ?? about}`;
          })
          .sort();
        const about = new RegExp(` (${subjects.join("|")}) [\\w:.-]+$`);
        await expect.poll(() => buttons(visit, about), { message: path }).toEqual(expected);
      }
      const { rows } = await house.sql.query(
        "select r.rank >= l.rank as may from holdfast.verbs v join holdfast.roles l on l.role = v.least_role, holdfast.roles r where v.verb = 'engage' and v.subject = 'stop' and r.role = $1",
        [who === "owner" ? "admin" : who],
      );
      const stop = visit.page.getByRole("banner").getByRole("button", { name: "Stop" });
      expect(await stop.count()).toBe(rows[0].may ? 1 : 0);
    },
  );

  test("viewer has no act anywhere; the others have more the more they may", async () => {
    const counts = await Promise.all(
      ROLES.map(async (who) => {
        const holdfast = await house.client(who);
        const rows = await holdfast.data.read<unknown[]>((db) => db.from("subject_actions").select("verb"));
        return rows.length;
      }),
    );
    expect(counts[0]).toBe(0);
    expect([...counts].sort((a, b) => a - b)).toEqual(counts);
    expect(new Set(counts).size).toBeGreaterThan(2);
  });

  test("a failed command's last words stand where its failure is told", async () => {
    await using visit = await house.as("viewer");
    await visit.open(`history/${failed}`);
    const words = visit.page.getByRole("group", { name: "The end of its output" });
    await expect.poll(() => words.textContent()).toBe("cannot read ./index");
  });

  test("an operator pauses a queue with a reason, and resumes it", async () => {
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open("queues");
    await page.getByRole("button", { name: "Pause queue report" }).click();
    const dialog = page.getByRole("dialog", { name: "Pause queue report" });
    await dialog.getByRole("textbox", { name: /Reason/ }).fill("closing the books");
    await dialog.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("button", { name: "Resume queue report" }).waitFor();
    expect(await page.locator("#row-queue-report").textContent()).toContain("closing the books");
    await page.getByRole("button", { name: "Resume queue report" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("button", { name: "Pause queue report" }).waitFor();
  });

  test("money: an operator asks for a higher cap, an approver consents, and what waited for it runs", async () => {
    const holdfast = await house.client("operator");
    const job = await holdfast.enqueue("hello", { name: "paid" }, { paid: true, estCost: 5, name: "images" });
    await using operator = await house.as("operator");
    await operator.open(`history/${job.id}`);
    await expect.poll(() => operator.page.getByRole("dialog").textContent()).toMatch(/budget daily.*needs 5\.00/);
    await operator.open("costs");
    await operator.page.getByRole("button", { name: "Raise budget daily" }).click();
    const dialog = operator.page.getByRole("dialog", { name: "Raise budget daily" });
    await dialog.getByRole("textbox", { name: /New cap/ }).fill("20");
    await dialog.getByRole("textbox", { name: /Reason/ }).fill("the images are worth it");
    await dialog.getByRole("button", { name: "Raise", exact: true }).click();
    const { id } = await house.until<{ id: number }>(
      "it asks",
      "select id::int from holdfast.approvals where purpose = 'raise' and state = 'pending'",
    );
    const { rows } = await house.sql.query("select cap::float from holdfast.budgets where name = 'daily'");
    expect(rows).toEqual([{ cap: 2 }]);
    await using approver = await house.as("approver");
    await approver.open("approvals");
    const card = approver.page.getByRole("article", { name: `Approval ${id}` });
    expect(await card.textContent()).toContain("20");
    await approver.page.getByRole("button", { name: `Approve approval ${id}` }).click();
    await approver.page.getByRole("dialog").getByRole("button", { name: "Approve", exact: true }).click();
    await house.reach(job.id, "completed");
    await operator.open("costs");
    expect(await operator.page.locator("main").textContent()).toContain("of 20.00 USD");
  });

  test("an altered event is named by the ledger's page", async () => {
    // Once its transactions are over, a seal takes them.
    await house.until("it is sealed", "select from holdfast_ledger.seals where array_length(seqs, 1) > 0");
    await using visit = await house.as("operator");
    await visit.open("ledger");
    const client = await house.sql.connect();
    const { rows } = await client.query(
      "select seqs[1]::int as seq from holdfast_ledger.seals where seqs <> '{}' limit 1",
    );
    const { seq } = rows[0];
    try {
      await client.query("begin; set local role holdfast_ledger");
      await client.query("alter table holdfast_ledger.events disable trigger user");
      await client.query("update holdfast_ledger.events set actor = 'nobody' where seq = $1", [seq]);
      await client.query("alter table holdfast_ledger.events enable trigger user");
      await client.query("commit");
    } finally {
      // Not to be used by anybody else after a transaction that may have stayed open.
      client.release(true);
    }
    await visit.page.getByRole("button", { name: "Verify now" }).click();
    await visit.page.locator("[data-verified='false']").waitFor();
    await expect.poll(() => visit.page.locator("main").textContent()).toContain(`event ${seq}: event altered`);
  });

  test("a viewer who posts the pages' own forms by hand changes nothing", async () => {
    const counted = async () =>
      (
        await house.sql.query(
          "select (select count(*) from holdfast.jobs where kind in ('hello', 'ledger_verify')) as jobs, (select count(*) from holdfast.schedules) as schedules, (select count(*) from holdfast.budgets) as budgets, (select count(*) from holdfast.saved_views) as views",
        )
      ).rows[0];
    const before = await counted();
    const viewer = await ByHand.as(house, house.stack.users.viewer);
    const forms: [string, Record<string, string>][] = [
      ["profiles", { kind: "hello", payload: '{"name":"me"}', name: "" }],
      ["ledger", {}],
      [
        "schedules",
        { name: "mine", cron: "* * * * *", time_zone: "UTC", kind: "hello", payload: '{"name":"me"}', overlap: "skip" },
      ],
      ["costs", { name: "mine", scope: "workspace", period: "day", cap: "1000", on_breach: "hold" }],
    ];
    for (const [path, form] of forms) {
      const { status, body } = await viewer.post(`/w/local/${path}.data`, form);
      expect(status, path).toBeLessThan(500);
      expect(body, path).toMatch(/may not|permitted/i);
    }
    expect(await counted()).toEqual(before);
  });

  test("somebody who belongs to no workspace is told so, and sees nothing", async () => {
    const client = await house.sql.connect();
    const person = { id: crypto.randomUUID(), email: "nobody@holdfast.test", password: "member of nothing" };
    await createAuthUser(client, person).finally(() => client.release());
    await using visit = await house.stranger();
    const { page } = visit;
    await visit.signIn(person, /:\d+\/$/);
    await page.getByRole("heading", { level: 1, name: "No workspace" }).waitFor();
    visit.expectProblem(/404/);
    await page.goto("/w/local/queues");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Not here");
  });
});
