import type { RolePlay } from "@holdfast/testing";
import {
  act,
  asAnon,
  asServiceRole,
  asStranger,
  asUser,
  createTestDatabase,
  job,
  refusalOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";
import { MAKES, paramsOf, subjectIn } from "./support/subjects.ts";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
// Draining a worker takes an admin of every workspace.
await db
  .pool()
  .query(
    "insert into holdfast.members (workspace_id, user_id, role) select id, $1, 'admin' from holdfast.workspaces where id <> $2",
    [team.people.admin, team.id],
  );

const ROLES = ["viewer", "operator", "approver", "admin"] as const;
type Role = (typeof ROLES)[number];

/** A state of its subject in which the verb fits. */
const FITTING: Record<string, string> = {
  "cancel job": "queued",
  "kill job": "running",
  "retry job": "failed",
  "rerun job": "completed",
  "approve job": "awaiting_approval",
  "reject job": "awaiting_approval",
  "release job": "quarantined",
  "discard job": "quarantined",
  "quarantine job": "queued",
  "drain worker": "live",
  "kill worker": "live",
  "redrive dead_letter": "open",
  "dismiss dead_letter": "open",
  "cancel jobs": "queued",
  "retry jobs": "failed",
  "rerun jobs": "completed",
  "approve approval": "pending",
  "reject approval": "pending",
  "release stop": "engaged",
  "enable schedule": "disabled",
  "disable schedule": "enabled",
  "run schedule": "disabled",
  "tick incident": "open",
  "contain incident": "open",
  "close incident": "open",
  "set alert_channel": "disabled",
};
/** What only people do: the secret key is refused. */
const PERSONAL = ["approve", "reject", "release", "discard"];

const ACTS: [verb: string, subject: string, least: Role, needsReason: boolean][] = [
  ["cancel", "job", "operator", false],
  ["kill", "job", "operator", false],
  ["retry", "job", "operator", false],
  ["rerun", "job", "operator", false],
  ["approve", "job", "approver", false],
  ["reject", "job", "approver", true],
  ["release", "job", "approver", true],
  ["discard", "job", "approver", true],
  ["pause", "queue", "operator", true],
  ["resume", "queue", "operator", false],
  ["limit", "queue", "admin", false],
  ["pause", "lane", "operator", true],
  ["resume", "lane", "operator", false],
  ["limit", "lane", "admin", false],
  ["limit", "class", "admin", false],
  ["drain", "worker", "admin", false],
  ["kill", "worker", "admin", true],
  ["quarantine", "job", "operator", true],
  ["redrive", "dead_letter", "operator", true],
  ["dismiss", "dead_letter", "operator", true],
  ["approve", "approval", "approver", false],
  ["reject", "approval", "approver", true],
  ["cancel", "jobs", "operator", true],
  ["retry", "jobs", "operator", true],
  ["rerun", "jobs", "operator", true],
  ["engage", "stop", "operator", true],
  ["release", "stop", "approver", true],
  ["enable", "schedule", "operator", false],
  ["disable", "schedule", "operator", false],
  ["run", "schedule", "operator", false],
  ["raise", "budget", "operator", true],
  ["adjust", "budget", "admin", true],
  ["open", "incident", "operator", true],
  ["tick", "incident", "operator", false],
  ["contain", "incident", "operator", true],
  ["close", "incident", "operator", true],
  ["set", "alert_channel", "admin", false],
];

async function tryAs(who: RolePlay, verb: string, subject: string, reason = "a test") {
  const made = MAKES.includes(verb)
    ? { target: {} }
    : await subjectIn(db, team, subject, FITTING[`${verb} ${subject}`] ?? "active");
  const spec = { workspace: team.slug, verb, subject, params: paramsOf(verb, subject), ...made, reason };
  return who(db, (client) => act(client, spec));
}

test("the permission matrix holds no act that is not tried here", async () => {
  const { rows } = await db
    .pool()
    .query(
      "select verb, subject, least_role, needs_reason from holdfast.verbs where verb not in ('enqueue', 'depend', 'define') order by 1, 2",
    );
  const said = rows.map((row) => [row.verb, row.subject, row.least_role, row.needs_reason].join(" "));
  expect(said).toEqual(ACTS.map((row) => row.join(" ")).sort());
});

describe.each(ACTS)("%s a %s", (verb, subject, least, needsReason) => {
  test(`is permitted to the role ${least}`, async () => {
    await expect(tryAs(asUser(team.people[least]), verb, subject)).resolves.toMatchObject({
      affected: expect.any(Number),
    });
  });

  if (PERSONAL.includes(verb)) {
    test("is refused to the secret key: it takes a person", async () => {
      await expect(refusalOf(tryAs(asServiceRole, verb, subject))).resolves.toMatchObject({
        code: "PT403",
        rule: "holdfast.only_people_decide",
      });
    });
  } else {
    test("is permitted to the secret key", async () => {
      await expect(tryAs(asServiceRole, verb, subject)).resolves.toMatchObject({ affected: expect.any(Number) });
    });
  }

  test("is refused to the role below, to a stranger and to nobody", async () => {
    const below = ROLES[ROLES.indexOf(least) - 1] as Role;
    await expect(refusalOf(tryAs(asUser(team.people[below]), verb, subject))).resolves.toMatchObject({
      code: "PT403",
      rule: "holdfast.not_permitted",
    });
    await expect(refusalOf(tryAs(asStranger, verb, subject))).resolves.toMatchObject({
      code: "PT404",
      rule: "holdfast.unknown_workspace",
    });
    await expect(refusalOf(tryAs(asAnon, verb, subject))).resolves.toMatchObject({ code: "42501" });
  });

  test(needsReason ? "needs a reason" : "needs no reason", async () => {
    const doing = tryAs(asUser(team.people.admin), verb, subject, "  ");
    if (needsReason)
      await expect(refusalOf(doing)).resolves.toMatchObject({ code: "PT422", rule: "holdfast.reason_required" });
    else await expect(doing).resolves.toBeDefined();
  });
});

test("nobody consents to their own request, except where one person runs the workspace alone", async () => {
  const approve = asUser(team.people.approver);
  const mine = async () => {
    const made = await approve(
      db,
      (client) =>
        client.query("select (holdfast.enqueue('team', 'hello', '{}', '{\"class\": \"approval_required\"}')).id"),
      { commit: true },
    );
    return made.rows[0].id as number;
  };
  const id = await mine();
  const consent = (one: number) =>
    approve(db, (client) => act(client, { workspace: "team", verb: "approve", subject: "job", target: { job: one } }), {
      commit: true,
    });
  const offered = (one: number) =>
    approve(
      db,
      async (client) =>
        (await client.query("select from holdfast.allowed_actions where job_id = $1 and verb = 'approve'", [one]))
          .rowCount,
    );
  await expect(refusalOf(consent(id))).resolves.toMatchObject({ code: "PT403", rule: "holdfast.own_request" });
  await expect(offered(id)).resolves.toBe(0);
  await db.pool().query("update holdfast.workspaces set single_operator = true where slug = 'team'");
  await expect(offered(id)).resolves.toBe(1);
  await expect(consent(id)).resolves.toMatchObject({ affected: 1 });
  await db.pool().query("update holdfast.workspaces set single_operator = false where slug = 'team'");
});

test("an admin of one workspace alone cannot drain a worker, which serves them all", async () => {
  const other = await workspace(db, "one-of-many");
  const { id } = await worker(db);
  const refusal = await refusalOf(
    asUser(other.people.admin)(db, (client) =>
      act(client, { workspace: other.slug, verb: "drain", subject: "worker", target: { worker: id } }),
    ),
  );
  expect(refusal).toMatchObject({ code: "PT403", rule: "holdfast.not_permitted" });
});

test("another workspace's job is as unknown as one that does not exist", async () => {
  const foreign = await job(db, { state: "queued" });
  const refuse = (id: number) =>
    refusalOf(
      asUser(team.people.admin)(db, (client) =>
        act(client, { workspace: "team", verb: "cancel", subject: "job", target: { job: id } }),
      ),
    );
  const existing = await refuse(foreign);
  const absent = await refuse(987_654);
  expect(existing.rule).toBe("holdfast.unknown_job");
  expect({ ...existing, message: existing.message.replace(String(foreign), "N") }).toEqual({
    ...absent,
    message: absent.message.replace("987654", "N"),
  });
});

test("a stranger's insert learns nothing: existing and absent ids are refused alike", async () => {
  const existing = await job(db, { workspace: team.slug, state: "queued" });
  const refuse = (workspaceId: string, id: number) =>
    refusalOf(
      asStranger(db, (client) =>
        client.query(
          "insert into holdfast.actions (workspace_id, verb, subject, job_id) values ($1, 'cancel', 'job', $2)",
          [workspaceId, id],
        ),
      ),
    );
  const answers = await Promise.all([
    refuse(team.id, existing),
    refuse(team.id, 987_654),
    refuse(crypto.randomUUID(), existing),
  ]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ code: "PT403", rule: "holdfast.not_permitted" });
});

test("what a refused act would have done is not done", async () => {
  const id = await job(db, { workspace: team.slug, state: "dispatched" });
  await refusalOf(
    asUser(team.people.viewer)(
      db,
      (client) => act(client, { workspace: "team", verb: "cancel", subject: "job", target: { job: id } }),
      { commit: true },
    ),
  );
  const { rows } = await db.pool().query("select state from holdfast.jobs where id = $1", [id]);
  expect(rows[0].state).toBe("dispatched");
});
