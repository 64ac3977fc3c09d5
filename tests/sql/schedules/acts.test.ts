import {
  act,
  asMember,
  createTestDatabase,
  refusalOf,
  registerKinds,
  stateOf,
  type TestDatabase,
} from "@holdfast/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
  await registerKinds(db, "hello");
});
afterEach(() => db.drop());

const spec = (verb: string, schedule: string) => ({ verb, subject: "schedule", target: { schedule } });
const asOperator = (verb: string, schedule: string) =>
  asMember("operator")(db, (client) => act(client, spec(verb, schedule)), { commit: true });
const enabled = async (name: string) =>
  (
    await db
      .pool()
      .query("select enabled, enabled_by, stepped_to is not null as counts from holdfast.schedules where name = $1", [
        name,
      ])
  ).rows[0];

test("an operator enables a schedule that needs no consent, and disables it again", async () => {
  await expect(asOperator("enable", "health_scan")).resolves.toMatchObject({
    affected: 1,
    result: { state: "enabled" },
  });
  await expect(enabled("health_scan")).resolves.toEqual({
    enabled: true,
    enabled_by: `user:${db.users.operator.id}`,
    counts: true,
  });
  await expect(asOperator("enable", "health_scan")).resolves.toMatchObject({
    affected: 0,
    result: { state: "enabled", note: "was so already" },
  });
  await expect(asOperator("disable", "health_scan")).resolves.toMatchObject({ result: { state: "disabled" } });
  await expect(enabled("health_scan")).resolves.toMatchObject({ enabled: false });
});

test("one that needs consent waits for another person", async () => {
  const asked = await asOperator("enable", "retry_scan");
  expect(asked.result).toMatchObject({ state: "waits for another person's consent" });
  await expect(enabled("retry_scan")).resolves.toMatchObject({ enabled: false });
  const shown = await db
    .pool()
    .query("select shown, purpose, subject from holdfast.approvals where id = $1", [asked.result.approval]);
  expect(shown.rows[0]).toMatchObject({
    purpose: "enable",
    subject: "schedule",
    shown: { name: "retry_scan", cron: "*/30 * * * *", kind: "retry_scan" },
  });
  const approve = { verb: "approve", subject: "approval", target: { approval: asked.result.approval } };
  await asMember("approver")(db, (client) => act(client, approve), { commit: true });
  await expect(enabled("retry_scan")).resolves.toEqual({
    enabled: true,
    enabled_by: `user:${db.users.operator.id}`,
    counts: true,
  });
});

test("a rule that changed after it was shown is not enabled by that consent", async () => {
  const asked = await asOperator("enable", "retry_scan");
  await db.pool().query("update holdfast.schedules set cron = '* * * * *' where name = 'retry_scan'");
  const approve = { verb: "approve", subject: "approval", target: { approval: asked.result.approval } };
  await expect(refusalOf(asMember("approver")(db, (client) => act(client, approve)))).resolves.toMatchObject({
    rule: "holdfast.subject_changed",
  });
  await expect(enabled("retry_scan")).resolves.toMatchObject({ enabled: false });
});

test("run starts the job by hand, whether it is enabled or not, in the person's name", async () => {
  const ran = await asOperator("run", "health_scan");
  const { rows } = await db
    .pool()
    .query("select kind, queue, trigger, created_by, idempotency_key from holdfast.jobs where id = $1", [
      ran.result.job,
    ]);
  expect(rows[0]).toEqual({
    kind: "health_scan",
    queue: "scheduled",
    trigger: "schedule",
    created_by: `user:${db.users.operator.id}`,
    idempotency_key: null,
  });
  await expect(asOperator("run", "health_scan")).resolves.toMatchObject({ affected: 1 });
  await expect(stateOf(db, ran.result.job as number)).resolves.toBe("dispatched");
  expect((await db.pool().query("select from holdfast.schedule_windows")).rowCount).toBe(0);
});

test("a viewer enables nothing and runs nothing; an unknown schedule and strange params are refused by name", async () => {
  for (const verb of ["enable", "disable", "run"])
    await expect(
      refusalOf(asMember("viewer")(db, (client) => act(client, spec(verb, "health_scan")))),
    ).resolves.toMatchObject({ code: "PT403" });
  await expect(refusalOf(asOperator("run", "nowhere"))).resolves.toMatchObject({
    code: "PT404",
    rule: "holdfast.unknown_schedule",
  });
  await expect(
    refusalOf(act(db.pool(), { ...spec("run", "health_scan"), params: { payload: {} } })),
  ).resolves.toMatchObject({ code: "PT400", rule: "holdfast.unknown_option" });
});

test("an admin may define a schedule through the Data API, an operator may not", async () => {
  const insert =
    "insert into holdfast.schedules (workspace_id, name, cron, kind) select id, 'mine', '@daily', 'hello' from holdfast.workspaces returning enabled, created_by";
  await expect(refusalOf(asMember("operator")(db, (client) => client.query(insert)))).resolves.toMatchObject({
    code: "PT403",
    rule: "holdfast.not_permitted",
  });
  const { rows } = await asMember("admin")(db, (client) => client.query(insert));
  expect(rows).toEqual([{ enabled: false, created_by: `user:${db.users.owner.id}` }]);
});
