import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { House, SKIPPED } from "./support/house.ts";

describe.skipIf(SKIPPED)("History", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open();
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  test("a failed job is found by its fingerprint, read, retried, and seen to finish", async () => {
    const needs = join(house.stack.stateDir, "index");
    const holdfast = await house.client("operator");
    const job = await holdfast.enqueue("moody", { needs }, { name: "rebuild the index", maxAttempts: 1 });
    const other = await holdfast.enqueue("hello", { name: "somebody else" });
    await house.reach(job.id, "failed");
    await house.reach(other.id, "completed");
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open("history?state=failed");
    await page.getByRole("link", { name: `${job.id} rebuild the index` }).click();
    const drawer = page.getByRole("dialog");
    await expect.poll(() => drawer.textContent()).toContain("the index is missing");
    await drawer.getByRole("link", { name: /All that failed alike/ }).click();
    await page.waitForURL(/history\?fingerprint=[0-9a-f]+$/);
    await expect.poll(() => page.locator("tr[data-row]").count()).toBe(1);
    expect(await page.getByRole("region", { name: "Jobs" }).textContent()).toContain("rebuild the index");

    writeFileSync(needs, "here");
    await page.getByRole("link", { name: `${job.id} rebuild the index` }).click();
    await drawer.getByRole("button", { name: `Retry job ${job.id}` }).click();
    const dialog = page.getByRole("dialog", { name: `Retry job ${job.id}` });
    await dialog.getByRole("textbox").fill("the index is back");
    await dialog.getByRole("button", { name: "Retry" }).click();
    // Nobody touches the page from here on: it is read anew by itself.
    await expect.poll(() => drawer.locator("[data-state=completed]").count()).toBeGreaterThan(0);
    expect(await drawer.textContent()).toContain("the index is back");
    await page.getByRole("tab", { name: "Metadata" }).click();
    await expect.poll(() => drawer.getByRole("region", { name: "Result as JSON" }).textContent()).toContain(needs);
  });

  test("a queued job says in words why it waits", async () => {
    const owner = await house.client();
    await owner.act("pause", "queue", { queue: "report" }, { reason: "the quarter is being closed" });
    const held = await owner.enqueue("hello", { name: "later" }, { queue: "report" });
    await using visit = await house.as("viewer");
    await visit.open(`history/${held.id}`);
    const drawer = visit.page.getByRole("dialog");
    await expect
      .poll(() => drawer.getByRole("alert").textContent())
      .toContain("queue report is paused by owner@holdfast.test: the quarter is being closed");
    expect(await drawer.getByRole("button", { name: /Cancel job/ }).count()).toBe(0);
    await owner.act("resume", "queue", { queue: "report" });
    await expect.poll(() => drawer.locator("[data-state=completed]").count()).toBeGreaterThan(0);
  });

  test("an act on a job that has moved on is refused in words, and the page shows what is so now", async () => {
    const owner = await house.client();
    await owner.act("pause", "queue", { queue: "report" }, { reason: "to make it wait" });
    const job = await owner.enqueue("hello", { name: "stale" }, { queue: "report" });
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open(`history/${job.id}`);
    await page.getByRole("button", { name: `Cancel job ${job.id}` }).click();
    const dialog = page.getByRole("dialog", { name: `Cancel job ${job.id}` });
    await dialog.getByRole("textbox").fill("no longer wanted");
    await owner.act("resume", "queue", { queue: "report" });
    await house.reach(job.id, "completed");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect
      .poll(() => dialog.getByRole("alert").textContent())
      .toContain(`Job ${job.id} is completed: it cannot be the subject of cancel.`);
    await dialog.getByRole("button", { name: "Leave it" }).click();
    await expect.poll(() => page.getByRole("dialog").locator("[data-state=completed]").count()).toBeGreaterThan(0);
  });

  test("rows keep their place under the pointer while new jobs arrive, and say how many they are", async () => {
    const owner = await house.client();
    await owner.enqueueMany(Array.from({ length: 5 }, (_, n) => ({ kind: "hello", payload: { name: `before ${n}` } })));
    await using visit = await house.as("viewer");
    const { page } = visit;
    await visit.open("history?kind=hello");
    const rows = page.locator("tr[data-row]");
    const ids = () => rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-row")));
    const before = await ids();
    await rows.nth(2).hover();
    await owner.enqueueMany(Array.from({ length: 3 }, (_, n) => ({ kind: "hello", payload: { name: `after ${n}` } })));
    const show = page.getByRole("button", { name: "3 newer jobs: show" });
    await show.waitFor();
    expect(await ids()).toEqual(before);
    await show.click();
    await expect.poll(async () => (await ids()).length).toBe(before.length + 3);
  });

  test("all jobs that match are canceled at once: counted before, with a reason, and reported", async () => {
    const owner = await house.client();
    await owner.act("pause", "queue", { queue: "report" }, { reason: "to make them wait" });
    const names = Array.from({ length: 130 }, (_, n) => ({
      kind: "hello",
      payload: { name: `${n}` },
      queue: "report",
      name: `batch ${n}`,
    }));
    await owner.enqueueMany(names);
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open("history?queue=report&text=batch");
    await page.getByText("130 jobs match").waitFor();
    await page.getByRole("checkbox", { name: "Tick every job shown" }).check();
    await page.getByRole("button", { name: "Select all 130 that match" }).click();
    await page.getByRole("button", { name: "Cancel …" }).click();
    const dialog = page.getByRole("dialog", { name: "Cancel 130 jobs" });
    await dialog.getByRole("textbox").fill("the whole batch was wrong");
    await dialog.getByRole("button", { name: "Cancel 130 jobs" }).click();
    await expect.poll(() => dialog.locator("[data-report=changed]").textContent()).toBe("130");
    const { rows } = await house.sql.query(
      "select state, count(*)::int as n from holdfast.jobs where name like 'batch %' group by state",
    );
    expect(rows).toEqual([{ state: "canceled", n: 130 }]);
    await owner.act("resume", "queue", { queue: "report" });
  });

  test("filters are kept under a name, are in the address, and are each person's own", async () => {
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open("history?state=failed,timed_out&after=24h");
    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByLabel("Keep these filters as").fill("what broke today");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.getByRole("menuitem", { name: "what broke today" }).waitFor();
    await visit.open("history");
    await page.getByRole("button", { name: "Saved views" }).click();
    await page.getByRole("menuitem", { name: "what broke today" }).click();
    await page.waitForURL(/state=failed%2Ctimed_out&after=24h$/);
    await using other = await house.as("approver");
    await other.open("history");
    await other.page.getByRole("button", { name: "Saved views" }).click();
    await other.page.getByLabel("Keep these filters as").waitFor();
    expect(await other.page.getByRole("menuitem").count()).toBe(0);
  });

  test("a filter that makes no sense is refused in words", async () => {
    await using visit = await house.as("viewer");
    visit.expectProblem(/422|400|404/);
    await visit.open("history?after=soonish");
    await expect.poll(() => visit.page.getByRole("main").textContent()).toMatch(/after.*not a valid/i);
    await visit.page.goto("/w/local/history/none");
    await visit.ready();
    await expect.poll(() => visit.page.getByRole("dialog").textContent()).toContain('"none" is no job\'s id');
  });
});
