import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visibleText } from "../../apps/admin/app/data/visible.ts";
import { PAGES } from "../../apps/admin/app/pages.ts";
import { House, SKIPPED } from "./support/house.ts";
import type { Look, Visit } from "./support/visit.ts";

/** Markup that would run, marks that turn and hide, a terminal's escapes; then a word that no line can hold. */
function hostile(mark: string, length = 400): string {
  const text = `${mark}\u202e<script>window.ran=1</script><img src=x onerror=window.ran=1>\u200b\u2066\ufeff\u001b]0;owned\u0007\u001b[2J&amp;{{7*7}}`;
  return text.padEnd(length, "W");
}

/** How a page shows it. */
const shown = (mark: string) => visibleText(hostile(mark)).replace(/W+$/, "");

const UNSAFE = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const LOOKS: Look[] = [{ width: "wide" }, { width: "narrow", scheme: "dark" }];

describe.skipIf(SKIPPED)("text that somebody else wrote", () => {
  let house: House;
  let echoed: number;
  let failed: number;
  let printed: number;
  let drawn: number;
  /** Which text stands where: page -> marks. */
  const expected: Record<string, string[]> = {};

  beforeAll(async () => {
    house = await House.open();
    const owner = await house.client();
    const operator = await house.client("operator");
    const name = (mark: string) => hostile(mark, 500);
    const labels = { [hostile("label-key")]: hostile("label-value") };
    echoed = (await operator.enqueue("echoes", { text: hostile("payload") }, { name: name("completed"), labels })).id;
    failed = (
      await operator.enqueue(
        "echoes",
        { text: hostile("error"), fails: true },
        { name: name("failed"), maxAttempts: 1 },
      )
    ).id;
    await operator.enqueue("hello", { name: "x" }, { name: name("asking"), class: "approval_required" });
    const isolated = await operator.enqueue(
      "hello",
      { name: "x" },
      { name: name("isolated"), runAt: new Date("2030-01-01") },
    );
    await operator.act("quarantine", "job", { job: isolated.id }, { reason: hostile("isolated-why", 1_900) });
    await operator.act("pause", "queue", { queue: "report" }, { reason: hostile("paused-queue", 1_900) });
    await operator.act("pause", "lane", { lane: "eval" }, { reason: hostile("paused-lane", 1_900) });
    await operator.act("open", "incident", {}, { reason: hostile("incident"), params: { subject: "queue:alert" } });
    await operator.act(
      "engage",
      "stop",
      {},
      {
        reason: hostile("stopped", 1_900),
        params: { scope: "queue", name: "alert", what: ["external"] },
      },
    );
    await owner.data.workspaceId();
    await house.sql.query(
      `insert into holdfast.schedules (workspace_id, name, cron, kind, payload, description)
       select id, 'theirs', '0 3 * * *', 'hello', jsonb_build_object('name', $1::text), $2 from holdfast.workspaces where slug = 'local'`,
      [hostile("schedule-payload"), hostile("schedule")],
    );
    const script = `printf '%s\\033]52;c;b3duZWQ=\\007\\033]8;;https://evil.example/\\033\\\\click here\\033]8;;\\033\\\\\\n' "$TEXT"`;
    const argv = (mark: string) => ["sh", "-c", `TEXT='${hostile(mark)}'; ${script}`];
    printed = (await owner.enqueue("command", { argv: argv("printed") }, { maxAttempts: 1 })).id;
    drawn = (await owner.enqueue("command", { argv: argv("drawn"), pty: true }, { maxAttempts: 1 })).id;
    await house.reach(echoed, "completed");
    await house.reach(failed, "failed");
    await house.reach(printed, "completed");
    await house.reach(drawn, "completed");
    Object.assign(expected, {
      history: ["completed", "failed", "asking", "isolated"],
      queues: ["paused-queue", "paused-lane"],
      schedules: ["schedule", "schedule-payload"],
      approvals: ["asking"],
      reviews: ["isolated", "isolated-why", "error"],
      safety: ["stopped"],
      incidents: ["incident"],
      ledger: ["stopped", "paused-queue"],
    });
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  /** What must hold of every page, whatever it shows. */
  async function expectUnharmed(visit: Visit, where: string): Promise<void> {
    const { page } = visit;
    expect(await page.evaluate("window.ran"), `a script ran: ${where}`).toBeUndefined();
    expect(await page.title(), where).toMatch(/Holdfast$/);
    const [wide, room, text] = await page.evaluate<[number, number, string]>(
      "[document.documentElement.scrollWidth, window.innerWidth, document.body.innerText]",
    );
    expect(wide, `it is wider than its window: ${where} ${await widest(page)}`).toBeLessThanOrEqual(room);
    expect(UNSAFE.exec(text)?.[0]?.codePointAt(0)?.toString(16), where).toBeUndefined();
  }

  /** A person's browser that fails when anything is popped up, opened or downloaded. */
  async function watched(look: Look): Promise<{ visit: Visit; happened: string[] }> {
    const visit = await house.as("owner", look);
    const happened: string[] = [];
    visit.page.on("dialog", (dialog) => {
      happened.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    visit.page.on("popup", (popup) => happened.push(`a window: ${popup.url()}`));
    visit.page.on("download", (download) => happened.push(`a download: ${download.url()}`));
    return { visit, happened };
  }

  test.each(LOOKS)("is text on every page, and breaks none: $width $scheme", { timeout: 240_000 }, async (look) => {
    const { visit, happened } = await watched(look);
    for (const { path } of PAGES) {
      await visit.open(path);
      for (const mark of expected[path] ?? []) {
        await expect
          .poll(() => visit.page.locator("main").textContent(), { message: `${mark} on ${path}` })
          .toContain(shown(mark));
      }
      await expectUnharmed(visit, `/${path}`);
    }
    expect(happened).toEqual([]);
    await visit[Symbol.asyncDispose]();
  });

  test.each(LOOKS)(
    "is text in a job's drawer, whatever it came from: $width $scheme",
    { timeout: 240_000 },
    async (look) => {
      const { visit, happened } = await watched(look);
      const drawer = visit.page.getByRole("dialog");
      const tabs: [job: number, tab: string, marks: string[]][] = [
        [echoed, "", ["completed"]],
        [echoed, "metadata", ["payload", "label-key", "label-value"]],
        [failed, "", ["failed", "error"]],
        [failed, "resources", []],
        [printed, "command", []],
      ];
      for (const [job, tab, marks] of tabs) {
        await visit.open(`history/${job}/${tab}`);
        await drawer.getByRole("tab", { selected: true }).waitFor();
        for (const mark of marks) {
          await expect
            .poll(() => drawer.textContent(), { message: `${mark} of job ${job} ${tab}` })
            .toContain(shown(mark));
        }
        await expectUnharmed(visit, `job ${job} ${tab}`);
      }
      await visit.open(`history/${echoed}/metadata`);
      await expect
        .poll(() => drawer.getByRole("region", { name: "Result" }).last().textContent())
        .toContain(shown("payload"));
      expect(happened).toEqual([]);
      await visit[Symbol.asyncDispose]();
    },
  );

  test("is text in what a command printed: it writes no clipboard, sets no title, and opens nothing when clicked", async () => {
    const { visit, happened } = await watched({ width: "wide" });
    const { page } = visit;
    const drawer = page.getByRole("dialog");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await visit.open(`history/${printed}/output`);
    const output = drawer.getByRole("region", { name: "Output" });
    await expect.poll(() => output.textContent()).toContain("printed⟨202E⟩<script>window.ran=1</script>");
    expect(await output.textContent()).toContain("click here");
    await output.getByText("click here").click();
    await expectUnharmed(visit, "the output of a pipe");

    await visit.open(`history/${drawn}/output`);
    const terminal = drawer.locator("[data-terminal]");
    await expect.poll(() => terminal.textContent()).toContain("click here");
    const link = await terminal.locator(".xterm-rows").getByText("click here").last().boundingBox();
    await page.mouse.move((link?.x ?? 0) + 10, (link?.y ?? 0) + 5);
    await page.mouse.move((link?.x ?? 0) + 20, (link?.y ?? 0) + 6);
    await terminal.locator(".xterm-cursor-pointer").waitFor();
    await page.mouse.click((link?.x ?? 0) + 20, (link?.y ?? 0) + 6);
    expect(await page.evaluate("navigator.clipboard.readText().catch(() => '')")).not.toContain("owned");
    expect(await page.evaluate("window.ran")).toBeUndefined();
    expect(await page.title()).not.toContain("owned");
    expect(new URL(page.url()).origin).toBe(house.url);
    expect(happened).toEqual([]);
    await visit[Symbol.asyncDispose]();
  });

  test("is text in the list that Ctrl K shows", async () => {
    const { visit, happened } = await watched({ width: "wide" });
    await visit.open("");
    await visit.page.keyboard.press("Control+k");
    await visit.page.getByRole("textbox", { name: "Jump to" }).fill(String(echoed));
    await expect.poll(() => visit.page.getByRole("dialog").textContent()).toContain(shown("completed"));
    await expectUnharmed(visit, "Ctrl K");
    expect(happened).toEqual([]);
    await visit[Symbol.asyncDispose]();
  });

  test("of 2,000 characters is no job's name: it is refused in words", async () => {
    const operator = await house.client("operator");
    await expect(operator.enqueue("hello", { name: "x" }, { name: hostile("name", 2_000) })).rejects.toMatchObject({
      rule: "bad_name",
      message: expect.stringContaining("500"),
    });
    await expect(operator.enqueue(hostile("kind"), {})).rejects.toMatchObject({ rule: "unknown_kind" });
  });
});

/** Which elements stick out, for the message. */
function widest(page: Visit["page"]): Promise<string> {
  return page.evaluate<string>(`[...document.querySelectorAll("main *, header *")]
    .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest(".hf-table-box, .hf-pre"))
    .slice(0, 4).map((element) => element.tagName + "." + element.className).join(" ")`);
}
