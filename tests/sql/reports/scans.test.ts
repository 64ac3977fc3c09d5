import {
  act,
  createTestDatabase,
  enqueue,
  job,
  refusalOf,
  registerKinds,
  stateOf,
  type TestDatabase,
  type TestWorker,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { furnish, NOON, report } from "./support.ts";

let db: TestDatabase;
let by: TestWorker;
beforeEach(async () => {
  db = await createTestDatabase();
  by = await worker(db);
});
afterEach(() => db.drop());

const fail = async (
  options: Record<string, unknown>,
  error: Record<string, unknown> = { message: "boom" },
  kind = "hello",
) => {
  await registerKinds(db, kind);
  const id = await enqueue(db, { kind, options: { max_attempts: 1, ...options } });
  await by.finish({ token: await by.takeOne(id), outcome: "failed", error });
  return id;
};
const builtin = (token: number) =>
  db.pool("holdfast_worker").query("select holdfast_private.run_builtin($1) as result", [token]);

describe("health_scan", () => {
  test("says what is well and what is not, each with its evidence", async () => {
    await db.pool("holdfast_worker").query("select holdfast_private.lead('s1')");
    const found = await report(db, by, "health_scan");
    expect(found.ok).toBe(true);
    expect(found.checks.map((c: { check: string }) => c.check)).toEqual(
      ["duties", "incidents", "leases", "lanes", "stops", "supervisor", "unsealed", "workers"].sort(),
    );
    await db.pool().query("select holdfast.act('local', 'open', 'incident', '{}', 'r', '{\"subject\": \"x\"}')");
    await db.pool().query("select holdfast_private.resign('s1')");
    const after = await report(db, by, "health_scan");
    expect(after.ok).toBe(false);
    const bad = after.checks.filter((c: { ok: boolean }) => !c.ok);
    expect(bad).toEqual([
      { check: "incidents", ok: false, evidence: "1 incidents open" },
      { check: "supervisor", ok: false, evidence: expect.stringContaining("s1") },
    ]);
  });

  test("names a duty that fails, and a stop that is engaged", async () => {
    await db
      .pool()
      .query("update holdfast.duties set last_failed_at = now(), last_error = 'no disk' where name = 'seal'");
    const token = await by.takeOne(await enqueue(db, { kind: "health_scan" }));
    await act(db.pool(), { verb: "engage", subject: "stop", target: {}, reason: "r" });
    const { checks } = (await builtin(token)).rows[0].result;
    expect(checks).toContainEqual({ check: "duties", ok: false, evidence: "seal: no disk" });
    expect(checks).toContainEqual({ check: "stops", ok: false, evidence: "1 emergency stops engaged" });
  });
});

describe("retry_scan", () => {
  test("retries what is safe, asks for what is not, leaves what another attempt cannot cure, and each once", async () => {
    const safe = await fail({});
    const unsafe = await fail({ class: "large" });
    const hopeless = await fail({}, { message: "bad", class: "invalid_payload" });
    const found = await report(db, by, "retry_scan");
    expect(found).toEqual({ retried: [safe], asked: [unsafe] });
    await expect(stateOf(db, safe)).resolves.toBe("dispatched");
    await expect(stateOf(db, unsafe)).resolves.toBe("awaiting_approval");
    await expect(stateOf(db, hopeless)).resolves.toBe("failed");
    const { rows } = await db
      .pool()
      .query("select requested_by, state from holdfast.approvals where job_id = $1", [unsafe]);
    expect(rows).toEqual([{ requested_by: expect.stringMatching(/^job:\d+$/), state: "pending" }]);
    await by.finish({ token: await by.takeOne(safe), outcome: "failed", error: { message: "boom" } });
    await expect(report(db, by, "retry_scan")).resolves.toEqual({ retried: [], asked: [] });
  });
});

describe("what waits for people", () => {
  test("quarantine_review lists it with its age and reminds once an hour", async () => {
    const { clock, by: furnished } = await furnish(db);
    by = furnished;
    const first = await report(db, by, "quarantine_review");
    const { rows } = await db
      .pool()
      .query(
        "select job_id, opened_at, reason_code, severity from holdfast.quarantine where state = 'open' order by opened_at",
      );
    expect(rows).toHaveLength(7);
    expect(
      first.waiting.map((w: { job: number; hours: number; reason: string }) => [w.job, w.hours, w.reason]),
    ).toEqual(
      rows.map((row) => [row.job_id, Math.round((Date.parse(NOON) - row.opened_at) / 360_000) / 10, row.reason_code]),
    );
    await report(db, by, "quarantine_review");
    await clock.advance("0 seconds");
    const alerts = await db.pool().query("select text, folded from holdfast.alerts where rule = 'quarantine_review'");
    expect(alerts.rows).toEqual([{ text: "7 jobs wait in quarantine; the oldest for 960.0 hours.", folded: 1 }]);
  });

  test("approval_reminder lists requests by when they expire, and says nothing when there are none", async () => {
    await expect(report(db, by, "approval_reminder")).resolves.toEqual({ waiting: [] });
    expect((await db.pool().query("select from holdfast.alerts")).rowCount).toBe(0);
    const [first, second] = [
      await job(db, { state: "awaiting_approval" }),
      await job(db, { state: "awaiting_approval" }),
    ];
    const { waiting } = await report(db, by, "approval_reminder");
    expect(waiting).toMatchObject([{ job: first, purpose: "first_run", subject: "job" }, { job: second }]);
    const alerts = await db.pool().query("select severity, text from holdfast.alerts");
    expect(alerts.rows).toEqual([
      { severity: "low", text: expect.stringMatching(/^2 requests wait for consent; the next expires at 20/) },
    ]);
  });
});

describe("candidate_scan", () => {
  test("ranks what failed before its kind began to complete again, and leaves out what still fails", async () => {
    const succeed = async (kind: string) => {
      await registerKinds(db, kind);
      await by.finish({ token: await by.takeOne(await enqueue(db, { kind })), outcome: "completed" });
    };
    const cured = await fail({ venture: "noaerth" }, { message: "cured" }, "alpha");
    const twice = await fail({ venture: "noaerth" }, { message: "cured too" }, "beta");
    const still = await fail({ venture: "noaerth" }, { message: "still there" }, "gamma");
    await fail({ venture: "noaerth" }, { message: "never again tried" }, "delta");
    const elsewhere = await fail({}, { message: "no venture" }, "alpha");
    await succeed("alpha");
    await succeed("beta");
    await succeed("beta");
    await succeed("gamma");
    await fail({}, { message: "still there" }, "gamma");
    const found = await report(db, by, "candidate_scan", { venture: "noaerth" });
    expect(found.candidates.map((c: { job: number; completed_since: number }) => [c.job, c.completed_since])).toEqual([
      [twice, 2],
      [cured, 1],
    ]);
    const all = await report(db, by, "candidate_scan");
    const jobs = all.candidates.map((c: { job: number }) => c.job);
    expect(jobs).toContain(elsewhere);
    expect(jobs).not.toContain(still);
  });
});

describe("every built-in kind", () => {
  test("exists in every workspace, and refuses a token that holds no lease", async () => {
    const { rows } = await db
      .pool()
      .query("select k ->> 'name' as name from jsonb_array_elements(holdfast_private.builtin_kinds()) k order by 1");
    expect(rows).toHaveLength(12);
    const kinds = await db
      .pool()
      .query("select name from holdfast.kinds where name = any ($1) order by 1", [rows.map((row) => row.name)]);
    expect(kinds.rows).toEqual(rows);
    for (const { name } of rows) {
      const token = await by.takeOne(
        await enqueue(db, { kind: name, payload: name === "send_alert" ? { alert: 1 } : {} }),
      );
      await by.finish({ token, outcome: "completed" });
      await expect(refusalOf(builtin(token))).resolves.toMatchObject({ code: "PT409", rule: "holdfast.lease_lost" });
    }
  });

  test("refuses a kind that is not built in, and an alert that does not exist", async () => {
    const token = await by.takeOne(await enqueue(db));
    await expect(refusalOf(builtin(token))).resolves.toMatchObject({ code: "PT404", rule: "holdfast.unknown_kind" });
    const alert = await by.takeOne(await enqueue(db, { kind: "send_alert", payload: { alert: 999 } }));
    await expect(refusalOf(builtin(alert))).resolves.toMatchObject({ code: "PT404", rule: "holdfast.unknown_alert" });
  });

  test("returns what fits into a result, whatever people have written", async () => {
    const wide = "€".repeat(480);
    for (let i = 0; i < 25; i++) {
      await act(db.pool(), {
        verb: "open",
        subject: "incident",
        target: {},
        reason: wide,
        params: { subject: `${"€".repeat(190)}${i}` },
      });
      await fail(
        { name: wide, class: "small" },
        { message: `${wide.slice(0, 200)} ${"abcdefghijklmnopqrstuvwxyz"[i]}` },
      );
      await enqueue(db, { options: { name: wide, run_at: "2030-01-01T00:00:00Z" } });
      await db
        .pool()
        .query("insert into holdfast.ventures (workspace_id, name) select id, $1 from holdfast.workspaces", [
          `v${"x".repeat(55)}${i}`,
        ]);
      await db
        .pool()
        .query(
          "select holdfast.act('local', 'quarantine', 'job', jsonb_build_object('job', max(id)), $1) from holdfast.jobs",
          [wide],
        );
    }
    for (let i = 0; i < 75; i++)
      await fail({}, { message: `${wide.slice(0, 200)} ${String.fromCharCode(0x4e00 + i)}` });
    await by.finish({ token: await by.takeOne(await enqueue(db)), outcome: "completed" });
    for (const kind of [
      "venture_review",
      "portfolio_daily",
      "portfolio_weekly",
      "strategy_monthly",
      "cost_summary",
      "quarantine_review",
      "approval_reminder",
      "candidate_scan",
      "health_scan",
    ]) {
      // It is the database's own text that must fit.
      const token = await by.takeOne(await enqueue(db, { kind }));
      const { rows } = await db
        .pool("holdfast_worker")
        .query("select octet_length(r::text) as bytes, r from holdfast_private.run_builtin($1) r", [token]);
      expect(rows[0].bytes, kind).toBeLessThanOrEqual(65_536);
      await expect(by.finish({ token, outcome: "completed", result: rows[0].r }), kind).resolves.toMatchObject([
        { state: "completed" },
      ]);
    }
  });
});
