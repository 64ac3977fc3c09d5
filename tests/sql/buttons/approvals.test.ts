import {
  act,
  asMember,
  asServiceRole,
  asStranger,
  asUser,
  createTestDatabase,
  type RolePlay,
  refusalOf,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
  await db.pool().query("update holdfast.workspaces set single_operator = false");
});
afterEach(() => db.drop());

/** Enqueues a job that needs consent, as somebody; returns its request. */
async function ask(who: RolePlay, payload: unknown = {}, kind = "health_scan"): Promise<{ id: number; job: number }> {
  const { rows } = await who(
    db,
    (client) =>
      client.query("select (holdfast.enqueue('local', $2, $1, '{\"class\": \"approval_required\"}')).id", [
        JSON.stringify(payload),
        kind,
      ]),
    { commit: true },
  );
  const { rows: asked } = await db.pool().query("select id from holdfast.approvals where job_id = $1", [rows[0].id]);
  return { id: asked[0].id, job: rows[0].id };
}

async function seen(who: RolePlay, id: number) {
  const { rows } = await who(db, (client) =>
    client.query("select * from holdfast.approval_overview where id = $1", [id]),
  );
  return rows[0];
}

/** The rule by which the database refuses the decision; undefined when it takes it. Nothing is kept. */
async function decided(who: RolePlay, id: number): Promise<string | undefined> {
  const tried = who(db, (client) => act(client, { verb: "approve", subject: "approval", target: { approval: id } }));
  return tried.then(
    () => undefined,
    async () => (await refusalOf(tried)).rule,
  );
}

const decide = (who: RolePlay, id: number, verb: "approve" | "reject" = "approve") =>
  who(db, (client) => act(client, { verb, subject: "approval", target: { approval: id }, reason: "looked at it" }), {
    commit: true,
  });

async function agent(role: string): Promise<RolePlay> {
  const id = crypto.randomUUID();
  await db.pool().query("insert into auth.users (id, email) values ($1, 'agent@holdfast.test')", [id]);
  await db
    .pool()
    .query(
      "insert into holdfast.members (workspace_id, user_id, role, agent) select id, $1, $2, true from holdfast.workspaces",
      [id, role],
    );
  return asUser(id);
}

test("who may decide, and why the others may not, is what the database then does", async () => {
  await db.pool().query("update holdfast.job_classes set approval_quorum = 2 where name = 'approval_required'");
  const mine = await ask(asMember("approver"));
  const { id } = await ask(asMember("operator"));
  await decide(asMember("approver"), id);
  const old = await ask(asMember("operator"));
  await db
    .pool()
    .query("update holdfast.approvals set expires_at = now() - interval '1 second' where id = $1", [old.id]);
  const gone = await ask(asMember("operator"));
  await decide(asMember("approver"), gone.id, "reject");
  const strict = await ask(asMember("operator"));
  await db.pool().query("update holdfast.approvals set least_role = 'admin' where id = $1", [strict.id]);
  const machine = await agent("admin");
  const CASES: [who: string, play: RolePlay, id: number, why: string | null, rule: string | undefined][] = [
    ["the approver of an own request", asMember("approver"), mine.id, "you asked for it yourself", "own_request"],
    ["another approver", asMember("admin"), mine.id, null, undefined],
    ["a viewer", asMember("viewer"), mine.id, "it takes the role approver: yours is viewer", "not_permitted"],
    ["an operator", asMember("operator"), mine.id, "it takes the role approver: yours is operator", "not_permitted"],
    ["an agent", machine, mine.id, "an agent never decides", "not_permitted"],
    ["the first of two", asMember("approver"), id, "you have decided already", "already_decided"],
    ["the second of two", asMember("admin"), id, null, undefined],
    ["too late", asMember("approver"), old.id, "it has expired", "approval_expired"],
    ["after a rejection", asMember("admin"), gone.id, "it is rejected", "not_pending"],
    [
      "below the class's role",
      asMember("approver"),
      strict.id,
      "it takes the role admin: yours is approver",
      "not_permitted",
    ],
    ["the class's role", asMember("admin"), strict.id, null, undefined],
    ["the secret key", asServiceRole, mine.id, "only a person decides, signed in as themselves", "only_people_decide"],
  ];
  for (const [who, play, request, why, rule] of CASES) {
    const row = await seen(play, request);
    expect([row.may_decide, row.why_not], who).toEqual([why === null, why]);
    expect(await decided(play, request), who).toBe(rule && `holdfast.${rule}`);
  }
});

test("a single operator may decide about an own request, and sees so", async () => {
  await db.pool().query("update holdfast.workspaces set single_operator = true");
  const { id } = await ask(asMember("admin"));
  await expect(seen(asMember("admin"), id)).resolves.toMatchObject({ may_decide: true, why_not: null });
  await expect(decided(asMember("admin"), id)).resolves.toBeUndefined();
});

test("it names who asked and who decided what, and counts the grants", async () => {
  await db.pool().query("update holdfast.job_classes set approval_quorum = 2 where name = 'approval_required'");
  const { id, job } = await ask(asMember("operator"));
  await decide(asMember("approver"), id);
  expect(await seen(asMember("viewer"), id)).toMatchObject({
    requested_by_name: "operator@holdfast.test",
    decisions: [
      { name: "approver@holdfast.test", decision: "grant", reason: "looked at it", decided_at: expect.any(String) },
    ],
    grants: 1,
    quorum: 2,
    job_id: job,
    job_kind: "health_scan",
    job_state: "awaiting_approval",
    label: "APPROVAL REQUIRED",
    last_granted: null,
  });
  await decide(asMember("admin"), id);
  expect(await seen(asMember("viewer"), id)).toMatchObject({ state: "granted", grants: 2, label: null });
});

test("it shows what was consented to last: of the same job, else of the same kind", async () => {
  const by = await worker(db);
  await decide(asMember("admin"), (await ask(asMember("operator"), { venture: "other" }, "candidate_scan")).id);
  const first = await ask(asMember("operator"), { venture: "noaerth" }, "venture_review");
  expect((await seen(asMember("approver"), first.id)).last_granted).toBeNull();
  await decide(asMember("approver"), first.id);
  const second = await ask(asMember("operator"), {}, "venture_review");
  const row = await seen(asMember("approver"), second.id);
  expect(row.last_granted).toMatchObject({ kind: "venture_review", payload: { venture: "noaerth" } });
  expect(row.last_granted_at).toEqual(expect.any(Date));
  await decide(asMember("approver"), second.id);
  await by.finish({ token: await by.takeOne(first.job), outcome: "failed", error: { message: "x", class: "test" } });
  // It failed after consent: released, it asks again.
  await asMember("admin")(
    db,
    (client) => act(client, { verb: "release", subject: "job", target: { job: first.job }, reason: "again" }),
    { commit: true },
  );
  const { rows } = await db.pool().query("select max(id) as id from holdfast.approvals where job_id = $1", [first.job]);
  expect(rows[0].id).toBeGreaterThan(second.id);
  expect((await seen(asMember("approver"), rows[0].id)).last_granted).toMatchObject({ job: first.job });
});

test("a request about a schedule is compared with the last about the same schedule", async () => {
  const enable = async (schedule: string) => {
    const { result } = await asMember("operator")(
      db,
      (client) => act(client, { verb: "enable", subject: "schedule", target: { schedule } }),
      { commit: true },
    );
    return result.approval as number;
  };
  await decide(asMember("approver"), await enable("venture_review"));
  const first = await enable("retry_scan");
  expect((await seen(asMember("approver"), first)).last_granted).toBeNull();
  await decide(asMember("approver"), first);
  await act(db.pool(), { verb: "disable", subject: "schedule", target: { schedule: "retry_scan" } });
  const second = await enable("retry_scan");
  expect((await seen(asMember("approver"), second)).last_granted).toMatchObject({ name: "retry_scan" });
});

test("a stranger sees no request", async () => {
  const { id } = await ask(asMember("operator"));
  expect(await seen(asStranger, id)).toBeUndefined();
});
