import {
  act,
  asServiceRole,
  asUser,
  controlClock,
  createTestDatabase,
  duty,
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
const clock = await controlClock(db);
const team = await workspace(db, "team");
await db
  .pool()
  .query(
    "insert into holdfast.job_classes (workspace_id, name, max_retries, backoff, quarantine_after) values ($1, 'brittle', 9, 'none', 3)",
    [team.id],
  );
const by = await worker(db);
const person = (role: keyof typeof team.people) => asUser(team.people[role]);
const on = (verb: string, id: number, who: RolePlay = person("approver"), reason = "looked at it") =>
  who(db, (client) => act(client, { workspace: "team", verb, subject: "job", target: { job: id }, reason }), {
    commit: true,
  });
const rowsOf = async (id: number) =>
  (await db.pool().query("select * from holdfast.quarantine where job_id = $1 order by id", [id])).rows;
const attempt = async (id: number, message: string) => {
  await duty(db, "promote");
  const [answer] = await by.finish({
    token: await by.takeOne(id),
    outcome: "failed",
    error: { message, class: "test" },
  });
  return answer?.state;
};

test("a job that fails alike as often as its class bears is isolated, with the evidence", async () => {
  const id = await enqueue(db, { workspace: "team", options: { class: "brittle" } });
  // Numbers, ids and paths do not tell failures apart.
  await expect(attempt(id, "cannot read /tmp/a/1: line 12")).resolves.toBe("retrying");
  await expect(attempt(id, "cannot read /var/b/2: line 99")).resolves.toBe("retrying");
  await expect(attempt(id, "cannot read /srv/c/3: line 7")).resolves.toBe("quarantined");
  const [row] = await rowsOf(id);
  expect(row).toMatchObject({
    reason_code: "fails_alike",
    source: "supervisor",
    severity: "medium",
    state: "open",
    reviewer: null,
    reviewed_at: null,
  });
  expect(row.evidence).toMatchObject({
    error_class: "test",
    error: "cannot read /srv/c/3: line 7",
    alike_failures: 3,
    fingerprint: expect.any(String),
  });
  expect(row.evidence.runs.map((run: { attempt: number }) => run.attempt)).toEqual([3, 2, 1]);
});

test("failures that differ do not add up: the count begins anew with each", async () => {
  const id = await enqueue(db, { workspace: "team", options: { class: "brittle" } });
  for (const message of ["no disk", "no disk", "no network", "no disk", "no disk"])
    await expect(attempt(id, message)).resolves.toBe("retrying");
  await expect(attempt(id, "no disk")).resolves.toBe("quarantined");
  const { rows } = await db.pool().query("select attempt, alike_failures from holdfast.jobs where id = $1", [id]);
  expect(rows).toEqual([{ attempt: 6, alike_failures: 3 }]);
});

test("a job that kills its workers takes no further one with it", async () => {
  const id = await enqueue(db, { workspace: "team", options: { class: "brittle" } });
  const workers = [];
  for (let n = 0; n < 3; n++) {
    const victim = await worker(db);
    workers.push(victim.id);
    await victim.takeOne(id);
    await db.pool("holdfast_worker").query("select holdfast_private.report_worker_dead($1, 'gone')", [victim.id]);
    await duty(db, "promote");
  }
  await expect(stateOf(db, id)).resolves.toBe("quarantined");
  const [row] = await rowsOf(id);
  expect(row).toMatchObject({ reason_code: "killed_its_worker", severity: "high" });
  expect(row.evidence).toMatchObject({ crashes: 3, error_class: "worker_died" });
  expect(row.evidence.runs.map((run: { worker: number }) => run.worker)).toEqual(workers.reverse());
  const next = await worker(db);
  await expect(next.take(id)).resolves.toEqual(new Map());
});

test("a job that a person let start and that failed is looked at by a person", async () => {
  const id = await job(db, { workspace: "team", state: "awaiting_approval" });
  await on("approve", id);
  await expect(attempt(id, "boom")).resolves.toBe("quarantined");
  await expect(rowsOf(id)).resolves.toMatchObject([
    { reason_code: "failed_after_consent", severity: "high", state: "open" },
  ]);
});

test.each(["awaiting_approval", "blocked", "queued", "dispatched", "retrying", "failed", "timed_out"] as const)(
  "a person isolates a job that is %s: it is out of everything's way until it was looked at",
  async (state) => {
    const id = await job(db, { workspace: "team", state, by });
    await on("quarantine", id, person("operator"), "it smells");
    const [row] = await rowsOf(id);
    expect(row).toMatchObject({ reason_code: "person", source: `user:${team.people.operator}`, state: "open" });
    expect(row.evidence).toMatchObject({ error: "Isolated by a person: it smells" });
    if (state === "dispatched") {
      const left = await db.pool().query("select from graphile_worker._private_jobs where key = $1", [`job:${id}`]);
      expect(left.rowCount).toBe(0);
    }
    await clock.advance("1 minute");
    await duty(db, "promote");
    await expect(by.take(id)).resolves.toEqual(new Map());
    const open = await db
      .pool()
      .query(
        "select (select count(*) from holdfast.dead_letters where job_id = $1 and state = 'open') + (select count(*) from holdfast.approvals where job_id = $1 and state = 'pending') as n",
        [id],
      );
    expect(open.rows).toEqual([{ n: 0 }]);
    await expect(stateOf(db, id)).resolves.toBe("quarantined");
  },
);

test("an isolated job gives its slot to the next", async () => {
  const first = await enqueue(db, { workspace: "team", options: { concurrency_key: "k" } });
  const second = await enqueue(db, { workspace: "team", options: { concurrency_key: "k" } });
  await on("quarantine", first);
  await expect(stateOf(db, second)).resolves.toBe("dispatched");
});

test("release and discard write who looked and what they found, and each ends the review", async () => {
  const [kept, given] = [
    await job(db, { workspace: "team", state: "quarantined" }),
    await job(db, { workspace: "team", state: "quarantined" }),
  ];
  await on("release", kept, person("approver"), "input corrected");
  await on("discard", given, person("admin"), "not worth it");
  await expect(rowsOf(kept)).resolves.toMatchObject([
    {
      state: "released",
      reviewer: `user:${team.people.approver}`,
      note: "input corrected",
      reviewed_at: expect.any(Date),
    },
  ]);
  await expect(rowsOf(given)).resolves.toMatchObject([
    { state: "discarded", reviewer: `user:${team.people.admin}`, note: "not worth it" },
  ]);
  await expect(stateOf(db, kept)).resolves.toBe("dispatched");
  const { rows } = await db.pool().query("select state, error_message from holdfast.jobs where id = $1", [given]);
  expect(rows).toEqual([{ state: "canceled", error_message: "Discarded: not worth it" }]);
  for (const verb of ["release", "discard"])
    await expect(refusalOf(on(verb, kept))).resolves.toMatchObject({ code: "PT409", rule: "holdfast.not_now" });
});

test("a released job has a clean slate; isolated again, it has a second row", async () => {
  const id = await enqueue(db, { workspace: "team", options: { class: "brittle" } });
  for (let n = 0; n < 3; n++) await attempt(id, "boom");
  await on("release", id);
  const { rows } = await db
    .pool()
    .query(
      "select crash_count, alike_failures, suspect, max_attempts > attempt as may from holdfast.jobs where id = $1",
      [id],
    );
  expect(rows).toEqual([{ crash_count: 0, alike_failures: 0, suspect: false, may: true }]);
  for (const next of ["retrying", "retrying", "quarantined"]) await expect(attempt(id, "boom")).resolves.toBe(next);
  await expect(rowsOf(id)).resolves.toMatchObject([{ state: "released" }, { state: "open" }]);
});

test("where the class needs consent, a release asks for it, from another person than who released", async () => {
  const id = await job(db, { workspace: "team", state: "awaiting_approval" });
  await on("approve", id);
  await attempt(id, "boom");
  const { result } = await on("release", id, person("approver"));
  expect(result).toMatchObject({ state: "awaiting_approval", approval: expect.any(Number) });
  await expect(rowsOf(id)).resolves.toMatchObject([{ state: "released" }]);
  await expect(refusalOf(on("approve", id, person("approver")))).resolves.toMatchObject({
    rule: "holdfast.own_request",
  });
  await on("approve", id, person("admin"));
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test.each(["release", "discard"])("%s takes a person with the role and a note", async (verb) => {
  const id = await job(db, { workspace: "team", state: "quarantined" });
  await expect(refusalOf(on(verb, id, person("operator")))).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
  await expect(refusalOf(on(verb, id, asServiceRole))).resolves.toMatchObject({ rule: "holdfast.only_people_decide" });
  await expect(refusalOf(on(verb, id, person("approver"), " "))).resolves.toMatchObject({
    rule: "holdfast.reason_required",
  });
  await db.pool().query("update holdfast.members set agent = true where user_id = $1", [team.people.approver]);
  await expect(refusalOf(on(verb, id))).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
  await db.pool().query("update holdfast.members set agent = false where user_id = $1", [team.people.approver]);
  await expect(stateOf(db, id)).resolves.toBe("quarantined");
  await expect(rowsOf(id)).resolves.toMatchObject([{ state: "open" }]);
});
