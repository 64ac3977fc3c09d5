import {
  act,
  asAnon,
  asServiceRole,
  asStranger,
  asUser,
  asWorker,
  createTestDatabase,
  enqueue,
  job,
  type RolePlay,
  refusalOf,
  stateOf,
  workspace,
} from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
const other = await workspace(db, "other");
await db
  .pool()
  .query(
    "insert into holdfast.job_classes (workspace_id, name, max_retries, backoff, needs_approval, approval_quorum, approval_role) values ($1, 'two_people', 0, 'none', true, 2, 'approver'), ($1, 'only_admins', 0, 'none', true, 1, 'admin')",
    [team.id],
  );

const person = (role: keyof typeof team.people) => asUser(team.people[role]);
const ask = async (options: Record<string, unknown> = { class: "approval_required" }, by?: RolePlay) => {
  if (!by) return enqueue(db, { workspace: "team", options });
  const made = await by(
    db,
    (client) => client.query("select (holdfast.enqueue('team', 'hello', '{}', $1)).id", [JSON.stringify(options)]),
    { commit: true },
  );
  return made.rows[0].id as number;
};
const pendingOf = async (id: number) =>
  (await db.pool().query("select id from holdfast.approvals where job_id = $1 and state = 'pending'", [id])).rows[0]
    ?.id as number;

/** The three ways to decide: an act on the job, an act on the approval, a row of approval_decisions. */
const WAYS: Record<
  string,
  (who: RolePlay, id: number, decision: "grant" | "reject", reason?: string) => Promise<unknown>
> = {
  "an act on the job": (who, id, decision, reason = "a test") =>
    who(
      db,
      (client) =>
        act(client, {
          workspace: "team",
          verb: decision === "grant" ? "approve" : "reject",
          subject: "job",
          target: { job: id },
          reason,
        }),
      { commit: true },
    ),
  "an act on the approval": async (who, id, decision, reason = "a test") => {
    const approval = await pendingOf(id);
    return who(
      db,
      (client) =>
        act(client, {
          workspace: "team",
          verb: decision === "grant" ? "approve" : "reject",
          subject: "approval",
          target: { approval },
          reason,
        }),
      { commit: true },
    );
  },
  "a row of approval_decisions": async (who, id, decision, reason = "a test") => {
    const approval = await pendingOf(id);
    return who(
      db,
      (client) =>
        client.query("insert into holdfast.approval_decisions (approval_id, decision, reason) values ($1, $2, $3)", [
          approval,
          decision,
          reason,
        ]),
      { commit: true },
    );
  },
};

const agent = crypto.randomUUID();
await db.pool().query("insert into auth.users (id, email) values ($1, 'agent@team.test')", [agent]);
await db
  .pool()
  .query("insert into holdfast.members (workspace_id, user_id, role, agent) values ($1, $2, 'admin', true)", [
    team.id,
    agent,
  ]);

const NOBODY: [who: string, play: RolePlay, codes: RegExp][] = [
  ["a viewer", person("viewer"), /PT403/],
  ["an operator", person("operator"), /PT403/],
  ["a member who is an agent, even an admin", asUser(agent), /PT403/],
  ["the secret key", asServiceRole, /PT403|42501/],
  ["an approver of another workspace", asUser(other.people.approver), /PT404/],
  ["a stranger", asStranger, /PT404/],
  ["nobody at all", asAnon, /42501/],
  ["a worker", asWorker, /42501/],
];

describe.each(Object.entries(WAYS))("deciding by %s", (_way, decide) => {
  test.each(NOBODY)("is refused to %s, and changes nothing", async (_who, play, codes) => {
    const id = await ask();
    for (const decision of ["grant", "reject"] as const) {
      const { code } = await refusalOf(decide(play, id, decision));
      expect(code).toMatch(codes);
    }
    await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
    const { rowCount } = await db
      .pool()
      .query(
        "select from holdfast.approval_decisions d join holdfast.approvals a on a.id = d.approval_id where a.job_id = $1",
        [id],
      );
    expect(rowCount).toBe(0);
  });

  test("is refused to who asked, whatever their role", async () => {
    const id = await ask(undefined, person("admin"));
    await expect(refusalOf(decide(person("admin"), id, "grant"))).resolves.toMatchObject({
      code: "PT403",
      rule: "holdfast.own_request",
    });
    await expect(refusalOf(decide(person("admin"), id, "reject"))).resolves.toMatchObject({
      rule: "holdfast.own_request",
    });
    await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
    await decide(person("approver"), id, "grant");
    await expect(stateOf(db, id)).resolves.toBe("dispatched");
  });

  test("takes as many people as the class says, each once", async () => {
    const id = await ask({ class: "two_people" });
    await decide(person("approver"), id, "grant");
    await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
    await expect(refusalOf(decide(person("approver"), id, "grant"))).resolves.toMatchObject({
      code: "PT409",
      rule: "holdfast.already_decided",
    });
    await decide(person("admin"), id, "grant");
    await expect(stateOf(db, id)).resolves.toBe("dispatched");
  });

  test("takes the role that the class says", async () => {
    const id = await ask({ class: "only_admins" });
    await expect(refusalOf(decide(person("approver"), id, "grant"))).resolves.toMatchObject({
      code: "PT403",
      rule: "holdfast.not_permitted",
      message: expect.stringContaining("admin"),
    });
    await decide(person("admin"), id, "grant");
    await expect(stateOf(db, id)).resolves.toBe("dispatched");
  });

  test("takes a reason to reject, and one rejection ends the job, whatever the quorum", async () => {
    const id = await ask({ class: "two_people" });
    await decide(person("approver"), id, "grant");
    await expect(refusalOf(decide(person("admin"), id, "reject", " "))).resolves.toMatchObject({
      code: "PT422",
      rule: "holdfast.reason_required",
    });
    await expect(refusalOf(decide(person("admin"), id, "reject", "x".repeat(2001)))).resolves.toMatchObject({
      rule: "holdfast.bad_reason",
    });
    await decide(person("admin"), id, "reject", "not this quarter");
    const { rows } = await db
      .pool()
      .query(
        "select j.state, j.error_message, a.state as approval, a.closed_reason from holdfast.jobs j join holdfast.approvals a on a.job_id = j.id where j.id = $1",
        [id],
      );
    expect(rows).toEqual([
      {
        state: "canceled",
        error_message: "Consent refused: not this quarter",
        approval: "rejected",
        closed_reason: "not this quarter",
      },
    ]);
  });
});

test("a decision is neither grant nor reject: refused", async () => {
  const approval = await pendingOf(await ask());
  await expect(
    refusalOf(
      person("approver")(db, (client) =>
        client.query("insert into holdfast.approval_decisions (approval_id, decision) values ($1, 'maybe')", [
          approval,
        ]),
      ),
    ),
  ).resolves.toMatchObject({ code: "PT422", rule: "holdfast.bad_decision" });
});

test("who decided, when and about which digest is filled by the database", async () => {
  const id = await ask();
  const approval = await pendingOf(id);
  await expect(
    refusalOf(
      person("approver")(db, (client) =>
        client.query(
          "insert into holdfast.approval_decisions (approval_id, decision, decided_by) values ($1, 'grant', 'user:x')",
          [approval],
        ),
      ),
    ),
  ).resolves.toMatchObject({ code: "42501" });
  const { digest } = (await db.pool().query("select digest from holdfast.approvals where id = $1", [approval])).rows[0];
  const withDigest = (given: string) =>
    person("approver")(
      db,
      (client) =>
        act(client, {
          workspace: "team",
          verb: "approve",
          subject: "approval",
          target: { approval },
          params: { digest: given },
        }),
      { commit: true },
    );
  await expect(refusalOf(withDigest("0".repeat(64)))).resolves.toMatchObject({
    code: "PT409",
    rule: "holdfast.subject_changed",
  });
  await withDigest(digest);
  const { rows } = await db
    .pool()
    .query(
      "select decided_by, decision, digest, workspace_id from holdfast.approval_decisions where approval_id = $1",
      [approval],
    );
  expect(rows).toEqual([
    { decided_by: `user:${team.people.approver}`, decision: "grant", digest, workspace_id: team.id },
  ]);
  const events = await db
    .pool()
    .query(
      "select action, actor from holdfast.events where subject_id = $1 and subject_type = 'approval' and action ~ '^approval.(granted|rejected)$'",
      [String(approval)],
    );
  expect(events.rows).toEqual([{ action: "approval.granted", actor: `user:${team.people.approver}` }]);
});

test("decisions are never changed or taken back", async () => {
  for (const play of [person("admin"), asServiceRole])
    for (const sql of [
      "update holdfast.approval_decisions set reason = 'x'",
      "delete from holdfast.approval_decisions",
      "update holdfast.approvals set state = 'granted'",
    ])
      await expect(refusalOf(play(db, (client) => client.query(sql)))).resolves.toMatchObject({ code: "42501" });
});

test("who retries what another enqueued is the one who asks, and does not decide", async () => {
  const id = await ask(undefined, person("operator"));
  await WAYS["an act on the job"]?.(person("approver"), id, "reject", "no");
  await person("approver")(
    db,
    (client) => act(client, { workspace: "team", verb: "retry", subject: "job", target: { job: id } }),
    { commit: true },
  );
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
  await expect(
    refusalOf(WAYS["an act on the job"]?.(person("approver"), id, "grant") ?? Promise.resolve()),
  ).resolves.toMatchObject({ rule: "holdfast.own_request" });
  await WAYS["an act on the job"]?.(person("admin"), id, "grant");
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("where one person runs the workspace alone, their wish is their consent, on the record", async () => {
  await db.pool().query("update holdfast.workspaces set single_operator = true where id = $1", [team.id]);
  const id = await ask(undefined, person("admin"));
  await WAYS["an act on the job"]?.(person("admin"), id, "grant");
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
  const dead = await job(db, { workspace: "team", state: "failed", options: { class: "large" } });
  const retried = await person("admin")(
    db,
    (client) => act(client, { workspace: "team", verb: "retry", subject: "job", target: { job: dead } }),
    { commit: true },
  );
  expect(retried.result).toMatchObject({ state: "dispatched", approval: expect.any(Number) });
  const { rows } = await db
    .pool()
    .query("select decided_by, reason from holdfast.approval_decisions where approval_id = $1", [
      retried.result.approval,
    ]);
  expect(rows).toEqual([{ decided_by: `user:${team.people.admin}`, reason: "The single operator asked for it." }]);
  // An operator's wish is not, nor an agent's.
  const again = await job(db, { workspace: "team", state: "failed", options: { class: "large" } });
  for (const play of [person("operator"), asUser(agent)]) {
    const wish = await play(db, (client) =>
      act(client, { workspace: "team", verb: "retry", subject: "job", target: { job: again } }),
    );
    expect(wish.result).toMatchObject({ state: "awaiting_approval" });
  }
  await db.pool().query("update holdfast.workspaces set single_operator = false where id = $1", [team.id]);
});
