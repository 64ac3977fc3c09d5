import { act, asUser, createTestDatabase, openSession, refusalOf, workspace } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

// Acts that need consent: enabling some schedules, raising a budget.

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
await db
  .pool()
  .query(
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap) values ($1, 'all', 'workspace', 'day', 10)",
    [team.id],
  );

const on = (role: keyof typeof team.people, verb: string, subject: string, target: object, params: object = {}) =>
  asUser(team.people[role])(
    db,
    (client) => act(client, { workspace: "team", verb, subject, target: { ...target }, reason: "a test", params }),
    { commit: true },
  );
const cap = async () => (await db.pool().query("select cap from holdfast.budgets where name = 'all'")).rows[0].cap;
const enabled = async (name: string) =>
  (
    await db
      .pool()
      .query("select enabled, enabled_by from holdfast.schedules where name = $1 and workspace_id = $2", [
        name,
        team.id,
      ])
  ).rows[0];
const states = async (column: "schedule" | "budget", name: string) =>
  (await db.pool().query(`select state from holdfast.approvals where ${column} = $1 order by id`, [name])).rows.map(
    (row) => row.state,
  );

test("a schedule that needs consent is enabled by whom asked, when another person consents", async () => {
  const asked = await on("operator", "enable", "schedule", { schedule: "retry_scan" });
  expect(asked.result).toMatchObject({ state: "waits for another person's consent", approval: expect.any(Number) });
  await expect(enabled("retry_scan")).resolves.toMatchObject({ enabled: false });
  await on("approver", "approve", "approval", { approval: asked.result.approval });
  await expect(enabled("retry_scan")).resolves.toEqual({ enabled: true, enabled_by: `user:${team.people.operator}` });
  await expect(states("schedule", "retry_scan")).resolves.toEqual(["spent"]);
});

test("a schedule that was changed after the question is not enabled by the answer", async () => {
  const asked = await on("operator", "enable", "schedule", { schedule: "portfolio_daily" });
  await db.pool().query("update holdfast.schedules set cron = '* * * * *' where name = 'portfolio_daily'");
  const answer = on("approver", "approve", "approval", { approval: asked.result.approval });
  await expect(refusalOf(answer)).resolves.toMatchObject({ code: "PT409", rule: "holdfast.subject_changed" });
  await db.pool().query("select holdfast_private.expire_approvals()");
  await expect(states("schedule", "portfolio_daily")).resolves.toEqual(["superseded"]);
  await expect(enabled("portfolio_daily")).resolves.toMatchObject({ enabled: false });
});

test("a rejected schedule stays as it is", async () => {
  const asked = await on("operator", "enable", "schedule", { schedule: "portfolio_weekly" });
  await on("approver", "reject", "approval", { approval: asked.result.approval });
  await expect(enabled("portfolio_weekly")).resolves.toMatchObject({ enabled: false });
});

test("asking anew replaces the question, and only the newest can be answered", async () => {
  const first = await on("operator", "raise", "budget", { budget: "all" }, { cap: 20 });
  const second = await on("operator", "raise", "budget", { budget: "all" }, { cap: 30 });
  await expect(states("budget", "all")).resolves.toEqual(["superseded", "pending"]);
  await expect(
    refusalOf(on("approver", "approve", "approval", { approval: first.result.approval })),
  ).resolves.toMatchObject({
    rule: "holdfast.not_pending",
  });
  await expect(cap()).resolves.toBe(10);
  await on("approver", "approve", "approval", { approval: second.result.approval });
  await expect(cap()).resolves.toBe(30);
});

test("who asked to raise a budget does not consent to it", async () => {
  const asked = await on("approver", "raise", "budget", { budget: "all" }, { cap: 1000 });
  await expect(
    refusalOf(on("approver", "approve", "approval", { approval: asked.result.approval })),
  ).resolves.toMatchObject({
    code: "PT403",
    rule: "holdfast.own_request",
  });
  await on("admin", "reject", "approval", { approval: asked.result.approval });
  await expect(cap()).resolves.toBe(30);
});

test("a raise beyond a cap that has changed meanwhile is asked for again", async () => {
  const asked = await on("operator", "raise", "budget", { budget: "all" }, { cap: 50 });
  await on("operator", "raise", "budget", { budget: "all" }, { cap: 5 });
  await expect(cap()).resolves.toBe(5);
  await expect(
    refusalOf(on("approver", "approve", "approval", { approval: asked.result.approval })),
  ).resolves.toMatchObject({
    rule: "holdfast.subject_changed",
  });
});

test("an act and a decision about the same thing at the same moment do not wait for each other for ever", async () => {
  const asked = await on("operator", "enable", "schedule", { schedule: "strategy_monthly" });
  await using one = await openSession(db);
  await using two = await openSession(db);
  await one.client.query("begin");
  await one.client.query(
    "select from holdfast.schedules where name = 'strategy_monthly' and workspace_id = $1 for update",
    [team.id],
  );
  const deciding = two.client
    .query("insert into holdfast.approval_decisions (approval_id, decision) values ($1, 'grant')", [
      asked.result.approval,
    ])
    .then(
      () => "done",
      (error) => error.code as string,
    );
  await two.untilBlocked();
  // The request is still free: who holds the schedule can ask anew.
  await one.client.query("select holdfast.act('team', 'enable', 'schedule', '{\"schedule\": \"strategy_monthly\"}')");
  await one.client.query("commit");
  await expect(deciding).resolves.toBe("PT409");
  await expect(states("schedule", "strategy_monthly")).resolves.toEqual(["superseded", "pending"]);
});

test("a decision takes no params but the digest, and names an approval of the workspace", async () => {
  const asked = await on("operator", "enable", "schedule", { schedule: "noaerth_scan" });
  const target = { approval: asked.result.approval };
  await expect(refusalOf(on("approver", "approve", "approval", target, { digst: "x" }))).resolves.toMatchObject({
    code: "PT400",
    rule: "holdfast.unknown_option",
  });
  await expect(refusalOf(on("approver", "approve", "approval", { approval: 987_654 }))).resolves.toMatchObject({
    code: "PT404",
    rule: "holdfast.unknown_approval",
  });
  await expect(refusalOf(on("approver", "approve", "approval", { approval: "x" }))).resolves.toMatchObject({
    code: "PT400",
    rule: "holdfast.bad_target",
  });
});
