import {
  act,
  asUser,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  job,
  openSession,
  refusalOf,
  stateOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const team = await workspace(db, "team");
// Consent for the first run, and retries by itself; and one that may not run twice.
await db
  .pool()
  .query(
    "insert into holdfast.job_classes (workspace_id, name, max_retries, backoff, retry_safe, needs_approval, quarantine_after, approval_hours) values ($1, 'careful', 3, 'none', true, true, 9, 2), ($1, 'once', 3, 'none', false, true, 9, 2)",
    [team.id],
  );
const by = await worker(db);
const ask = (options: Record<string, unknown> = { class: "careful" }) => enqueue(db, { workspace: "team", options });
const on = (verb: string, id: number, role: keyof typeof team.people = "approver") =>
  asUser(team.people[role])(
    db,
    (client) => act(client, { workspace: "team", verb, subject: "job", target: { job: id }, reason: "a test" }),
    { commit: true },
  );
const requests = async (id: number) =>
  (
    await db
      .pool()
      .query("select id, purpose, state, run_id, requested_by from holdfast.approvals where job_id = $1 order by id", [
        id,
      ])
  ).rows;
const fail = (token: number, message: string) =>
  by.finish({ token, outcome: "failed", error: { message, class: "test" } });

test("a retry of the same thing, where the class retries by itself, does not ask twice", async () => {
  const id = await ask();
  await on("approve", id);
  const first = await by.takeOne(id);
  await expect(fail(first, "one")).resolves.toMatchObject([{ state: "retrying" }]);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select token, attempt, consent from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  const [request] = await requests(id);
  // The second attempt carries the same consent, so that whoever executes it can check it too.
  expect(rows).toEqual([
    { token: expect.any(Number), attempt: 2, consent: expect.objectContaining({ approval: request.id }) },
  ]);
  await expect(requests(id)).resolves.toMatchObject([{ state: "spent", run_id: rows[0].token }]);
  await by.finish({ token: rows[0].token, outcome: "completed" });
});

test("a retry of something that has changed asks anew, even where the class retries by itself", async () => {
  const id = await ask();
  await on("approve", id);
  await fail(await by.takeOne(id), "one");
  await db.pool().query("update holdfast.jobs set payload = '{\"more\": 1}' where id = $1", [id]);
  await expect(by.take(id)).resolves.toEqual(new Map());
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
  await expect(requests(id)).resolves.toMatchObject([{ state: "spent" }, { state: "pending", purpose: "first_run" }]);
});

test("a retry of what may not run twice asks for it, and each consent is spent by its own run", async () => {
  const id = await ask({ class: "once" });
  await on("approve", id);
  const first = await by.takeOne(id);
  await fail(first, "one");
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
  await on("approve", id);
  const second = await by.takeOne(id);
  await fail(second, "two");
  await on("approve", id);
  const third = await by.takeOne(id);
  await expect(requests(id)).resolves.toMatchObject([
    { purpose: "first_run", state: "spent", run_id: first },
    { purpose: "retry", state: "spent", run_id: second },
    { purpose: "retry", state: "spent", run_id: third },
  ]);
});

test("a grant is spent by one run: the job it was given for does not run on it again", async () => {
  const id = await ask({ class: "approval_required" });
  await on("approve", id);
  const token = await by.takeOne(id);
  await by.finish({ token, outcome: "canceled" });
  await on("retry", id, "operator");
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
  await expect(requests(id)).resolves.toMatchObject([
    { state: "spent" },
    { state: "pending", requested_by: `user:${team.people.operator}` },
  ]);
  // Not even if somebody puts it on its way by hand.
  await db.pool().query("update holdfast.jobs set state = 'queued' where id = $1", [id]);
  await duty(db, "promote");
  await db.pool().query("select holdfast_private.dispatch(array[$1]::bigint[])", [id]);
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
});

test("a request that nobody decides expires, and its job ends", async () => {
  const id = await ask();
  const other = await ask({ class: "approval_required" });
  await clock.advance("1 hour 59 minutes");
  await expect(duty(db, "expire_approvals")).resolves.toMatchObject({ expired: 0 });
  await clock.advance("2 minutes");
  await expect(refusalOf(on("approve", id))).resolves.toMatchObject({
    code: "PT409",
    rule: "holdfast.approval_expired",
  });
  const done = await duty(db, "expire_approvals");
  expect(done.expired).toBeGreaterThan(0);
  const { rows } = await db.pool().query("select state, error_message from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({
    state: "canceled",
    error_message: expect.stringMatching(/^Nobody consented before .* UTC\.$/),
  });
  await expect(requests(id)).resolves.toMatchObject([{ state: "expired" }]);
  await expect(stateOf(db, other)).resolves.toBe("awaiting_approval");
  const events = await db
    .pool()
    .query("select actor from holdfast.events where action = 'approval.expired' and data ->> 'job' = $1", [String(id)]);
  expect(events.rows).toEqual([{ actor: "supervisor" }]);
});

test("a request in somebody's open transaction keeps no other from expiring", async () => {
  await using person = await openSession(db);
  await using system = await openSession(db);
  await system.client.query("set statement_timeout = '5s'");
  const held = await ask();
  const free = await ask();
  await clock.advance("3 hours");
  await person.client.query("begin");
  await person.client.query("select from holdfast.approvals where job_id = $1 for update", [held]);
  await system.client.query("select holdfast_private.expire_approvals()");
  await expect(stateOf(db, free)).resolves.toBe("canceled");
  await expect(stateOf(db, held)).resolves.toBe("awaiting_approval");
  await person.client.query("rollback");
  await duty(db, "expire_approvals");
  await expect(stateOf(db, held)).resolves.toBe("canceled");
});

const OVER: [how: string, bring: (id: number) => Promise<unknown>, state: string][] = [
  ["granted", (id) => on("approve", id), "granted"],
  ["spent", (id) => on("approve", id).then(() => by.takeOne(id)), "spent"],
  ["rejected", (id) => on("reject", id), "rejected"],
  ["superseded, because its job was canceled", (id) => on("cancel", id), "superseded"],
  ["superseded, because its job was quarantined", (id) => on("quarantine", id), "superseded"],
  ["expired", () => clock.advance("3 hours").then(() => duty(db, "expire_approvals")), "expired"],
];

test.each(OVER)("a request that is %s cannot be decided any more", async (_how, bring, state) => {
  const id = await ask();
  const [{ id: approval }] = await requests(id);
  await bring(id);
  const before = await stateOf(db, id);
  for (const verb of ["approve", "reject"]) {
    const decided = asUser(team.people.admin)(
      db,
      (client) => act(client, { workspace: "team", verb, subject: "approval", target: { approval }, reason: "late" }),
      { commit: true },
    );
    await expect(refusalOf(decided)).resolves.toMatchObject({
      code: "PT409",
      rule: "holdfast.not_pending",
      message: expect.stringContaining(state),
    });
  }
  await expect(stateOf(db, id)).resolves.toBe(before);
  await expect(requests(id)).resolves.toMatchObject([{ state }]);
});

const ACT = (verb: string) =>
  `select holdfast.act('team', '${verb}', 'job', jsonb_build_object('job', $1::bigint), 'a test')`;

test.each([
  ["approve", "cancel", "canceled", "superseded|granted"],
  ["cancel", "approve", "canceled", "superseded"],
  ["approve", "reject", "dispatched", "granted"],
  ["reject", "approve", "canceled", "rejected"],
])("%s against %s: the second waits for the first, and sees what it did", async (first, second, state, request) => {
  const id = await enqueue(db, { workspace: "team", options: { class: "careful" } });
  await db.pool().query("update holdfast.approvals set requested_by = 'service_role' where job_id = $1", [id]);
  await using one = await openSession(db);
  await using two = await openSession(db);
  await one.client.query("begin");
  await one.client.query(ACT(first), [id]);
  const racing = two.client.query(ACT(second), [id]).then(
    () => "done",
    (error) => error.detail as string,
  );
  await two.untilBlocked();
  await one.client.query("commit");
  const answer = await racing;
  expect(answer).toBe(first === "approve" && second === "cancel" ? "done" : "holdfast.not_now");
  await expect(stateOf(db, id)).resolves.toBe(state);
  expect((await requests(id))[0].state).toMatch(new RegExp(`^(${request})$`));
});

test("of two people who complete a quorum at the same moment, both count", async () => {
  await db
    .pool()
    .query(
      "insert into holdfast.job_classes (workspace_id, name, backoff, needs_approval, approval_quorum) values ($1, 'pair', 'none', true, 2)",
      [team.id],
    );
  const id = await ask({ class: "pair" });
  await Promise.all([on("approve", id), on("approve", id, "admin")]);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("consent to a job that waits for another holds until that one has completed", async () => {
  const parent = await enqueue(db, { workspace: "team" });
  const id = await ask({ class: "careful", depends_on: [parent] });
  await on("approve", id);
  const { rows } = await db.pool().query("select state, held_by from holdfast.jobs where id = $1", [id]);
  expect(rows).toEqual([{ state: "queued", held_by: ["dependency"] }]);
  await by.finish({ token: await by.takeOne(parent), outcome: "completed" });
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
  await by.takeOne(id);
});

test("a lost run of what may not run twice asks; if it comes back first, the request is closed", async () => {
  await db.pool().query("insert into holdfast.command_rules (workspace_id, program) values ($1, '*')", [team.id]);
  const id = await enqueue(db, { workspace: "team", kind: "command", payload: { argv: ["true"] } });
  const token = await by.takeOne(id);
  await db
    .pool()
    .query(
      "select from holdfast_private.close_runs(holdfast_private.lost_finishes($1, 'lease_expired', 'silent'), 'supervisor', false)",
      [[token]],
    );
  await expect(requests(id)).resolves.toMatchObject([{ purpose: "retry", state: "pending" }]);
  const { rows } = await db.pool("holdfast_worker").query("select holdfast_private.beat_lease($1) as verdict", [token]);
  expect(rows[0].verdict).toBe("keep");
  await expect(requests(id)).resolves.toMatchObject([{ state: "superseded" }]);
  await expect(refusalOf(on("approve", id))).resolves.toMatchObject({ rule: "holdfast.not_now" });
});

test("every request, decision and expiry is an event", async () => {
  const id = await job(db, { workspace: "team", state: "awaiting_approval" });
  const { rows } = await db
    .pool()
    .query(
      "select action, data ->> 'purpose' as purpose from holdfast.events where subject_type = 'job' and subject_id = $1 order by seq",
      [String(id)],
    );
  expect(rows).toEqual([
    { action: "approval.requested", purpose: "first_run" },
    { action: "job.enqueued", purpose: null },
  ]);
});
