import { createTestDatabase } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";
import { furnish, NOON, report } from "./support.ts";

const db = await createTestDatabase();
afterAll(() => db.drop());
const { by } = await furnish(db);

/** The same figures, counted in another way: row by row, in here. */
async function figures(from: Date, to: Date, venture?: string) {
  const all = async (text: string) => (await db.pool().query(text)).rows;
  const within = (at: Date) => at >= from && at < to;
  const mine = (row: { venture: string | null }) => venture === undefined || row.venture === venture;
  const runs = (
    await all(
      "select r.outcome, r.started_at, j.venture, j.kind from holdfast.runs r join holdfast.jobs j on j.id = r.job_id",
    )
  ).filter((row) => within(row.started_at) && mine(row));
  const outcomes: Record<string, number> = {};
  for (const { outcome } of runs) outcomes[outcome ?? "running"] = (outcomes[outcome ?? "running"] ?? 0) + 1;
  const jobs = (
    await all("select venture, created_at, state, error_class, fingerprint, finished_at from holdfast.jobs")
  ).filter(mine);
  const dead = jobs.filter((row) => ["failed", "timed_out"].includes(row.state) && within(row.finished_at));
  const failures: Record<string, number> = {};
  for (const { fingerprint } of dead) failures[fingerprint] = (failures[fingerprint] ?? 0) + 1;
  const costs = (await all("select entry, amount, counts_at, venture from holdfast.cost_entries")).filter(
    (row) => ["settle", "adjust"].includes(row.entry) && within(row.counts_at) && mine(row),
  );
  return {
    outcomes,
    failures,
    enqueued: jobs.filter((row) => within(row.created_at)).length,
    spent: costs.reduce((sum, row) => sum + row.amount, 0),
    open: jobs.filter((row) => !["completed", "failed", "timed_out", "canceled"].includes(row.state)).length,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a report
function comparable(found: any) {
  return {
    outcomes: found.outcomes,
    // biome-ignore lint/suspicious/noExplicitAny: its lists
    failures: Object.fromEntries(found.failures.map((f: any) => [f.fingerprint, f.jobs])),
    enqueued: found.enqueued,
    // biome-ignore lint/suspicious/noExplicitAny: its lists
    spent: found.spend.reduce((sum: number, s: any) => sum + s.amount, 0),
    open: found.oldest.length,
  };
}
const ago = (milliseconds: number) => new Date(Date.parse(NOON) - milliseconds);
const HOUR = 3_600_000;

describe.each([
  ["portfolio_daily", ago(24 * HOUR)],
  ["portfolio_weekly", ago(7 * 24 * HOUR)],
  ["strategy_monthly", new Date("2026-10-18T12:00:00Z")],
] as const)("%s", (kind, from) => {
  test("counts what happened in its period, and nothing else", async () => {
    const expected = await figures(from, new Date(NOON));
    const found = await report(db, by, kind);
    expect(new Date(found.from)).toEqual(from);
    expect(new Date(found.to)).toEqual(new Date(NOON));
    expect(expected.spent).toBeGreaterThan(0);
    // The report's own run is the eleventh that is not over, and starts at the very end of the period.
    expect(comparable(found)).toEqual({ ...expected, open: 10 });
    expect(Buffer.byteLength(JSON.stringify(found))).toBeLessThan(65_536);
  });

  test("says the same in Markdown", async () => {
    const found = await report(db, by, kind);
    const total = Object.entries(found.outcomes as Record<string, number>);
    expect(found.markdown).toMatch(/^# (Portfolio|Strategy) /);
    for (const [outcome, count] of total) expect(found.markdown).toContain(`- ${outcome}: ${count}\n`);
    for (const failure of found.failures)
      expect(found.markdown).toContain(
        `- ${failure.jobs} × ${failure.kind} (${failure.error_class}): ${failure.last_error}`,
      );
    for (const spend of found.spend)
      expect(found.markdown).toContain(
        `- ${spend.amount.toFixed(2)} usd: ${spend.venture} / ${spend.lane} / ${spend.kind}`,
      );
    expect(found.markdown).toMatch(/- day: \d+\.\d\d of 50\.00 usd spent, 0\.00 reserved \(day\)/);
    expect(found.markdown).toContain(`- approvals: ${found.approvals_pending}`);
  });
});

test("venture_review reports the last hour of each venture, or of the one that is asked for", async () => {
  const found = await report(db, by, "venture_review");
  // biome-ignore lint/suspicious/noExplicitAny: its lists
  const ventures = Object.fromEntries(found.ventures.map((v: any) => [v.venture, v]));
  for (const venture of ["noaerth", "orchard"]) {
    const expected = await figures(ago(HOUR), new Date(NOON), venture);
    expect(comparable(ventures[venture])).toEqual({ ...expected, open: 7 });
    const alone = await report(db, by, "venture_review", { venture });
    expect(comparable(alone)).toEqual(comparable(ventures[venture]));
    expect(alone.markdown).toMatch(new RegExp(`^# Venture Review: ${venture}\n`));
    expect(alone.ventures).toBeUndefined();
  }
  expect(ventures.orchard.approvals_pending).toBe(7);
  expect(ventures.noaerth.approvals_pending).toBe(0);
  expect(ventures.noaerth.outcomes).toEqual({ completed: 2, failed: 4, timed_out: 2 });
});

test("budgets are shown with what their period has used", async () => {
  const { budgets } = await report(db, by, "portfolio_daily");
  const { rows } = await db.pool().query(
    `select b.name, sum(c.amount) as spent from holdfast.budgets b join holdfast.cost_entries c on
       (c.entry = 'settle' and (b.scope = 'workspace' or c.venture = b.scope_name)) or (c.entry = 'adjust' and c.budget = b.name)
     where c.counts_at at time zone 'Europe/Berlin' >= date_trunc(b.period, timestamp '2026-11-18 13:00') group by 1 order by 1`,
  );
  expect(budgets.map((b: { budget: string; spent: number }) => ({ name: b.budget, spent: b.spent }))).toEqual(rows);
  expect(budgets[0]).toMatchObject({ cap: 50, reserved: 0, currency: "usd", period: "day" });
});

test("cost_summary sums what was spent since midnight in the workspace's zone", async () => {
  const found = await report(db, by, "cost_summary");
  const expected = await figures(new Date("2026-11-17T23:00:00Z"), new Date(NOON));
  expect(found.total).toBe(expected.spent);
  expect(found.markdown).toContain("# Cost summary");
  const adjusted = found.spend.filter((s: { kind: string }) => s.kind === "(adjustment)");
  expect(adjusted).toEqual([
    { venture: "(none)", lane: "(none)", kind: "(adjustment)", amount: 0.75, currency: "usd" },
  ]);
});
