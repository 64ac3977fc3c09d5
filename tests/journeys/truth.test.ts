import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PAGES } from "../../apps/admin/app/pages.ts";
import { Outage } from "../../packages/client/test/support/outage.ts";
import { House, SKIPPED } from "./support/house.ts";
import type { Visit } from "./support/visit.ts";

/** What no page may say of something that is not there. */
const WELL = "[data-label='LIVE']";
const WITHIN = { timeout: 15_000 };

describe.skipIf(SKIPPED)("no page says that it is well when it is not", () => {
  let house: House;
  let outage: Outage;
  beforeAll(async () => {
    house = await House.open({
      worker: false,
      apiUrl: async (stack) => {
        outage = await Outage.before(Number(new URL(stack.apiUrl).port));
        return outage.url;
      },
    });
  });
  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await outage?.[Symbol.asyncDispose]();
  });

  /** Every page, open side by side. */
  async function allPages(): Promise<Visit[]> {
    const first = await house.as("viewer");
    const others = await Promise.all(PAGES.slice(1).map(() => first.another()));
    const visits = [first, ...others];
    for (const [place, visit] of visits.entries()) await visit.open(PAGES[place]?.path ?? "");
    return visits;
  }

  const labels = (visit: Visit, of: string) => visit.page.locator(`header ${WELL}`).filter({ hasText: of }).count();

  test("a worker that was killed is not running on any page within 15 s", { timeout: 240_000 }, async () => {
    await house.startWorker();
    const visits = await allPages();
    for (const visit of visits) await expect.poll(() => labels(visit, "worker")).toBe(1);
    await house.killWorker();
    await Promise.all(
      visits.map(async (visit) => {
        await expect
          .poll(() => visit.page.locator("main, header").locator(WELL).filter({ hasText: "worker" }).count(), WITHIN)
          .toBe(0);
        await visit.page.locator("header [data-label='WORKER NOT RUNNING']").waitFor();
      }),
    );
    for (const visit of visits) await visit[Symbol.asyncDispose]();
  });

  test("a supervisor that was killed is not verified on any page within 15 s", { timeout: 240_000 }, async () => {
    await house.startWorker();
    const visits = await allPages();
    for (const visit of visits) await expect.poll(() => labels(visit, "supervisor")).toBe(1);
    await house.killWorker();
    await house.startWorker({ supervisor: false });
    await Promise.all(
      visits.map((visit) =>
        expect.poll(() => visit.page.locator(WELL).filter({ hasText: "supervisor" }).count(), WITHIN).toBe(0),
      ),
    );
    for (const visit of visits) await visit[Symbol.asyncDispose]();
    await house.killWorker();
  });

  test("when the project does not answer every page says so within 15 s, keeps what it had, and comes back by itself", {
    timeout: 240_000,
  }, async () => {
    await house.startWorker();
    const visits = await allPages();
    for (const visit of visits) {
      visit.expectProblem(/503|Failed to load resource/);
      await expect.poll(() => labels(visit, "worker")).toBe(1);
    }
    const titles = await Promise.all(
      visits.map((visit) => visit.page.getByRole("heading", { level: 1 }).textContent()),
    );
    await outage.begin();
    await Promise.all(
      visits.map(async (visit) => {
        await expect.poll(() => visit.page.locator(WELL).count(), WITHIN).toBe(0);
        await expect
          .poll(() => visit.page.locator("[role=alert]").first().textContent(), WITHIN)
          .toContain("NOT VERIFIED: the project has not answered since");
      }),
    );
    expect(
      await Promise.all(visits.map((visit) => visit.page.getByRole("heading", { level: 1 }).textContent())),
    ).toEqual(titles);
    // Who comes now has nothing to keep, and is told so; the page is there as soon as it can be.
    const late = await (visits[0] as Visit).another();
    late.expectProblem(/503/);
    await late.page.goto("/w/local/queues");
    const title = () => late.page.getByRole("heading", { level: 1 }).textContent();
    expect(await title()).toBe("The project does not answer");
    await outage.end();
    await expect.poll(title, WITHIN).toBe("Queues and lanes");
    await Promise.all(
      visits.map(async (visit) => {
        await expect.poll(() => labels(visit, "worker"), WITHIN).toBe(1);
        await expect.poll(() => visit.page.locator(".hf-lost").count(), WITHIN).toBe(0);
      }),
    );
    for (const visit of visits) await visit[Symbol.asyncDispose]();
    await house.killWorker();
  });

  test("a project that listens and never answers is not taken for one that does", { timeout: 240_000 }, async () => {
    await house.startWorker();
    await using visit = await house.as("viewer");
    visit.expectProblem(/503|Failed to load resource/);
    await visit.open("queues");
    await expect.poll(() => labels(visit, "worker")).toBe(1);
    outage.silence();
    await expect.poll(() => visit.page.locator(WELL).count(), WITHIN).toBe(0);
    await expect
      .poll(() => visit.page.locator("[role=alert]").first().textContent(), WITHIN)
      .toContain("NOT VERIFIED: the project has not answered since");
    expect(await visit.page.getByRole("heading", { level: 1 }).textContent()).toBe("Queues and lanes");
    await outage.end();
    await expect.poll(() => labels(visit, "worker"), { timeout: 30_000 }).toBe(1);
    await visit.page.locator("[role=alert]").waitFor({ state: "detached" });
    await house.killWorker();
  });
});
