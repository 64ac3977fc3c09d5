import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { House, SKIPPED } from "./support/house.ts";

describe.skipIf(SKIPPED)("a command's output", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open({ singleOperator: true });
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  test("a terminal's output is followed live with its progress, and the command is killed from the page", async () => {
    const script = `i=0; while :; do i=$((i+1)); printf '\\033[32mcounted %s\\033[0m\\n' $i; echo "::holdfast progress=0.$((i % 90 + 10)) message=\\"step $i\\""; sleep 0.2; done`;
    const job = await house.command(script, { pty: true, name: "an agent counts" });
    await house.until("it has printed", "select from holdfast.runs where job_id = $1 and raw_bytes > 100", [job]);
    await using visit = await house.as("operator");
    const { page } = visit;
    await visit.open(`history/${job}`);
    const drawer = page.getByRole("dialog");
    await expect.poll(() => drawer.textContent()).toMatch(/step \d+/);
    await page.getByRole("tab", { name: "Output" }).click();
    const terminal = drawer.locator("[data-terminal]");
    await expect.poll(() => terminal.textContent()).toMatch(/counted \d+/);
    const newest = async () =>
      Math.max(...[...((await terminal.textContent()) ?? "").matchAll(/counted (\d+)/g)].map(([, n]) => Number(n)));
    const before = await newest();
    await expect.poll(newest).toBeGreaterThan(before);
    await drawer.getByRole("button", { name: `Kill job ${job}` }).click();
    const dialog = page.getByRole("dialog", { name: `Kill job ${job}` });
    await dialog.getByRole("textbox").fill("it counts for ever");
    await dialog.getByRole("button", { name: "Kill" }).click();
    await house.reach(job, "canceled");
    await expect.poll(() => drawer.locator("[data-state=canceled]").count()).toBeGreaterThan(0);
    expect(await drawer.textContent()).not.toContain("\u001b");
  });

  test("output that is no longer kept is said to be, and is not asked for again", async () => {
    const job = await house.command("echo gone >&2; exit 3", { name: "long ago" });
    await house.reach(job, "failed");
    await house.sql.query(
      "delete from holdfast.run_output o using holdfast.runs r where r.id = o.run_id and r.job_id = $1",
      [job],
    );
    await using visit = await house.as("viewer");
    const { page } = visit;
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().includes("/output/")) asked += 1;
    });
    await visit.open(`history/${job}`);
    await page.getByText("Its output is no longer kept.").waitFor();
    // The page has been read anew since: what would ask again has had its time.
    await page.waitForResponse((response) => response.url().includes("/alive"));
    await page.waitForResponse((response) => response.url().includes("/alive"));
    expect(asked).toBe(1);
    await page.getByRole("tab", { name: "Output" }).click();
    await page.getByText("No longer kept").waitFor();
  });

  test("10 MB of output keep the page usable, and are all in the download", async () => {
    const job = await house.command(`seq 1 1300000; echo "error: the disk is full" >&2; exit 7`, {
      name: "ten megabytes",
    });
    await house.reach(job, "failed");
    await using visit = await house.as("viewer");
    const { page } = visit;
    await visit.open(`history/${job}/output`);
    const drawer = page.getByRole("dialog");
    await expect.poll(() => drawer.getByRole("region", { name: "Output" }).textContent()).toContain("1300000");
    const download = page.waitForEvent("download");
    await drawer.getByRole("link", { name: /Download/ }).click();
    const file = await (await download).path();
    const all = Array.from({ length: 1_300_000 }, (_, n) => `${n + 1}\n`).join("");
    const digest = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
    expect(digest(readFileSync(file))).toBe(digest(all));
    await drawer.getByText("stderr", { exact: true }).click();
    await drawer.getByRole("button", { name: "First failure" }).click();
    await expect.poll(() => drawer.getByRole("region", { name: "Output" }).textContent()).toContain("the disk is full");
    await page.getByRole("tab", { name: "Summary" }).click();
    await expect.poll(() => drawer.textContent()).toContain("exit code 7");
  });
});
