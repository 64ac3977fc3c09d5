import { act, asMember, createTestDatabase, enqueue, refusalOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";
import { type BudgetSpec, budget, expectMoneyLaws } from "./support.ts";

const db = await createTestDatabase();
afterAll(() => db.drop());
await budget(db);

const BUDGETS: [what: string, spec: BudgetSpec, rule: string, message: RegExp][] = [
  ["a negative cap", { cap: -0.01 }, "bad_amount", /cap/],
  ["a cap that is no number", { cap: "NaN" }, "bad_amount", /cap/],
  ["a cap beyond all money", { cap: 100_000_000 }, "bad_amount", /cap/],
  ["a negative threshold", { approval_threshold: -1 }, "bad_amount", /approval_threshold/],
  ["a threshold that is no number", { approval_threshold: "NaN" }, "bad_amount", /approval_threshold/],
  ["another currency than the workspace's", { currency: "eur" }, "wrong_currency", /counts in usd: got eur/],
  ["an unknown scope", { scope: "galaxy", scope_name: "x" }, "bad_scope", /'galaxy'/],
  ["a workspace with a name", { scope: "workspace", scope_name: "x" }, "bad_scope", /'x'/],
  ["a lane without a name", { scope: "lane" }, "bad_scope", /'lane'/],
  ["an unknown lane", { scope: "lane", scope_name: "nowhere" }, "unknown_lane", /'nowhere'/],
  ["an unknown venture", { scope: "venture", scope_name: "nowhere" }, "unknown_venture", /'nowhere'/],
  ["an unknown kind", { scope: "kind", scope_name: "nowhere" }, "unknown_kind", /'nowhere'/],
  ["an unknown period", { period: "year" }, "bad_option", /period/],
  ["an unknown rule for breaches", { on_breach: "panic" }, "bad_option", /on_breach/],
  ["a name nobody can type", { name: "Über Budget" }, "bad_option", /name/],
];

test.each(BUDGETS)("a budget with %s is refused by name", async (_, spec, rule, message) => {
  const refusal = await refusalOf(budget(db, { name: "other", ...spec }));
  expect(refusal).toMatchObject({
    code: expect.stringMatching(/^PT4/),
    rule: `holdfast.${rule}`,
    message: expect.stringMatching(message),
  });
  expect(refusal.hint).toBeTruthy();
});

const AMOUNTS = [undefined, null, "NaN", "Infinity", "-Infinity", "ten", true, [], {}, 1e9, -1e9];

test.each(AMOUNTS)("an amount of %j is refused for a cap and for a correction, and changes nothing", async (amount) => {
  for (const [verb, field] of [
    ["raise", "cap"],
    ["adjust", "amount"],
  ] as const) {
    const params = amount === undefined ? {} : { [field]: amount };
    const refusal = await refusalOf(
      act(db.pool(), { verb, subject: "budget", target: { budget: "day" }, reason: "r", params }),
    );
    expect(refusal).toMatchObject({
      code: "PT422",
      rule: "holdfast.bad_amount",
      message: expect.stringContaining(`params.${field}`),
    });
  }
  expect((await db.pool().query("select cap from holdfast.budgets")).rows).toEqual([{ cap: 10 }]);
  expect((await db.pool().query("select from holdfast.cost_entries")).rowCount).toBe(0);
  expect((await db.pool().query("select from holdfast.approvals")).rowCount).toBe(0);
});

const ACTS: [
  what: string,
  spec: { verb: string; budget?: string; params: unknown; reason?: string },
  code: string,
  rule: string,
][] = [
  ["a negative cap", { verb: "raise", params: { cap: -1 } }, "PT422", "bad_amount"],
  ["another currency", { verb: "raise", params: { cap: 20, currency: "eur" } }, "PT422", "wrong_currency"],
  [
    "another currency for a correction",
    { verb: "adjust", params: { amount: 1, currency: "eur" } },
    "PT422",
    "wrong_currency",
  ],
  ["an unknown budget", { verb: "raise", budget: "nowhere", params: { cap: 20 } }, "PT404", "unknown_budget"],
  ["an unknown option", { verb: "raise", params: { cap: 20, for_ever: true } }, "PT400", "unknown_option"],
  ["no reason", { verb: "adjust", params: { amount: 1 }, reason: " " }, "PT422", "reason_required"],
];

test.each(ACTS)("an act on a budget with %s is refused", async (_, spec, code, rule) => {
  const refusal = await refusalOf(
    act(db.pool(), { subject: "budget", target: { budget: spec.budget ?? "day" }, reason: "r", ...spec }),
  );
  expect(refusal).toMatchObject({ code, rule: `holdfast.${rule}` });
});

test.each([
  { paid: true },
  { paid: true, est_cost: null },
  { paid: true, est_cost: "NaN" },
  { paid: true, est_cost: -1 },
  { est_cost: 1e9 },
])("a job with %j is refused: what it may cost must be known", async (options) => {
  await expect(refusalOf(enqueue(db, { options }))).resolves.toMatchObject({
    code: "PT422",
    rule: "holdfast.bad_est_cost",
  });
});

test("an operator may not define a budget, nor correct one; an admin may", async () => {
  const insert = `insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'mine', 'workspace', 'week', 5 from holdfast.workspaces returning currency, created_by`;
  await expect(refusalOf(asMember("operator")(db, (client) => client.query(insert)))).resolves.toMatchObject({
    code: "PT403",
    rule: "holdfast.not_permitted",
  });
  const adjust = { verb: "adjust", subject: "budget", target: { budget: "day" }, reason: "r", params: { amount: 1 } };
  await expect(refusalOf(asMember("operator")(db, (client) => act(client, adjust)))).resolves.toMatchObject({
    code: "PT403",
  });
  const { rows } = await asMember("admin")(db, (client) => client.query(insert));
  expect(rows).toEqual([{ currency: "usd", created_by: `user:${db.users.owner.id}` }]);
  await expectMoneyLaws(db);
});

test("a run that reports nonsense as its cost is counted at its estimate, and keeps its heartbeat", async () => {
  const by = await worker(db);
  const id = await enqueue(db, { options: { paid: true, est_cost: 2 } });
  const token = await by.takeOne(id);
  for (const cost of ["NaN", -5, 1e12]) {
    const { rows } = await db
      .pool("holdfast_worker")
      .query("select holdfast_private.beat_lease($1, $2) as verdict", [token, { cost }]);
    expect(rows[0].verdict).toBe("keep");
  }
  await by.finish({ token, outcome: "completed", cost: -3 });
  const { rows } = await db
    .pool()
    .query("select entry, amount from holdfast.cost_entries where job_id = $1 order by id", [id]);
  expect(rows).toEqual([
    { entry: "reserve", amount: 2 },
    { entry: "release", amount: -2 },
    { entry: "settle", amount: 2 },
  ]);
  await expectMoneyLaws(db);
});
