import {
  act,
  asUser,
  createTestDatabase,
  refusalOf,
  registerKinds,
  stateOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

// Consent to spend: asked for when a threshold would be passed, by whoever wants this attempt.

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
await registerKinds(db, "hello");
await db
  .pool()
  .query(
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap, approval_threshold) values ($1, 'all', 'workspace', 'day', 100, 5)",
    [team.id],
  );

const on = (role: keyof typeof team.people, verb: string, id: number) =>
  asUser(team.people[role])(
    db,
    (client) => act(client, { workspace: "team", verb, subject: "job", target: { job: id }, reason: "a test" }),
    { commit: true },
  );
const spend = async (cost: number) => {
  const { rows } = await asUser(team.people.operator)(
    db,
    (client) =>
      client.query(
        `select (holdfast.enqueue('team', 'hello', '{}', jsonb_build_object('paid', true, 'est_cost', $1::numeric))).id`,
        [cost],
      ),
    { commit: true },
  );
  return rows[0].id as number;
};
const requests = async (id: number) =>
  (
    await db
      .pool()
      .query(
        "select purpose, state, requested_by, shown -> 'est_cost' as cost from holdfast.approvals where job_id = $1 order by id",
        [id],
      )
  ).rows;

test("a job that would pass the threshold asks who may spend, shows how much, and runs on that consent", async () => {
  const id = await spend(6);
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
  await expect(requests(id)).resolves.toEqual([
    { purpose: "spend", state: "pending", requested_by: `user:${team.people.operator}`, cost: 6 },
  ]);
  await on("approver", "approve", id);
  await (await worker(db)).takeOne(id);
  await expect(requests(id)).resolves.toMatchObject([{ state: "spent" }]);
});

test("a cost that grew after the consent voids it", async () => {
  const id = await spend(6);
  await on("approver", "approve", id);
  await db.pool().query("update holdfast.jobs set est_cost = 60 where id = $1", [id]);
  await expect((await worker(db)).take(id)).resolves.toEqual(new Map());
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
  await expect(requests(id)).resolves.toMatchObject([{ state: "superseded" }, { state: "pending", cost: 60 }]);
});

test("who retries what another wanted to spend asks for it themselves, and does not consent to it", async () => {
  const id = await spend(6);
  await on("admin", "reject", id);
  await on("approver", "retry", id);
  await expect(requests(id)).resolves.toMatchObject([
    { state: "rejected", requested_by: `user:${team.people.operator}` },
    { state: "pending", purpose: "spend", requested_by: `user:${team.people.approver}` },
  ]);
  await expect(refusalOf(on("approver", "approve", id))).resolves.toMatchObject({ rule: "holdfast.own_request" });
  await on("admin", "approve", id);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});
