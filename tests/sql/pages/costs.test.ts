import {
  asMember,
  asStranger,
  createTestDatabase,
  enqueue,
  type RolePlay,
  refusalOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
let local: string;

beforeAll(async () => {
  const pool = db.pool();
  await pool.query("update holdfast.workspaces set time_zone = 'Pacific/Auckland' where slug = 'local'");
  local = (await pool.query("select id from holdfast.workspaces where slug = 'local'")).rows[0].id;
  await pool.query(
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'all', 'workspace', 'month', 1000 from holdfast.workspaces",
  );
  await workspace(db, "other");
  const by = await worker(db);
  const spend = async (at: string, amount: number, options: Record<string, unknown>, slug = "local") => {
    const id = await enqueue(db, { workspace: slug, options: { paid: true, est_cost: 5, ...options } });
    await by.finish({ token: await by.takeOne(id), outcome: "completed", cost: amount });
    // The cost ledger takes no update: the day is moved behind its back, as nobody else may.
    await pool.query("alter table holdfast.cost_entries disable trigger cost_entries__append_only");
    await pool.query("update holdfast.cost_entries set counts_at = $1 where job_id = $2", [at, id]);
    await pool.query("alter table holdfast.cost_entries enable trigger cost_entries__append_only");
  };
  await pool.query(
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'all', 'workspace', 'month', 1000 from holdfast.workspaces where slug = 'other'",
  );
  // 11:30 UTC is after midnight in Auckland (UTC+13 in November).
  await spend("2026-11-09T10:30:00Z", 1, { venture: "noaerth" });
  await spend("2026-11-09T11:30:00Z", 2, { venture: "noaerth", lane: "build" });
  await spend("2026-11-10T01:00:00Z", 3, {});
  await spend("2026-11-12T00:00:00Z", 4, {});
  await spend("2026-11-10T01:00:00Z", 50, {}, "other");
  await pool.query(
    "select holdfast.act('local', 'adjust', 'budget', '{\"budget\": \"all\"}', 'refund', '{\"amount\": -0.5}')",
  );
  await pool.query("alter table holdfast.cost_entries disable trigger cost_entries__append_only");
  await pool.query("update holdfast.cost_entries set counts_at = '2026-11-10T02:00:00Z' where entry = 'adjust'");
  await pool.query("alter table holdfast.cost_entries enable trigger cost_entries__append_only");
});

const series = async (
  by: string | null,
  who: RolePlay = asMember("viewer"),
  from = "2026-11-01",
  to = "2026-11-12T00:00:00Z",
) =>
  (
    await who(db, (client) =>
      client.query("select day::text, name, spent::float8 from holdfast.cost_series($1, $2, $3, $4)", [
        local,
        from,
        to,
        by,
      ]),
    )
  ).rows.map((row) => [row.day, row.name, row.spent]);

test("days are the workspace's own, and what was settled and adjusted counts, until p_to and no longer", async () => {
  expect(await series(null)).toEqual([
    ["2026-11-09", null, 1],
    ["2026-11-10", null, 4.5],
  ]);
  expect(await series(null, asMember("viewer"), "2026-11-10T01:00:00Z", "2026-11-13T00:00:00Z")).toEqual([
    ["2026-11-10", null, 2.5],
    ["2026-11-12", null, 4],
  ]);
});

test("each day is split by venture, lane or kind; an adjustment belongs to none", async () => {
  expect(await series("venture")).toEqual([
    ["2026-11-09", "noaerth", 1],
    ["2026-11-10", "noaerth", 2],
    ["2026-11-10", null, 2.5],
  ]);
  expect(await series("lane")).toEqual([
    ["2026-11-09", "default", 1],
    ["2026-11-10", "build", 2],
    ["2026-11-10", "default", 3],
    ["2026-11-10", null, -0.5],
  ]);
  expect((await series("kind"))[1]).toEqual(["2026-11-10", "hello", 5]);
});

test("it adds up to what holdfast.spend says", async () => {
  const all = await series(null, asMember("viewer"), "2026-01-01", "2027-01-01");
  const { rows } = await db
    .pool()
    .query(
      "select sum(amount)::float8 as spent from holdfast.cost_entries where workspace_id = $1 and entry in ('settle', 'adjust')",
      [local],
    );
  expect(all.reduce((sum, [, , spent]) => sum + (spent as number), 0)).toBeCloseTo(rows[0].spent, 6);
});

test("a stranger gets no row, and an unknown p_by is refused by name", async () => {
  expect(await series(null, asStranger)).toEqual([]);
  await expect(refusalOf(series("planet"))).resolves.toMatchObject({ code: "PT422", rule: "holdfast.bad_option" });
});
