import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { House, SKIPPED } from "./support/house.ts";

describe.skipIf(SKIPPED)("signing in", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open({ worker: false });
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  test("a stranger who opens a page is asked to sign in, and brought back to it", async () => {
    await using visit = await house.stranger();
    const { page } = visit;
    await page.goto("/w/local/history?state=failed");
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    await visit.ready();
    const { email, password } = house.stack.users.viewer;
    await page.locator("input[name=email]").fill(email);
    await page.locator("input[name=password]").fill(`${password}x`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => page.getByRole("alert").textContent()).toContain("Email or password is wrong");
    await page.locator("input[name=password]").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/w\/local\/history\?state=failed$/);
    await visit.ready();
    await page.getByRole("button", { name: `Signed in as ${email}` }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL(/\/sign-in$/);
    await page.goto("/w/local");
    expect(new URL(page.url()).pathname).toBe("/sign-in");
  });

  test("signing in leads to a page of this app and never to another site", async () => {
    for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]) {
      await using visit = await house.stranger();
      await visit.page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await visit.ready();
      const { email, password } = house.stack.users.viewer;
      await visit.page.locator("input[name=email]").fill(email);
      await visit.page.locator("input[name=password]").fill(password);
      await visit.page.getByRole("button", { name: "Sign in" }).click();
      await visit.page.waitForURL(/\/w\/local$/);
      expect(new URL(visit.page.url()).origin).toBe(house.url);
    }
  });
});
