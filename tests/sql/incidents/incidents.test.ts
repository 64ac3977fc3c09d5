import {
  act,
  asMember,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  openSession,
  refusalOf,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

const incidents = async () =>
  (
    await db
      .pool()
      .query(
        "select rule, subject, severity, times_seen, closed_at is null as open from holdfast.incidents order by id",
      )
  ).rows;
const alerts = async () =>
  (
    await db
      .pool()
      .query(
        "select a.rule, a.subject, a.channel, a.folded, a.state, j.queue, j.kind, j.state as job from holdfast.alerts a left join holdfast.jobs j on j.id = a.job_id order by a.id",
      )
  ).rows;
const fail = async (options: Record<string, unknown>, error: object) => {
  const by = await worker(db, { lanes: ["default", "build"] });
  const id = await enqueue(db, { options: { max_attempts: 1, ...options } });
  await by.finish({ token: await by.takeOne(id), outcome: "failed", error });
  return id;
};

describe("each rule opens one incident per subject, and folds what it sees again", () => {
  test("build_failed: a job of lane build that failed for good", async () => {
    await fail({}, { message: "not in the build lane" });
    await expect(incidents()).resolves.toEqual([]);
    await fail({ lane: "build" }, { message: "one" });
    await fail({ lane: "build" }, { message: "two" });
    await expect(incidents()).resolves.toEqual([
      { rule: "build_failed", subject: "kind:hello", severity: "medium", times_seen: 2, open: true },
    ]);
    const { rows } = await db.pool().query("select sentence from holdfast.incidents");
    expect(rows[0].sentence).toMatch(/of lane build failed for good: two/);
  });

  test("build_failed says nothing while attempts are left", async () => {
    await fail({ lane: "build", max_attempts: 3 }, { message: "one" });
    await expect(incidents()).resolves.toEqual([]);
  });

  test("environment_missing", async () => {
    await fail({}, { message: "GITHUB_TOKEN is not set", class: "environment_missing" });
    await expect(incidents()).resolves.toMatchObject([{ rule: "environment_missing", subject: "kind:hello" }]);
  });

  test("worker_stuck: a lease long expired that nobody reaps", async () => {
    const clock = await controlClock(db);
    const by = await worker(db);
    await by.takeOne(await enqueue(db));
    await clock.advance("70 seconds");
    await duty(db, "watch_incidents");
    await expect(incidents()).resolves.toEqual([]);
    await clock.advance("10 seconds");
    await duty(db, "watch_incidents");
    await duty(db, "watch_incidents");
    await expect(incidents()).resolves.toMatchObject([
      { rule: "worker_stuck", subject: `worker:${by.id}`, times_seen: 2 },
    ]);
  });

  test("queue_backed_up: too many, or one too old; a paused queue is not backed up", async () => {
    const clock = await controlClock(db);
    await db
      .pool()
      .query(
        `update holdfast.incident_rules set threshold = '{"jobs": 3, "seconds": 600}' where rule = 'queue_backed_up'`,
      );
    await act(db.pool(), { verb: "limit", subject: "queue", target: { queue: "report" }, params: { max_running: 0 } });
    await act(db.pool(), { verb: "pause", subject: "queue", target: { queue: "recovery" }, reason: "r" });
    for (let i = 0; i < 4; i++) for (const queue of ["report", "recovery"]) await enqueue(db, { options: { queue } });
    await enqueue(db, { options: { queue: "priority" } });
    await duty(db, "watch_incidents");
    await expect(incidents()).resolves.toMatchObject([{ rule: "queue_backed_up", subject: "queue:report" }]);
    await clock.advance("11 minutes");
    await duty(db, "watch_incidents");
    const found = await incidents();
    expect(found.map((row) => row.subject).sort()).toEqual(["queue:alert", "queue:priority", "queue:report"]);
    expect(found[0]).toMatchObject({ times_seen: 2 });
  });

  test("supervisor_silent: nobody led for longer than half a minute", async () => {
    const clock = await controlClock(db);
    const lead = (name: string) =>
      db.pool("holdfast_worker").query("select holdfast_private.lead($1) as leads", [name]);
    await lead("a");
    await clock.advance("20 seconds");
    await lead("b");
    await expect(incidents()).resolves.toEqual([]);
    await clock.advance("40 seconds");
    await lead("a");
    await expect(incidents()).resolves.toMatchObject([{ rule: "supervisor_silent", subject: "supervisor" }]);
  });

  test("one that was closed opens anew when it comes back", async () => {
    await fail({ lane: "build" }, { message: "one" });
    const { rows } = await db.pool().query("select id from holdfast.incidents");
    await act(db.pool(), { verb: "close", subject: "incident", target: { incident: rows[0].id }, reason: "fixed" });
    await fail({ lane: "build" }, { message: "two" });
    await expect(incidents()).resolves.toMatchObject([
      { open: false, times_seen: 1 },
      { open: true, times_seen: 1 },
    ]);
  });
});

describe("alerts", () => {
  test("an incident raises one, as a job of the queue alert, on the log alone", async () => {
    await fail({ lane: "build" }, { message: "one" });
    await expect(alerts()).resolves.toEqual([
      {
        rule: "build_failed",
        subject: "kind:hello",
        channel: "log",
        folded: 0,
        state: "pending",
        queue: "alert",
        kind: "send_alert",
        job: "dispatched",
      },
    ]);
  });

  test("what repeats within the hour is folded, and sent again after it", async () => {
    const clock = await controlClock(db);
    const again = async () => {
      await fail({ lane: "build" }, { message: "one" });
      await db
        .pool()
        .query(
          "select holdfast.act('local', 'close', 'incident', jsonb_build_object('incident', max(id)), 'r') from holdfast.incidents where closed_at is null",
        );
    };
    await again();
    await again();
    await again();
    await expect(alerts()).resolves.toMatchObject([{ folded: 2 }]);
    await clock.advance("61 minutes");
    await again();
    await expect(alerts()).resolves.toMatchObject([{ folded: 2 }, { folded: 0 }]);
  });

  test("its job sends it: the alert is sent, and the result says what to whom", async () => {
    await fail({ lane: "build" }, { message: "one" });
    const by = await worker(db);
    const { rows } = await db.pool().query("select id, job_id, created_at from holdfast.alerts");
    const token = await by.takeOne(rows[0].job_id);
    const sent = await db.pool("holdfast_worker").query("select holdfast_private.run_builtin($1) as result", [token]);
    expect(sent.rows[0].result).toMatchObject({
      alert: rows[0].id,
      channel: "log",
      rule: "build_failed",
      subject: "kind:hello",
      severity: "medium",
      text: expect.stringContaining("one"),
    });
    const { rows: after } = await db.pool().query("select state, sent_at is not null as timed from holdfast.alerts");
    expect(after).toEqual([{ state: "sent", timed: true }]);
  });

  test("nobody is contacted unless the log is enabled, and telegram and webhook cannot be", async () => {
    const set = (channel: string, enabled: unknown) =>
      act(db.pool(), { verb: "set", subject: "alert_channel", target: { channel }, params: { enabled } });
    for (const channel of ["telegram", "webhook"])
      await expect(refusalOf(set(channel, true))).resolves.toMatchObject({
        code: "PT422",
        rule: "holdfast.channel_not_ready",
      });
    await expect(refusalOf(set("pigeon", true))).resolves.toMatchObject({
      code: "PT404",
      rule: "holdfast.unknown_channel",
    });
    await expect(refusalOf(set("log", "yes"))).resolves.toMatchObject({ code: "PT422", rule: "holdfast.bad_option" });
    await expect(set("telegram", false)).resolves.toMatchObject({ affected: 1, result: { enabled: false } });
    await expect(
      refusalOf(
        asMember("operator")(db, (client) =>
          act(client, {
            verb: "set",
            subject: "alert_channel",
            target: { channel: "log" },
            params: { enabled: false },
          }),
        ),
      ),
    ).resolves.toMatchObject({ code: "PT403" });
    await set("log", false);
    await fail({ lane: "build" }, { message: "one" });
    await expect(alerts()).resolves.toEqual([]);
    await expect(incidents()).resolves.toHaveLength(1);
  });
});

describe("a finish never waits for what a person holds", () => {
  const HELD: [what: string, statement: string][] = [
    [
      "the incident it would note",
      "select holdfast.act('local', 'close', 'incident', jsonb_build_object('incident', max(id)), 'r') from holdfast.incidents",
    ],
    [
      "the queue that its alert goes to",
      `select holdfast.act('local', 'limit', 'queue', '{"queue": "alert"}', null, '{"max_running": 9}')`,
    ],
  ];
  test.each(HELD)("%s", async (what, statement) => {
    await act(db.pool(), { verb: "limit", subject: "queue", target: { queue: "alert" }, params: { max_running: 5 } });
    if (what.includes("incident")) await fail({ lane: "build" }, { message: "one" });
    const by = await worker(db, { lanes: ["default", "build"] });
    const id = await enqueue(db, { options: { lane: "build", max_attempts: 1 } });
    const token = await by.takeOne(id);
    await using person = await openSession(db);
    await person.client.query("begin");
    await person.client.query(statement);
    await using runner = await openSession(db);
    await runner.client.query("set lock_timeout = '2s'");
    const { rows } = await runner.client.query("select state from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token, outcome: "failed", error: { message: "x" } }]),
    ]);
    expect(rows).toEqual([{ state: "failed" }]);
    await person.client.query("rollback");
    await expect(incidents()).resolves.toMatchObject([{ rule: "build_failed", open: true }]);
  });
});

describe("a person", () => {
  const open = (subject: string) =>
    act(db.pool(), { verb: "open", subject: "incident", target: {}, reason: "the site is down", params: { subject } });

  test("opens one, which has the five steps of its runbook, ticks them off and closes it", async () => {
    const opened = await open("queue:primary");
    const incident = opened.result.incident as number;
    const steps = await db.pool().query("select title from holdfast.runbook_steps where rule = 'manual' order by step");
    expect(steps.rows.map((row) => row.title)).toEqual([
      "contain",
      "classify",
      "generate recovery packet",
      "operator review",
      "retry only if safe",
    ]);
    const tick = (step: unknown) =>
      act(db.pool(), { verb: "tick", subject: "incident", target: { incident }, reason: "done", params: { step } });
    await expect(tick(1)).resolves.toMatchObject({ result: { done: 1 } });
    await expect(tick(1)).resolves.toMatchObject({ result: { done: 1 } });
    await expect(tick(5)).resolves.toMatchObject({ result: { done: 2 } });
    for (const step of [0, 6, "x", null])
      await expect(refusalOf(tick(step))).resolves.toMatchObject({ code: "PT422", rule: "holdfast.bad_step" });
    const { rows } = await db.pool().query("select step, done_by, note from holdfast.incident_steps order by 1");
    expect(rows).toEqual([
      { step: 1, done_by: "sql:postgres", note: "done" },
      { step: 5, done_by: "sql:postgres", note: "done" },
    ]);
    const close = () => act(db.pool(), { verb: "close", subject: "incident", target: { incident }, reason: "over" });
    await expect(close()).resolves.toMatchObject({ result: { state: "closed" } });
    await expect(refusalOf(close())).resolves.toMatchObject({ code: "PT409", rule: "holdfast.not_now" });
    await expect(refusalOf(tick(2))).resolves.toMatchObject({ code: "PT409" });
  });

  test("contains one about a queue or lane by one act that pauses it, and no other", async () => {
    const contain = (incident: unknown) =>
      act(db.pool(), { verb: "contain", subject: "incident", target: { incident }, reason: "stop the bleeding" });
    const waiting = await enqueue(db);
    const { incident } = (await open("queue:primary")).result;
    await expect(contain(incident)).resolves.toMatchObject({ result: { state: "paused", taken_back: 1 } });
    const { rows } = await db
      .pool()
      .query(
        "select held_by, (select contained_at is not null from holdfast.incidents) as contained, (select paused_reason from holdfast.queues where name = 'primary') as why from holdfast.jobs where id = $1",
        [waiting],
      );
    expect(rows).toEqual([{ held_by: ["queue_paused"], contained: true, why: "stop the bleeding" }]);
    await expect(refusalOf(contain((await open("the weather")).result.incident))).resolves.toMatchObject({
      rule: "holdfast.bad_subject",
    });
    await expect(refusalOf(contain((await open("lane:nowhere")).result.incident))).resolves.toMatchObject({
      rule: "holdfast.unknown_lane",
    });
    await expect(refusalOf(contain(999))).resolves.toMatchObject({ rule: "holdfast.unknown_incident" });
  });

  test("must say what it is about, and be an operator", async () => {
    for (const subject of ["", "x".repeat(201)])
      await expect(refusalOf(open(subject))).resolves.toMatchObject({ code: "PT422", rule: "holdfast.bad_subject" });
    await expect(
      refusalOf(
        asMember("viewer")(db, (client) =>
          act(client, { verb: "open", subject: "incident", target: {}, reason: "r", params: { subject: "x" } }),
        ),
      ),
    ).resolves.toMatchObject({ code: "PT403" });
    await expect(
      asMember("operator")(db, (client) =>
        act(client, { verb: "open", subject: "incident", target: {}, reason: "r", params: { subject: "x" } }),
      ),
    ).resolves.toMatchObject({ affected: 1 });
  });
});
