import {
  act,
  asUser,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  job,
  refusalOf,
  stateOf,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const team = await workspace(db, "team");
await db.pool().query("insert into holdfast.queues (workspace_id, name) values ($1, 'slow')", [team.id]);
const by = await worker(db);

const dead = async (message: string, options: Record<string, unknown> = {}, errorClass = "test") => {
  const id = await enqueue(db, { workspace: "team", options: { max_attempts: 1, ...options } });
  const token = await by.takeOne(id);
  await by.finish({ token, outcome: "failed", error: { message, class: errorClass } });
  return id;
};
const rowsOf = async (id: number) =>
  (await db.pool().query("select * from holdfast.dead_letters where job_id = $1 order by id", [id])).rows;
const onFilter = (verb: "redrive" | "dismiss", params: unknown, role: keyof typeof team.people = "operator") =>
  asUser(team.people[role])(
    db,
    (client) => act(client, { workspace: "team", verb, subject: "dead_letter", target: {}, reason: "mended", params }),
    { commit: true },
  );
const preview = async (filter: unknown) =>
  (
    await asUser(team.people.viewer)(db, (client) =>
      client.query("select job_id from holdfast.match_dead_letters($1, $2)", [team.id, JSON.stringify(filter)]),
    )
  ).rows.map((row) => row.job_id);

const counted = async (filter: unknown, cap?: number) =>
  (
    await asUser(team.people.viewer)(db, (client) =>
      client.query("select holdfast.count_dead_letters($1, $2, $3) as n", [
        team.id,
        JSON.stringify(filter),
        cap ?? 10_000,
      ]),
    )
  ).rows[0].n;

test("a job that failed for good has an open dead letter with its last error and a hint", async () => {
  const id = await dead("exit 3", { queue: "slow" }, "exit_code");
  const [row] = await rowsOf(id);
  expect(row).toMatchObject({
    state: "open",
    queue: "slow",
    kind: "hello",
    state_before: "failed",
    error_class: "exit_code",
    last_error: "exit 3",
    attempts: 1,
    hint: "Read the end of its output.",
    closed_at: null,
  });
  const late = await job(db, { workspace: "team", state: "timed_out", by });
  await expect(rowsOf(late)).resolves.toMatchObject([{ state_before: "timed_out" }]);
});

test("a retry closes it, and another failure opens the next", async () => {
  const id = await dead("boom");
  await asUser(team.people.operator)(
    db,
    (client) => act(client, { workspace: "team", verb: "retry", subject: "job", target: { job: id } }),
    { commit: true },
  );
  await expect(rowsOf(id)).resolves.toMatchObject([{ state: "redriven", closed_by: `user:${team.people.operator}` }]);
  await by.finish({ token: await by.takeOne(id), outcome: "failed", error: { message: "again" } });
  await expect(rowsOf(id)).resolves.toMatchObject([
    { state: "redriven" },
    { state: "open", last_error: "again", attempts: 2 },
  ]);
});

test("a job that was canceled or quarantined has none", async () => {
  for (const state of ["canceled", "quarantined", "completed"] as const)
    await expect(rowsOf(await job(db, { workspace: "team", state, by }))).resolves.toEqual([]);
});

describe("a filter", () => {
  test("means the same for the preview and the act, field by field", async () => {
    const since = (await clock.advance("1 minute")).toISOString();
    const a = await dead("disk full", { queue: "slow" }, "disk_full");
    const b = await dead("disk full", {}, "disk_full");
    const c = await dead("no route");
    const until = (await clock.advance("1 minute")).toISOString();
    const d = await dead("no route");
    const { fingerprint } = (await rowsOf(c))[0];
    const FILTERS: [object, number[]][] = [
      [{ after: since }, [a, b, c, d]],
      [{ after: since, before: until }, [a, b, c]],
      [{ after: since, queue: "slow" }, [a]],
      [{ after: since, kind: "hello", error_class: "disk_full" }, [a, b]],
      [{ after: since, fingerprint }, [c, d]],
      [{ job: b }, [b]],
      [{ job: String(b) }, [b]],
      [{ after: since, kind: "health_scan" }, []],
    ];
    for (const [filter, ids] of FILTERS) {
      await expect(preview(filter)).resolves.toEqual([...ids].reverse());
      await expect(counted(filter)).resolves.toBe(ids.length);
      const count = asUser(team.people.operator)(db, (client) =>
        act(client, {
          workspace: "team",
          verb: "redrive",
          subject: "dead_letter",
          target: {},
          reason: "r",
          params: { filter },
        }),
      );
      if (ids.length > 0)
        await expect(count).resolves.toMatchObject({
          affected: ids.length,
          result: { jobs: ids, matched: ids.length },
        });
      else await expect(refusalOf(count)).resolves.toMatchObject({ code: "PT404", rule: "holdfast.nothing_matches" });
    }
  });

  test("is counted to a bound, and one more stands for more", async () => {
    for (let letters = 0; letters < 3; letters++) await dead("counted", {}, "counted");
    await expect(counted({ error_class: "counted" }, 3)).resolves.toBe(3);
    await expect(counted({ error_class: "counted" }, 2)).resolves.toBe(3);
    await expect(counted({ error_class: "counted" }, 1)).resolves.toBe(2);
  });

  test("never reaches into another workspace", async () => {
    const other = await workspace(db, "other");
    const foreign = await job(db, { workspace: "other", state: "failed", by });
    await expect(preview({ job: foreign })).resolves.toEqual([]);
    await expect(counted({ job: foreign })).resolves.toBe(0);
    await expect(refusalOf(onFilter("redrive", { filter: { job: foreign } }))).resolves.toMatchObject({
      rule: "holdfast.nothing_matches",
    });
    const seen = await asUser(team.people.viewer)(db, (client) =>
      client.query("select from holdfast.match_dead_letters($1, $2)", [other.id, JSON.stringify({ job: foreign })]),
    );
    expect(seen.rowCount).toBe(0);
  });
});

test("redrive gives each another attempt and closes it, in one act with its count", async () => {
  const ids = [await dead("redrive me"), await dead("redrive me")];
  const { fingerprint } = (await rowsOf(ids[0] as number))[0];
  const done = await onFilter("redrive", { filter: { fingerprint } });
  expect(done).toMatchObject({
    affected: 2,
    result: { jobs: ids, affected: 2, waiting_for_consent: 0 },
    params: { filter: { fingerprint } },
  });
  for (const id of ids) {
    await expect(stateOf(db, id)).resolves.toBe("dispatched");
    await expect(rowsOf(id)).resolves.toMatchObject([
      { state: "redriven", closed_by: `user:${team.people.operator}`, note: "mended" },
    ]);
  }
  await expect(refusalOf(onFilter("redrive", { filter: { fingerprint } }))).resolves.toMatchObject({
    rule: "holdfast.nothing_matches",
  });
});

test("dismiss closes each and leaves its job as it ended", async () => {
  const id = await dead("dismiss me");
  await onFilter("dismiss", { filter: { job: id } });
  await expect(rowsOf(id)).resolves.toMatchObject([{ state: "dismissed", note: "mended" }]);
  await expect(stateOf(db, id)).resolves.toBe("failed");
  // Its job can still be retried; what was said of it stays said.
  await asUser(team.people.operator)(
    db,
    (client) => act(client, { workspace: "team", verb: "retry", subject: "job", target: { job: id } }),
    { commit: true },
  );
  await expect(rowsOf(id)).resolves.toMatchObject([{ state: "dismissed" }]);
});

test("what may not run twice waits for consent after a redrive, asked for by who redrove", async () => {
  const [safe, unsafe] = [await dead("mixed"), await dead("mixed", { class: "large" })];
  const { fingerprint } = (await rowsOf(safe))[0];
  const done = await onFilter("redrive", { filter: { fingerprint } });
  expect(done.result).toMatchObject({ affected: 2, waiting_for_consent: 1 });
  await expect(stateOf(db, safe)).resolves.toBe("dispatched");
  await expect(stateOf(db, unsafe)).resolves.toBe("awaiting_approval");
  const { rows } = await db
    .pool()
    .query("select requested_by, purpose from holdfast.approvals where job_id = $1", [unsafe]);
  expect(rows).toEqual([{ requested_by: `user:${team.people.operator}`, purpose: "retry" }]);
});

const BAD: [title: string, params: unknown, code: string, rule: string][] = [
  ["no filter", {}, "PT422", "bad_filter"],
  ["an empty filter", { filter: {} }, "PT422", "bad_filter"],
  ["a filter that is no object", { filter: "all" }, "PT422", "bad_filter"],
  ["a field nobody knows", { filter: { sate: "failed" } }, "PT422", "bad_filter"],
  ["a time that is none", { filter: { after: "yesterdayish" } }, "PT422", "bad_filter"],
  ["a job that is no number", { filter: { job: "x" } }, "PT422", "bad_filter"],
  ["a field that is null", { filter: { kind: null } }, "PT422", "bad_filter"],
  ["a limit of nothing", { filter: { kind: "hello" }, limit: 0 }, "PT422", "bad_limit"],
  ["a limit of two million", { filter: { kind: "hello" }, limit: 2_000_000 }, "PT422", "bad_limit"],
  ["a limit in words", { filter: { kind: "hello" }, limit: "all" }, "PT422", "bad_limit"],
  ["a limit of one and a half", { filter: { kind: "hello" }, limit: 1.5 }, "PT422", "bad_limit"],
  ["an option nobody knows", { filter: { kind: "hello" }, dry_run: true }, "PT400", "unknown_option"],
  ["params that are no object", [1], "PT400", "unknown_option"],
  ["a kind nothing died of", { filter: { kind: "health_scan" } }, "PT404", "nothing_matches"],
];

test.each(BAD)("a redrive with %s is refused, and nothing changes", async (_title, params, code, rule) => {
  const open = async () =>
    (await db.pool().query("select count(*) as n from holdfast.dead_letters where state = 'open'")).rows[0].n;
  const before = await open();
  for (const verb of ["redrive", "dismiss"] as const)
    await expect(refusalOf(onFilter(verb, params))).resolves.toMatchObject({ code, rule: `holdfast.${rule}` });
  await expect(open()).resolves.toBe(before);
});

test("more than the limit is refused, not cut off", async () => {
  const ids = [await dead("many"), await dead("many"), await dead("many")];
  const { fingerprint } = (await rowsOf(ids[0] as number))[0];
  await expect(refusalOf(onFilter("redrive", { filter: { fingerprint }, limit: 2 }))).resolves.toMatchObject({
    code: "PT422",
    rule: "holdfast.too_many",
    message: "More than 2 dead letters match.",
  });
  for (const id of ids) await expect(stateOf(db, id)).resolves.toBe("failed");
  await expect(onFilter("redrive", { filter: { fingerprint }, limit: 3 })).resolves.toMatchObject({ affected: 3 });
});

test("a thousand at once are redriven in one act; two thousand are refused without a limit", async () => {
  const many = Array.from({ length: 2000 }, (_, n) => ({ kind: "hello", max_attempts: 1, priority: n % 2 }));
  const { rows } = await db.pool().query("select id from holdfast.enqueue_many('team', $1)", [JSON.stringify(many)]);
  const ids = rows.map((row) => row.id as number);
  const tokens = await by.take(...ids);
  await by.finish(
    ...[...tokens.values()].map((token) => ({ token, outcome: "failed", error: { message: "bulk", class: "bulk" } })),
  );
  await expect(refusalOf(onFilter("redrive", { filter: { error_class: "bulk" } }))).resolves.toMatchObject({
    rule: "holdfast.too_many",
    message: "More than 1000 dead letters match.",
  });
  await db
    .pool()
    .query("update holdfast.dead_letters set error_class = 'bulk2' where job_id = any ($1)", [ids.slice(1000)]);
  const started = performance.now();
  await expect(onFilter("redrive", { filter: { error_class: "bulk" } })).resolves.toMatchObject({ affected: 1000 });
  const took = performance.now() - started;
  const states = await db
    .pool()
    .query("select state, count(*) as n from holdfast.jobs where id = any ($1) group by 1 order by 1", [ids]);
  expect(states.rows).toEqual([
    { state: "dispatched", n: 1000 },
    { state: "failed", n: 1000 },
  ]);
  const dismissing = performance.now();
  await expect(onFilter("dismiss", { filter: { error_class: "bulk2" } })).resolves.toMatchObject({ affected: 1000 });
  console.log(
    `dead letters: 1,000 redriven in ${Math.round(took)} ms, 1,000 dismissed in ${Math.round(performance.now() - dismissing)} ms`,
  );
});

test("what retention drops takes its reviews with it", async () => {
  const id = await dead("old", { queue: "slow" });
  const isolated = await job(db, { workspace: "team", state: "quarantined", options: { queue: "slow" } });
  await asUser(team.people.approver)(
    db,
    (client) =>
      act(client, { workspace: "team", verb: "discard", subject: "job", target: { job: isolated }, reason: "x" }),
    { commit: true },
  );
  await clock.advance("400 days");
  await duty(db, "retention");
  for (const one of [id, isolated]) await expect(stateOf(db, one)).resolves.toBe("gone");
  const { rows } = await db
    .pool()
    .query(
      "select (select count(*) from holdfast.dead_letters where job_id = $1) + (select count(*) from holdfast.quarantine where job_id = $2) as n",
      [id, isolated],
    );
  expect(rows).toEqual([{ n: 0 }]);
});
