import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { House, SKIPPED } from "./support/house.ts";

/** Presses a button that opens an act's dialog, gives the reason, and carries it out. */
async function act(
  page: Page,
  button: string,
  { reason, confirm }: { reason?: string; confirm: string | RegExp },
): Promise<Locator> {
  await page.getByRole("button", { name: button, exact: true }).click();
  const dialog = page.getByRole("dialog").filter({ has: page.getByRole("textbox", { name: /Reason/ }) });
  if (reason) await dialog.getByRole("textbox", { name: /Reason/ }).fill(reason);
  await dialog.getByRole("button", { name: confirm }).click();
  return dialog;
}

describe.skipIf(SKIPPED)("governance, by the people whose part it is", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  test("an approver reads exactly what will run and consents to it; nobody consents to their own request", async () => {
    const operator = await house.client("operator");
    const job = await operator.enqueue(
      "command",
      { argv: ["echo", "deployed"] },
      { class: "approval_required", name: "deploy", maxAttempts: 1 },
    );
    const { id } = await house.until<{ id: number }>(
      "it asks",
      "select id::int from holdfast.approvals where job_id = $1 and state = 'pending'",
      [job.id],
    );
    await using asker = await house.as("operator");
    await asker.open("approvals");
    const theirs = asker.page.getByRole("article", { name: `Approval ${id}` });
    await expect.poll(() => theirs.textContent()).toContain("You cannot decide about this");
    expect(await asker.page.getByRole("button", { name: `Approve approval ${id}` }).count()).toBe(0);

    await using approver = await house.as("approver", { width: "narrow" });
    await approver.open("approvals");
    const card = approver.page.getByRole("article", { name: `Approval ${id}` });
    await expect.poll(() => card.textContent()).toContain("echo deployed");
    const { rows } = await house.sql.query("select digest from holdfast.approvals where id = $1", [id]);
    expect(await card.textContent()).toContain(rows[0].digest.slice(0, 16));
    await act(approver.page, `Approve approval ${id}`, { confirm: "Approve" });
    await house.reach(job.id, "completed");
    await expect.poll(() => card.count()).toBe(0);
  });

  test("a request decided meanwhile by another person is said to be, and nothing is decided twice", async () => {
    const operator = await house.client("operator");
    const job = await operator.enqueue("hello", { name: "twice" }, { class: "approval_required" });
    const { id } = await house.until<{ id: number }>(
      "it asks",
      "select id::int from holdfast.approvals where job_id = $1 and state = 'pending'",
      [job.id],
    );
    await using approver = await house.as("approver");
    await approver.open("approvals");
    await approver.page.getByRole("button", { name: `Reject approval ${id}` }).click();
    const dialog = approver.page.getByRole("dialog").filter({ hasText: "Refuse consent" });
    await dialog.getByRole("textbox", { name: /Reason/ }).fill("not this week");
    await (await house.client("owner")).act("approve", "approval", { approval: id });
    await house.reach(job.id, "completed");
    await dialog.getByRole("button", { name: "Reject", exact: true }).click();
    await expect.poll(() => dialog.getByRole("alert").textContent()).toMatch(/nothing has changed/i);
    const { rows } = await house.sql.query("select decision from holdfast.approval_decisions where approval_id = $1", [
      id,
    ]);
    expect(rows).toEqual([{ decision: "grant" }]);
  });

  test("a stop that one person engages is released by another, and holds what it covers in between", async () => {
    await using operator = await house.as("operator");
    const { page } = operator;
    await operator.open("history");
    await page.getByRole("banner").getByRole("button", { name: "Stop" }).click();
    const dialog = page.getByRole("dialog", { name: "Emergency stop" });
    await dialog.getByText(/Now it would hold \d+ waiting and leave alone \d+ running jobs/).waitFor();
    await dialog.getByRole("textbox", { name: /Reason/ }).fill("the agents mail customers");
    await dialog.getByRole("button", { name: "Engage stop" }).click();
    await page.getByRole("status").filter({ hasText: "the agents mail customers" }).waitFor();
    const { id } = await house.until<{ id: number }>(
      "it is engaged",
      "select id::int from holdfast.emergency_stops where released_at is null",
    );
    const held = await (await house.client("owner")).enqueue("hello", { name: "held" });
    await operator.open(`history/${held.id}`);
    await expect
      .poll(() => page.getByRole("dialog").textContent())
      .toContain("an emergency stop holds it: the agents mail customers (engaged by operator@holdfast.test)");
    await operator.open("safety");
    expect(await page.getByRole("button", { name: `Release stop ${id}` }).count()).toBe(0);

    await using approver = await house.as("approver");
    await approver.open("safety");
    await act(approver.page, `Release stop ${id}`, { reason: "the template is fixed", confirm: "Release" });
    await house.reach(held.id, "completed");
    await approver.page.getByText("No emergency stop is engaged").waitFor();
  });

  test("1,000 dead letters are redriven with a preview and a report", { timeout: 180_000 }, async () => {
    const owner = await house.client("owner");
    await owner.enqueueMany(
      Array.from({ length: 1_000 }, (_, n) => ({
        kind: "moody",
        payload: { needs: "/nowhere" },
        name: `import ${n}`,
        maxAttempts: 1,
      })),
    );
    await house.until(
      "all have failed for good",
      "select 1 from holdfast.dead_letters where kind = 'moody' and state = 'open' having count(*) = 1000",
    );
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open("reviews?kind=moody");
    await page
      .getByRole("button", { name: /^Redrive / })
      .first()
      .click();
    const dialog = page.getByRole("dialog", { name: "Redrive dead letters" });
    await dialog.locator("[data-matched='1000']").waitFor();
    await dialog.getByRole("textbox", { name: /Reason/ }).fill("the disk is free again");
    await dialog.getByRole("button", { name: /Redrive 1.000 jobs/ }).click();
    await expect.poll(() => dialog.locator("[data-report='given another attempt']").textContent()).toMatch(/^1.000$/);
    const { rows } = await house.sql.query(
      "select count(*)::int as n from holdfast.dead_letters where kind = 'moody' and state = 'redriven'",
    );
    expect(rows[0].n).toBe(1000);
  });

  test("a schedule is enabled by an operator's wish and an approver's consent, and its next windows are shown", async () => {
    await using operator = await house.as("operator");
    await operator.open("schedules");
    await act(operator.page, "Enable schedule noaerth_scan", { confirm: "Enable" });
    const { id } = await house.until<{ id: number }>(
      "it asks",
      "select id::int from holdfast.approvals where schedule = 'noaerth_scan' and state = 'pending'",
    );
    await using approver = await house.as("approver");
    await approver.open("approvals");
    await act(approver.page, `Approve approval ${id}`, { confirm: "Approve" });
    const { windows } = await house.until<{ windows: Date[] }>(
      "it is stepped",
      "select next_windows as windows from holdfast.schedules where name = 'noaerth_scan' and enabled and cardinality(next_windows) = 3",
    );
    const card = operator.page.locator("#noaerth_scan");
    await expect.poll(() => card.textContent()).toContain("LIVE");
    // 0 7 * * *, in UTC.
    expect(windows.map((at) => at.toISOString().slice(11))).toEqual(Array(3).fill("07:00:00.000Z"));
    await expect.poll(async () => (await card.textContent())?.match(/07:00/g)?.length ?? 0).toBeGreaterThanOrEqual(3);
  });

  test("the ledger is verified and exported from its page", async () => {
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open("ledger");
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.locator("[data-verified='true']").waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export these" }).click();
    const lines = readFileSync(await (await download).path(), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ type: "end", events: lines.length - 1 });
    expect(lines.some((line) => line.action === "stop.engage")).toBe(true);
  });
});
