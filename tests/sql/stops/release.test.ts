import {
  act,
  asServiceRole,
  asUser,
  createTestDatabase,
  enqueue,
  job,
  type RolePlay,
  refusalOf,
  stateOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
const people = {
  operator: asUser(team.people.operator),
  approver: asUser(team.people.approver),
  admin: asUser(team.people.admin),
};

const engageAs = async (who: RolePlay, params: object = {}) => {
  const done = await who(
    db,
    (client) =>
      act(client, { workspace: "team", verb: "engage", subject: "stop", target: {}, reason: "smoke", params }),
    { commit: true },
  );
  return done.result.stop as number;
};
const releaseAs = (who: RolePlay, stop: number, where = "team") =>
  who(
    db,
    (client) =>
      act(client, { workspace: where, verb: "release", subject: "stop", target: { stop }, reason: "no fire" }),
    { commit: true },
  );

test("who engaged a stop does not release it; another person does, and the row says who and why", async () => {
  const stop = await engageAs(people.approver);
  const id = await enqueue(db, { workspace: "team" });
  await expect(refusalOf(releaseAs(people.approver, stop))).resolves.toMatchObject({
    code: "PT403",
    rule: "holdfast.own_request",
  });
  await expect(stateOf(db, id)).resolves.toBe("queued");
  await expect(releaseAs(people.admin, stop)).resolves.toMatchObject({ result: { state: "released", dispatched: 1 } });
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
  const { rows } = await db.pool().query("select * from holdfast.emergency_stops where id = $1", [stop]);
  expect(rows[0]).toMatchObject({
    reason: "smoke",
    engaged_by: `user:${team.people.approver}`,
    released_by: `user:${team.people.admin}`,
    released_reason: "no fire",
  });
});

test("an operator engages but does not release; a service and an agent never release", async () => {
  const stop = await engageAs(people.operator, { scope: "queue", name: "alert" });
  await expect(refusalOf(releaseAs(people.operator, stop))).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
  await expect(refusalOf(releaseAs(asServiceRole, stop))).resolves.toMatchObject({
    rule: "holdfast.only_people_decide",
  });
  await db.pool().query("update holdfast.members set agent = true where user_id = $1", [team.people.admin]);
  await expect(refusalOf(releaseAs(people.admin, stop))).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
  await db.pool().query("update holdfast.members set agent = false where user_id = $1", [team.people.admin]);
  await expect(releaseAs(people.approver, stop)).resolves.toMatchObject({ affected: 1 });
});

test("a stop is released once, and only where it was engaged", async () => {
  await workspace(db, "elsewhere");
  const stop = await engageAs(people.operator, { scope: "queue", name: "alert" });
  const there = await db
    .pool()
    .query(
      "select user_id from holdfast.members m join holdfast.workspaces w on w.id = m.workspace_id where w.slug = 'elsewhere' and role = 'admin'",
    );
  await expect(refusalOf(releaseAs(asUser(there.rows[0].user_id), stop, "elsewhere"))).resolves.toMatchObject({
    code: "PT404",
    rule: "holdfast.unknown_stop",
  });
  await releaseAs(people.approver, stop);
  await expect(refusalOf(releaseAs(people.approver, stop))).resolves.toMatchObject({
    code: "PT409",
    rule: "holdfast.not_now",
  });
});

test("a stop of the installation takes the role in every workspace, to engage and to release", async () => {
  await expect(refusalOf(engageAs(people.admin, { scope: "global", what: ["external"] }))).resolves.toMatchObject({
    code: "PT403",
    rule: "holdfast.not_permitted",
    message: expect.stringContaining("every workspace"),
  });
  const everywhere = (person: string, role: string) =>
    db
      .pool()
      .query(
        "insert into holdfast.members (workspace_id, user_id, role) select id, $1, $2 from holdfast.workspaces where slug <> 'team'",
        [person, role],
      );
  await everywhere(team.people.admin, "operator");
  const stop = await engageAs(people.admin, { scope: "global", what: ["external"] });
  await everywhere(team.people.approver, "operator");
  await expect(refusalOf(releaseAs(people.approver, stop))).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
  await db.pool().query("update holdfast.members set role = 'approver' where user_id = $1", [team.people.approver]);
  // Who runs one workspace alone does not run the installation alone.
  await db.pool().query("update holdfast.workspaces set single_operator = true where slug = 'team'");
  await expect(refusalOf(releaseAs(people.admin, stop))).resolves.toMatchObject({ rule: "holdfast.own_request" });
  await expect(releaseAs(people.approver, stop)).resolves.toMatchObject({ affected: 1 });
  await db.pool().query("update holdfast.workspaces set single_operator = false where slug = 'team'");
});

test("who runs a workspace alone releases their own stop", async () => {
  await db.pool().query("update holdfast.workspaces set single_operator = true where slug = 'team'");
  const stop = await engageAs(people.admin, { scope: "queue", name: "alert" });
  await expect(releaseAs(people.admin, stop)).resolves.toMatchObject({ affected: 1 });
  await db.pool().query("update holdfast.workspaces set single_operator = false where slug = 'team'");
});

test("a stop with kill_running ends what comes back from the lost, and no stop without it does", async () => {
  const lost = async () => {
    const by = await worker(db);
    await db
      .pool()
      .query("insert into holdfast.command_rules (workspace_id, program) values ($1, '*') on conflict do nothing", [
        team.id,
      ]);
    const id = await enqueue(db, { workspace: "team", kind: "command", payload: { argv: ["true"] } });
    const token = await by.takeOne(id);
    await db
      .pool()
      .query(
        "select from holdfast_private.close_runs(holdfast_private.lost_finishes($1, 'lease_expired', 'silent'), 'supervisor', false)",
        [[token]],
      );
    return token;
  };
  const beat = async (token: number) =>
    (await db.pool("holdfast_worker").query("select holdfast_private.beat_lease($1) as verdict", [token])).rows[0]
      .verdict;
  const [one, two] = [await lost(), await lost()];
  const gentle = await engageAs(people.operator);
  await expect(beat(one)).resolves.toBe("keep");
  await releaseAs(people.approver, gentle);
  const stop = await engageAs(people.operator, { kill_running: true });
  await expect(beat(two)).resolves.toBe("lost");
  await releaseAs(people.approver, stop);
});

test("a job that a person retries, releases or approves under a stop waits for its end", async () => {
  const failed = await job(db, { workspace: "team", state: "failed" });
  const isolated = await job(db, { workspace: "team", state: "quarantined" });
  const asked = await job(db, { workspace: "team", state: "awaiting_approval" });
  const stop = await engageAs(people.operator);
  for (const [verb, id] of [
    ["retry", failed],
    ["release", isolated],
    ["approve", asked],
  ] as const) {
    const done = await people.approver(
      db,
      (client) => act(client, { workspace: "team", verb, subject: "job", target: { job: id }, reason: "a test" }),
      { commit: true },
    );
    expect(done.result, verb).toMatchObject({ state: "queued", held_by: ["stop"] });
  }
  await releaseAs(people.approver, stop);
  for (const id of [failed, isolated, asked]) await expect(stateOf(db, id)).resolves.toBe("dispatched");
});
