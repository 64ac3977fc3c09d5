import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PAGES } from "../../apps/admin/app/pages.ts";
import { House, SKIPPED } from "./support/house.ts";
import type { Visit } from "./support/visit.ts";

/** What axe finds on the page as it is, a line each. */
async function findings(visit: Visit): Promise<string[]> {
  // Without frames there is nothing to gather in a page of its own, which takes longer than looking.
  const { violations } = await new AxeBuilder({ page: visit.page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary ?? ""}`),
  );
}

describe.skipIf(SKIPPED)("the pages, for everybody", () => {
  let house: House;
  let failed: number;
  beforeAll(async () => {
    house = await House.open();
    const owner = await house.client();
    failed = await house.command("echo one; echo two >&2; exit 4", { name: "a build" });
    await house.reach(failed, "failed");
    await owner.enqueue("hello", { name: "x" }, { class: "approval_required", name: "waits for consent" });
    const isolated = await owner.enqueue("hello", { name: "y" }, { runAt: "2030-01-01T00:00:00Z" });
    await owner.act("quarantine", "job", { job: isolated.id }, { reason: "it looks wrong" });
    await owner.act("open", "incident", {}, { reason: "mail is late", params: { subject: "queue:alert" } });
    await owner.act("pause", "queue", { queue: "report" }, { reason: "closing the books" });
    await house.command("sleep 600", { name: "runs" });
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  test.each([
    ["light", "wide"],
    ["dark", "wide"],
    ["light", "narrow"],
    ["dark", "narrow"],
  ] as const)("axe finds nothing on any page, %s and %s", { timeout: 300_000 }, async (scheme, width) => {
    await using visit = await house.as("owner", { scheme, width });
    const found: Record<string, string[]> = {};
    const tabs = ["output", "command", "metadata", "resources"].map((tab) => `history/${failed}/${tab}`);
    for (const path of [...PAGES.map((page) => page.path), `history/${failed}`, ...tabs]) {
      await visit.open(path);
      if (path.includes("/")) await visit.page.getByRole("dialog").waitFor();
      const here = await findings(visit);
      if (here.length > 0) found[path] = here;
      const wider = await visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      if (Number(wider) > 0) found[`${path}, in width`] = [`${wider} px`];
    }
    expect(found).toEqual({});
  });

  test("axe finds nothing on the sign-in page, in the stop's dialog, in an act's dialog and in the jump", {
    timeout: 300_000,
  }, async () => {
    for (const scheme of ["light", "dark"] as const) {
      await using stranger = await house.stranger({ scheme });
      await stranger.page.goto("/sign-in");
      await stranger.ready();
      expect(await findings(stranger)).toEqual([]);
      await using visit = await house.as("operator", { scheme });
      const { page } = visit;
      await visit.open(`history/${failed}`);
      await page.getByRole("button", { name: `Retry job ${failed}` }).click();
      await page.getByRole("dialog", { name: `Retry job ${failed}` }).waitFor();
      expect(await findings(visit)).toEqual([]);
      await visit.open("queues");
      await page.getByRole("banner").getByRole("button", { name: "Stop" }).click();
      await page
        .getByRole("dialog", { name: "Emergency stop" })
        .getByText(/Now it would hold/)
        .waitFor();
      expect(await findings(visit)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.keyboard.press("Control+k");
      await page.getByRole("textbox", { name: "Jump to" }).fill("a build");
      await page.getByText(`${failed} a build`).waitFor();
      expect(await findings(visit)).toEqual([]);
      await page.keyboard.press("Escape");
      await using owner = await house.as("owner", { scheme });
      await owner.open("schedules");
      await owner.page.getByRole("button", { name: "Add a schedule" }).click();
      await owner.page.getByRole("dialog", { name: "Add a schedule" }).waitFor();
      expect(await findings(owner)).toEqual([]);
    }
  });

  test("Tab comes to every button and every field of every page", { timeout: 300_000 }, async () => {
    await using visit = await house.as("owner");
    for (const path of [...PAGES.map((page) => page.path), `history/${failed}`]) {
      await visit.open(path);
      if (path.includes("/")) await visit.page.locator("[role=dialog] :focus").waitFor();
      expect(await missedByTab(visit), path).toEqual([]);
    }
  });

  test("everything is done by keyboard alone: pages, the jump to a job, a retry with its reason, a queue resumed", {
    timeout: 180_000,
  }, async () => {
    await using visit = await house.as("operator");
    const { page } = visit;
    const keys = page.keyboard;
    await visit.open("");
    await keys.press("g");
    await keys.press("q");
    await page.waitForURL(/\/queues$/);
    await page.getByRole("heading", { level: 1, name: "Queues and lanes" }).waitFor();
    await tabTo(visit, "Resume queue report");
    await keys.press("Enter");
    await page.getByRole("dialog", { name: "Resume queue report" }).waitFor();
    await keys.type("the books are closed");
    await tabTo(visit, "Resume");
    await keys.press("Enter");
    await house.until("it is resumed", "select 1 from holdfast.queues where name = 'report' and paused_at is null");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await keys.press("Control+k");
    await page.getByRole("textbox", { name: "Jump to" }).waitFor();
    await keys.type("a build");
    await page.getByText(`${failed} a build`).waitFor();
    await keys.press("ArrowDown");
    await keys.press("Enter");
    await page.waitForURL(new RegExp(`/history/${failed}$`));
    await tabTo(visit, `Retry job ${failed}`);
    await keys.press("Enter");
    await page.getByRole("dialog", { name: `Retry job ${failed}` }).waitFor();
    await keys.type("once more");
    await tabTo(visit, "Retry");
    await keys.press("Enter");
    await house.until("it was tried again", "select 1 from holdfast.actions where verb = 'retry' and job_id = $1", [
      failed,
    ]);
  });
});

/** Presses Tab until it has gone round, and names what can be clicked or filled in and never had the focus. */
async function missedByTab({ page }: Visit): Promise<string[]> {
  for (let pressed = 0; pressed < 400; pressed++) {
    await page.keyboard.press("Tab");
    // A second visit of the same thing: the round is complete.
    const known = await page.evaluate<boolean>(`(() => {
      const focused = document.activeElement;
      if (focused === document.body) return false;
      const known = focused.hasAttribute("data-tabbed");
      focused.setAttribute("data-tabbed", "");
      return known;
    })()`);
    if (known) break;
  }
  // Of a group with one stop (tabs, radio buttons) the arrow keys reach the rest; what lies under a dialog is not to be reached.
  return page.evaluate<string[]>(`[...document.querySelectorAll(
      "button, a[href], input:not([type=hidden]), select, textarea, [role=button]")]
    .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled)
    .filter((each) => !each.closest("[aria-hidden=true], [inert], [role=tablist], [role=radiogroup]"))
    .filter((each) => !document.querySelector("[role=dialog]") || each.closest("[role=dialog]"))
    .filter((each) => !each.hasAttribute("data-tabbed"))
    .map((each) => each.outerHTML.slice(0, 200))`);
}

/** Presses Tab until what has the focus bears this name. */
async function tabTo(visit: Visit, name: string): Promise<void> {
  for (let pressed = 0; pressed < 200; pressed++) {
    const focused = await visit.page.evaluate<string>(
      "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''",
    );
    if (focused.trim() === name) return;
    await visit.page.keyboard.press("Tab");
  }
  throw new Error(`Tab never came to "${name}"`);
}
