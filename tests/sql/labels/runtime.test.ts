import {
  act,
  asMember,
  createTestDatabase,
  duty,
  enqueue,
  job,
  type RolePlay,
  sealAll,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
  await db.pool().query("update holdfast.workspaces set single_operator = false");
});
afterEach(() => db.drop());

const doing = (verb: string, subject: string, target: Record<string, unknown>, params = {}, reason = "a test") =>
  act(db.pool(), { verb, subject, target, params, reason });
const sql = (text: string, values: unknown[] = []) => db.pool().query(text, values);

async function label(subject: string) {
  const { rows } = await asMember("viewer")(db, (client) =>
    client.query(
      "select label, sentence, evidence_at, age_seconds::float8 as age from holdfast.runtime_labels where subject = $1",
      [subject],
    ),
  );
  expect(rows).toHaveLength(1);
  return rows[0];
}

describe("runtime_labels", () => {
  test("a fresh installation claims nothing that is not proven", async () => {
    const { rows } = await asMember("viewer")(db, (client) =>
      client.query("select subject, label from holdfast.runtime_labels order by place"),
    );
    expect(rows).toEqual([
      { subject: "workers", label: "WORKER NOT RUNNING" },
      { subject: "supervisor", label: "NOT VERIFIED" },
      { subject: "ledger", label: "NOT VERIFIED" },
      { subject: "schedules", label: "PLANNED" },
      { subject: "money", label: "NO AUTO SPEND" },
      { subject: "contact", label: "NO AUTO CONTACT" },
      { subject: "deploy", label: "NO AUTO DEPLOY" },
      { subject: "backup", label: "BACKUP NOT VERIFIED" },
      { subject: "secrets", label: "NO SECRET VALUES SHOWN" },
      { subject: "runtime", label: "CONTROLLED RUNTIME" },
    ]);
    expect(await label("backup")).toMatchObject({ evidence_at: null, age: null });
  });

  test("a worker is LIVE by its heartbeat, DRAINING when all are drained, and not running once it is silent", async () => {
    const one = await worker(db);
    expect(await label("workers")).toMatchObject({ label: "LIVE", sentence: "1 of 1 workers alive take work." });
    await doing("drain", "worker", { worker: one.id });
    expect(await label("workers")).toMatchObject({ label: "DRAINING" });
    await worker(db);
    expect(await label("workers")).toMatchObject({ label: "LIVE", sentence: "1 of 2 workers alive take work." });
    await sql("update holdfast.workers set last_seen_at = now() - interval '16 seconds'");
    const silent = await label("workers");
    expect(silent).toMatchObject({ label: "WORKER NOT RUNNING" });
    expect(silent.age).toBeGreaterThanOrEqual(16);
  });

  test("supervisor and ledger are LIVE by a leader and a done seal duty, and not when evidence is old", async () => {
    await duty(db, "seal");
    expect(await label("supervisor")).toMatchObject({ label: "LIVE" });
    await sealAll(db);
    expect(await label("ledger")).toMatchObject({ label: "LIVE" });
    await sql(
      "insert into holdfast_ledger.events (at, actor, action, subject_type, subject_id, workspace_id) select now() - interval '2 minutes', 'a', 'a.b', 'a', 'b', id from holdfast.workspaces",
    );
    expect(await label("ledger")).toMatchObject({ label: "NOT VERIFIED" });
    await sql("update holdfast.leaders set expires_at = now() - interval '1 second'");
    expect(await label("supervisor")).toMatchObject({ label: "NOT VERIFIED" });
  });

  test("schedules are LIVE while one is enabled, a supervisor leads and none is behind", async () => {
    await doing("enable", "schedule", { schedule: "health_scan" });
    expect(await label("schedules")).toMatchObject({ label: "NOT VERIFIED" });
    await duty(db, "promote");
    expect(await label("schedules")).toMatchObject({ label: "NOT VERIFIED" });
    await sql("update holdfast.schedules set next_window_at = now() + interval '5 minutes' where enabled");
    expect(await label("schedules")).toMatchObject({
      label: "LIVE",
      sentence: expect.stringMatching(/^1 of 10 schedules are enabled/),
    });
    await sql("update holdfast.schedules set next_window_at = now() - interval '2 minutes' where enabled");
    expect(await label("schedules")).toMatchObject({ label: "NOT VERIFIED" });
  });

  test("money says NO AUTO SPEND until a cap allows some, and then the caps and what is used", async () => {
    const budget = (name: string, cap: number) =>
      sql(
        "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, $1, 'workspace', 'day', $2 from holdfast.workspaces",
        [name, cap],
      );
    await budget("none", 0);
    expect(await label("money")).toMatchObject({ label: "NO AUTO SPEND" });
    await sql("delete from holdfast.budgets");
    await budget("all", 20);
    await enqueue(db, { options: { paid: true, est_cost: 1.5 } });
    expect(await label("money")).toMatchObject({
      label: "CONTROLLED RUNTIME",
      sentence: "Paid work is capped: all 1.50 of 20.00 usd a day used.",
    });
  });

  test("the runtime names the stops that are engaged", async () => {
    await doing("engage", "stop", {}, { scope: "lane", name: "agent" });
    expect((await label("runtime")).sentence).toMatch(/^Engaged: stop \d+ of lane agent \(workers\)\.$/);
  });
});

describe("recommended_actions", () => {
  const advice = async (who: RolePlay = asMember("operator")) =>
    (
      await who(db, (client) =>
        client.query(
          "select urgency, subject, target, page, sentence, verb from holdfast.recommended_actions order by place",
        ),
      )
    ).rows as {
      urgency: string;
      subject: string;
      target: string | null;
      page: string;
      sentence: string;
      verb: string | null;
    }[];
  const subjects = async (who?: RolePlay) => (await advice(who)).map((row) => row.subject);

  test("where all is well there is no row", async () => {
    await duty(db, "seal");
    await worker(db);
    expect(await advice()).toEqual([]);
  });

  test("no supervisor, and no worker while something waits, come first", async () => {
    expect(await subjects()).toEqual(["supervisor"]);
    await enqueue(db);
    expect(await advice()).toMatchObject([
      { urgency: "now", subject: "worker", page: "/workers" },
      { urgency: "now", subject: "supervisor" },
    ]);
  });

  test("each thing that waits for a person is said, best first", async () => {
    await duty(db, "seal");
    const by = await worker(db);
    await job(db, { state: "failed", by });
    await job(db, { state: "quarantined", by });
    await enqueue(db, { options: { lane: "build" } });
    await doing("pause", "queue", { queue: "report" }, {}, "for the audit");
    await enqueue(db, { options: { queue: "report" } });
    const parent = await job(db, { state: "failed", by });
    await enqueue(db, { options: { depends_on: [parent] } });
    await doing("open", "incident", {}, { subject: "queue:report" });
    await sql("update holdfast.incidents set severity = 'high'");
    const { result } = await doing("engage", "stop", {}, { scope: "kind", name: "command" });
    await sql(
      `insert into holdfast.schedule_windows (schedule_id, window_at, workspace_id, outcome, decided_at, decided_by)
       select id, now() - interval '1 hour', workspace_id, 'missed', now(), 'a' from holdfast.schedules where name in ('health_scan', 'cost_summary')`,
    );
    await doing("enable", "schedule", { schedule: "health_scan" });
    const rows = await advice();
    expect(rows.map((row) => [row.urgency, row.subject, row.target])).toEqual([
      ["now", "stop", String(result.stop)],
      ["now", "incident", expect.any(String)],
      ["now", "lane", "build"],
      ["soon", "quarantine", expect.any(String)],
      ["soon", "queue", "report"],
      ["soon", "job", expect.any(String)],
      ["when_you_can", "dead_letter", null],
      ["when_you_can", "schedule", "health_scan"],
    ]);
    // Where one act does it, it is named; the pages offer it to whom subject_actions does.
    expect(rows.filter((row) => row.verb).map((row) => [row.verb, row.subject])).toEqual([
      ["release", "stop"],
      ["resume", "queue"],
    ]);
    expect(rows.find((row) => row.subject === "queue")?.sentence).toContain("(for the audit)");
    expect(rows.find((row) => row.subject === "dead_letter")?.sentence).toMatch(/^2 jobs failed for good/);
  });

  test("a request is said only to those who may decide about it", async () => {
    await duty(db, "seal");
    await worker(db);
    await asMember("approver")(
      db,
      (client) =>
        client.query("select holdfast.enqueue('local', 'health_scan', '{}', '{\"class\": \"approval_required\"}')"),
      { commit: true },
    );
    expect(await subjects(asMember("viewer"))).toEqual([]);
    expect(await subjects(asMember("operator"))).toEqual([]);
    expect(await subjects(asMember("approver"))).toEqual([]);
    expect(await advice(asMember("admin"))).toMatchObject([
      { subject: "approval", urgency: "soon", page: "/approvals" },
    ]);
    await sql("update holdfast.approvals set expires_at = now() + interval '10 minutes'");
    expect(await advice(asMember("admin"))).toMatchObject([{ subject: "approval", urgency: "now" }]);
  });

  test("running jobs that nobody proves to work on, and budgets that are broken, are said", async () => {
    await duty(db, "seal");
    const by = await worker(db);
    const lost = await job(db, { state: "running", by });
    expect(await advice()).toEqual([]);
    // A change of verdict is no heartbeat, which would stamp another expiry.
    await sql("update holdfast.leases set verdict = 'cancel', expires_at = now() - interval '1 minute'");
    expect(await advice()).toMatchObject([{ subject: "job", target: String(lost), page: "/history?state=running" }]);
    await sql("delete from holdfast.leases");
    await sql(
      "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'tight', 'workspace', 'day', 1 from holdfast.workspaces",
    );
    await enqueue(db, { options: { paid: true, est_cost: 0.9 } });
    await enqueue(db, { options: { paid: true, est_cost: 0.9 } });
    expect((await advice()).find((row) => row.subject === "budget")).toMatchObject({
      urgency: "soon",
      target: "tight",
      sentence: expect.stringMatching(/0\.90 of 1\.00 usd used/),
    });
  });
});
