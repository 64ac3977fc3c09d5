import {
  act,
  asUser,
  createTestDatabase,
  enqueue,
  type JobState,
  job,
  openSession,
  refusalOf,
  stateOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

// Acts on all jobs that a filter means. Which verb fits which state and role is tried in every-verb.test.ts.

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
const by = await worker(db, { capacity: 5000 });
const { operator } = team.people;

let group = 0;
/** Jobs in these states that share a label, which is the filter that means them. */
async function some(...states: JobState[]) {
  const labels = { group: ++group };
  const ids: number[] = [];
  for (const state of states) ids.push(await job(db, { workspace: "team", state, by, options: { labels } }));
  return { ids, filter: { label: labels, state: [...new Set(states)] } };
}
const doing = (verb: string, params: unknown, person = operator) =>
  asUser(person)(
    db,
    (client) =>
      act(client, { workspace: "team", verb, subject: "jobs", target: {}, reason: "the disk is free", params }),
    { commit: true },
  );
const preview = async (verb: string, filter: unknown, person = operator) =>
  (
    await asUser(person)(db, (client) =>
      client.query("select matched, fits, skipped from holdfast.preview_jobs($1, $2, $3)", [
        team.id,
        verb,
        JSON.stringify(filter),
      ]),
    )
  ).rows[0];
const states = (ids: number[]) => Promise.all(ids.map((id) => stateOf(db, id)));

test("cancel ends what waits, asks what runs to end, and says what it passed over", async () => {
  const { ids, filter } = await some(
    "queued",
    "dispatched",
    "running",
    "retrying",
    "awaiting_approval",
    "completed",
    "failed",
  );
  expect(await preview("cancel", filter)).toEqual({ matched: 7, fits: 5, skipped: { completed: 1, failed: 1 } });
  const done = await doing("cancel", { filter });
  expect(done).toMatchObject({
    affected: 5,
    result: { matched: 7, changed: 5, ending: 1, skipped: { completed: 1, failed: 1 }, jobs: ids.slice(0, 5) },
  });
  expect(await states(ids)).toEqual(["canceled", "canceled", "running", "canceled", "canceled", "completed", "failed"]);
  const { rows } = await db.pool().query("select verdict from holdfast.leases where job_id = $1", [ids[2]]);
  expect(rows).toEqual([{ verdict: "cancel" }]);
  const { rowCount } = await db
    .pool()
    .query("select from graphile_worker._private_jobs where key = $1", [`job:${ids[1]}`]);
  expect(rowCount).toBe(0);
});

test("retry gives each another attempt, and those that may not run twice wait for consent, asked for by who acted", async () => {
  const { ids, filter } = await some("failed", "canceled", "timed_out", "completed");
  const unsafe = await job(db, {
    workspace: "team",
    state: "failed",
    by,
    options: { labels: { group }, class: "large" },
  });
  const done = await doing("retry", { filter, expected: 4 });
  expect(done).toMatchObject({ affected: 4, result: { matched: 5, changed: 4, asked: 1, skipped: { completed: 1 } } });
  expect(await states([...ids, unsafe])).toEqual([
    "dispatched",
    "dispatched",
    "dispatched",
    "completed",
    "awaiting_approval",
  ]);
  const { rows } = await db.pool().query("select requested_by from holdfast.approvals where job_id = $1", [unsafe]);
  expect(rows).toEqual([{ requested_by: `user:${operator}` }]);
  const letters = await db
    .pool()
    .query("select state from holdfast.dead_letters where job_id = any ($1)", [[...ids, unsafe]]);
  expect(letters.rows.map((row) => row.state)).toEqual(["redriven", "redriven", "redriven"]);
});

test("rerun makes a new job like each, which points back to it", async () => {
  const { ids, filter } = await some("completed", "failed", "queued");
  const { result } = await doing("rerun", { filter });
  expect(result).toMatchObject({ matched: 3, changed: 2, skipped: { queued: 1 }, jobs: ids.slice(0, 2), asked: 0 });
  const { rows } = await db
    .pool()
    .query(
      "select id, rerun_of, state, trigger, labels, created_by from holdfast.jobs where rerun_of = any ($1) order by id",
      [ids],
    );
  expect(rows).toEqual(
    ids.slice(0, 2).map((id, n) => ({
      id: (result.made as number[])[n],
      rerun_of: id,
      state: "dispatched",
      trigger: "rerun",
      labels: { group },
      created_by: `user:${operator}`,
    })),
  );
  expect(await states(ids)).toEqual(["completed", "failed", "queued"]);
});

test("the act is one event, and each job's own history tells of it", async () => {
  const { ids, filter } = await some("failed", "failed");
  const acted = await doing("rerun", { filter });
  const { rows } = await db
    .pool()
    .query(
      "select actor, action, subject_id, data from holdfast.events where data ->> 'reason' = 'the disk is free' and (subject_type = 'jobs' or subject_id = any ($1)) order by seq desc limit 3",
      [ids.map(String)],
    );
  expect(rows.map(({ action, subject_id }) => [action, subject_id])).toEqual([
    ["jobs.rerun", "filter"],
    ["job.rerun", String(ids[1])],
    ["job.rerun", String(ids[0])],
  ]);
  expect(rows[0]).toMatchObject({ actor: `user:${operator}`, data: { params: { filter }, affected: 2 } });
  expect(rows[2].data).toMatchObject({
    action: Number((acted as unknown as { id: number }).id),
    made: (acted.result.made as number[])[0],
  });
});

test("a filter that names states is not widened by the verb", async () => {
  const { ids, filter } = await some("failed", "canceled");
  await expect(doing("retry", { filter: { ...filter, state: "failed" } })).resolves.toMatchObject({
    affected: 1,
    result: { matched: 1, skipped: {} },
  });
  expect(await states(ids)).toEqual(["dispatched", "canceled"]);
});

describe("expected", () => {
  test("refuses when another number matches, and says both", async () => {
    const { ids, filter } = await some("failed", "failed", "completed");
    for (const expected of [0, 1, 3]) {
      await expect(refusalOf(doing("retry", { filter, expected }))).resolves.toMatchObject({
        code: "PT409",
        rule: "holdfast.match_changed",
        message: `${expected} jobs were expected, 2 match now that retry fits.`,
      });
    }
    expect(await states(ids)).toEqual(["failed", "failed", "completed"]);
    await expect(doing("retry", { filter, expected: 2 })).resolves.toMatchObject({ affected: 2 });
  });

  test("counts what is locked, not what was found: a job that moves on meanwhile stays out", async () => {
    const { ids, filter } = await some("failed", "failed");
    await using person = await openSession(db);
    await using other = await openSession(db);
    const acting = (expected?: number) =>
      other.client
        .query("select result from holdfast.act('team', 'cancel', 'jobs', '{}', 'r', $1)", [
          JSON.stringify({ filter: { label: filter.label }, expected }),
        ])
        .then(
          ({ rows }) => rows[0].result,
          (error) => error.detail,
        );
    await doing("retry", { filter });
    // Both are dispatched; one is taken and completed while the cancel waits for it.
    await person.client.query("begin");
    await person.client.query("select from holdfast.jobs where id = $1 for update", [ids[0]]);
    const refused = acting(2);
    await other.untilBlocked();
    await person.client.query("update holdfast.jobs set state = 'queued' where id = $1", [ids[0]]);
    await person.client.query("update holdfast.jobs set state = 'quarantined' where id = $1", [ids[0]]);
    await person.client.query("commit");
    await expect(refused).resolves.toBe("holdfast.match_changed");
    await expect(stateOf(db, ids[1] as number)).resolves.toBe("dispatched");
    await expect(acting(1)).resolves.toMatchObject({ matched: 2, changed: 1, skipped: { quarantined: 1 } });
    expect(await states(ids)).toEqual(["quarantined", "canceled"]);
  });
});

const BAD: [title: string, params: unknown, code: string, rule: string][] = [
  ["no filter", {}, "PT422", "bad_filter"],
  ["an empty filter", { filter: {} }, "PT422", "bad_filter"],
  ["a filter that is no object", { filter: "all" }, "PT422", "bad_filter"],
  ["a field nobody knows", { filter: { sate: "failed" } }, "PT422", "bad_filter"],
  ["a state nobody knows", { filter: { state: "fialed" } }, "PT422", "bad_filter"],
  ["a limit of nothing", { filter: { kind: "hello" }, limit: 0 }, "PT422", "bad_limit"],
  ["a limit of two million", { filter: { kind: "hello" }, limit: 2_000_000 }, "PT422", "bad_limit"],
  ["an expectation in words", { filter: { kind: "hello" }, expected: "all" }, "PT422", "bad_option"],
  ["an expectation below nothing", { filter: { kind: "hello" }, expected: -1 }, "PT422", "bad_option"],
  ["half an expectation", { filter: { kind: "hello" }, expected: 1.5 }, "PT422", "bad_option"],
  ["an expectation that is null", { filter: { kind: "hello" }, expected: null }, "PT422", "bad_option"],
  ["an option nobody knows", { filter: { kind: "hello" }, dry_run: true }, "PT400", "unknown_option"],
  ["params that are no object", [1], "PT400", "unknown_option"],
  ["a kind nothing is of", { filter: { kind: "nothing" } }, "PT404", "nothing_matches"],
];

test.each(BAD)("an act with %s is refused, and nothing changes", async (_title, params, code, rule) => {
  await some("queued", "failed", "completed");
  const all = async () =>
    (await db.pool().query("select string_agg(id || state, ' ' order by id) as s from holdfast.jobs")).rows[0].s;
  const before = await all();
  for (const verb of ["cancel", "retry", "rerun"])
    await expect(refusalOf(doing(verb, params))).resolves.toMatchObject({
      code,
      rule: `holdfast.${rule}`,
      hint: expect.any(String),
    });
  await expect(all()).resolves.toBe(before);
});

test("more than the limit is refused, not cut off; what the verb does not fit does not count", async () => {
  const { ids, filter } = await some("failed", "failed", "failed", "completed", "completed");
  await expect(refusalOf(doing("retry", { filter, limit: 2 }))).resolves.toMatchObject({
    code: "PT422",
    rule: "holdfast.too_many",
    message: "More than 2 jobs match that retry fits.",
  });
  expect(await states(ids.slice(0, 3))).toEqual(["failed", "failed", "failed"]);
  await expect(doing("retry", { filter, limit: 3 })).resolves.toMatchObject({ affected: 3 });
});

test("an act never reaches into another workspace, by no filter", async () => {
  const other = await workspace(db, "other");
  const foreign = await job(db, {
    workspace: "other",
    state: "failed",
    by,
    options: { name: "foreign", labels: { foreign: 1 } },
  });
  for (const filter of [{ job: foreign }, { text: "foreign" }, { text: String(foreign) }, { label: { foreign: 1 } }])
    await expect(refusalOf(doing("retry", { filter }))).resolves.toMatchObject({ rule: "holdfast.nothing_matches" });
  await expect(refusalOf(doing("retry", { filter: { job: foreign } }, other.people.admin))).resolves.toMatchObject({
    rule: "holdfast.unknown_workspace",
  });
  await expect(stateOf(db, foreign)).resolves.toBe("failed");
});

test("one job that may not be made again refuses the whole act, and none is made", async () => {
  const { ids, filter } = await some("completed", "completed");
  await db.pool().query("update holdfast.jobs set kind = 'gone' where id = $1", [ids[1]]);
  await expect(refusalOf(doing("rerun", { filter }))).resolves.toMatchObject({ rule: "holdfast.unknown_kind" });
  const made = await db.pool().query("select from holdfast.jobs where rerun_of = any ($1)", [ids]);
  expect(made.rowCount).toBe(0);
});

test("two acts over the same jobs from both ends do not lock each other out", async () => {
  const { ids, filter } = await some(...Array.from({ length: 12 }, () => "queued" as const));
  await using session = await openSession(db);
  await using other = await openSession(db);
  const cancel = (client: typeof session.client, jobs: number[]) =>
    client
      .query("select result from holdfast.act('team', 'cancel', 'jobs', '{}', 'r', $1)", [
        JSON.stringify({ filter: { job: jobs } }),
      ])
      .then(
        ({ rows }) => rows[0].result.changed as number,
        (error) => error.detail as string,
      );
  await session.client.query("begin");
  expect(await cancel(session.client, ids.slice(4, 8))).toBe(4);
  const waiting = cancel(other.client, [...ids].reverse());
  await other.untilBlocked();
  expect(await cancel(session.client, ids.slice(8))).toBe(4);
  await session.client.query("commit");
  expect(await waiting).toBe(4);
  expect(new Set(await states(ids))).toEqual(new Set(["canceled"]));
  expect(await preview("cancel", filter)).toMatchObject({ matched: 0 });
});

test("a thousand at once are retried, made again and canceled, each in one act", async () => {
  const many = Array.from({ length: 1000 }, () => ({ kind: "hello", max_attempts: 1, labels: { bulk: "yes" } }));
  await enqueue(db, { workspace: "team" });
  const { rows } = await db.pool().query("select id from holdfast.enqueue_many('team', $1)", [JSON.stringify(many)]);
  const tokens = await by.take(...rows.map((row) => row.id as number));
  await by.finish(
    ...[...tokens.values()].map((token) => ({ token, outcome: "failed", error: { message: "bulk", class: "bulk" } })),
  );
  const took: Record<string, number> = {};
  for (const verb of ["retry", "cancel", "rerun"]) {
    const filter = { label: { bulk: "yes" } };
    const started = performance.now();
    await expect(doing(verb, { filter, expected: 1000 })).resolves.toMatchObject({ affected: 1000 });
    took[verb] = Math.round(performance.now() - started);
  }
  console.log(`acts on 1,000 jobs: ${JSON.stringify(took)} ms`);
});
