import {
  act,
  enqueue,
  JOB_STATES,
  type JobState,
  job,
  type TestDatabase,
  type TestWorkspace,
  worker,
} from "@holdfast/testing";

/** What an act is tried on: its target and params as `holdfast.act` takes them. */
export interface ActSubject {
  target: Record<string, unknown>;
  params?: Record<string, unknown>;
}

/** States in which each subject of an act can be found; subjects without states have the one state `-`. */
export const SUBJECT_STATES: Record<string, readonly string[]> = {
  job: JOB_STATES,
  // An act on all jobs that match fits as it would fit the one job that matches here.
  jobs: JOB_STATES,
  queue: ["active", "paused"],
  lane: ["active", "paused"],
  class: ["active"],
  worker: ["live", "ended"],
  approval: ["pending", "granted", "rejected", "expired", "spent", "superseded"],
  dead_letter: ["open", "redriven", "dismissed"],
  stop: ["engaged", "released"],
  schedule: ["disabled", "enabled"],
  budget: ["-"],
  incident: ["open", "closed"],
  alert_channel: ["enabled", "disabled"],
};

let counter = 0;

/** Makes a subject of an act, in a state, in the given workspace, as postgres. */
export async function subjectIn(
  db: TestDatabase,
  { id, slug }: TestWorkspace,
  subject: string,
  state: string,
): Promise<ActSubject> {
  const n = ++counter;
  const pool = db.pool();
  const doing = (verb: string, on: string, target: Record<string, unknown>, params = {}) =>
    act(pool, { workspace: slug, verb, subject: on, target, reason: "a test", params });
  switch (subject) {
    case "job":
      return { target: { job: await job(db, { workspace: slug, state: state as JobState }) } };
    case "jobs":
      return {
        target: {},
        params: { filter: { job: await job(db, { workspace: slug, state: state as JobState }) } },
      };
    case "queue":
    case "lane":
      await pool.query(`insert into holdfast.${subject}s (workspace_id, name) values ($1, $2)`, [
        id,
        `${subject}-${n}`,
      ]);
      if (state === "paused") await doing("pause", subject, { [subject]: `${subject}-${n}` });
      return { target: { [subject]: `${subject}-${n}` } };
    case "class":
      return { target: { class: "small" } };
    case "worker": {
      const by = await worker(db);
      if (state === "ended")
        await db.pool("holdfast_worker").query("select holdfast_private.retire_worker($1)", [by.id]);
      return { target: { worker: by.id } };
    }
    case "approval":
      return { target: { approval: await approvalIn(db, slug, state) } };
    case "dead_letter": {
      const dead = await job(db, { workspace: slug, state: "failed" });
      const filter = { filter: { job: dead } };
      if (state !== "open") await doing(state === "redriven" ? "redrive" : "dismiss", "dead_letter", {}, filter);
      return { target: {}, params: filter };
    }
    case "stop": {
      // Covers nothing that a test does.
      const { result } = await doing("engage", "stop", {}, { scope: "queue", name: "alert", what: ["external"] });
      if (state === "released") {
        await pool.query(
          "update holdfast.emergency_stops set released_by = 'x', released_at = now(), released_reason = 'x' where id = $1",
          [result.stop],
        );
      }
      return { target: { stop: result.stop } };
    }
    case "schedule":
      await pool.query(
        "insert into holdfast.schedules (workspace_id, name, cron, kind) values ($1, $2, '0 0 1 1 *', 'health_scan')",
        [id, `schedule_${n}`],
      );
      if (state === "enabled") await doing("enable", "schedule", { schedule: `schedule_${n}` });
      return { target: { schedule: `schedule_${n}` } };
    case "budget":
      await pool.query(
        "insert into holdfast.budgets (workspace_id, name, scope, scope_name, period, cap) values ($1, $2, 'kind', 'command', 'day', 10)",
        [id, `budget_${n}`],
      );
      return { target: { budget: `budget_${n}` } };
    case "incident": {
      const { result } = await doing("open", "incident", {}, { subject: `queue:alert` });
      if (state === "closed") await doing("close", "incident", { incident: result.incident });
      return { target: { incident: result.incident } };
    }
    case "alert_channel":
      await doing("set", "alert_channel", { channel: "log" }, { enabled: state === "enabled" });
      return { target: { channel: "log" } };
    default:
      throw new Error(`nobody has said how a ${subject} is made`);
  }
}

async function approvalIn(db: TestDatabase, slug: string, state: string): Promise<number> {
  const asked = await job(db, { workspace: slug, state: "awaiting_approval" });
  const pool = db.pool();
  const { rows } = await pool.query("select id from holdfast.approvals where job_id = $1", [asked]);
  const id = rows[0].id as number;
  const decide = (decision: string) =>
    pool.query("insert into holdfast.approval_decisions (approval_id, decision, reason) values ($1, $2, 'a test')", [
      id,
      decision,
    ]);
  // A person with SQL access asked; so that the same may decide here, the request is somebody else's.
  await pool.query("update holdfast.approvals set requested_by = 'service_role' where id = $1", [id]);
  if (state === "granted" || state === "spent") await decide("grant");
  if (state === "spent") await (await worker(db)).takeOne(asked);
  if (state === "rejected") await decide("reject");
  if (state === "superseded")
    await act(pool, { workspace: slug, verb: "cancel", subject: "job", target: { job: asked } });
  if (state === "expired") {
    await pool.query("update holdfast.approvals set expires_at = now() - interval '1 minute' where id = $1", [id]);
    await pool.query("select holdfast_private.expire_approvals()");
  }
  return id;
}

/** What the verb takes besides its target, where it takes something. */
export function paramsOf(verb: string, subject: string): Record<string, unknown> {
  if (verb === "limit") return { max_running: 5 };
  if (verb === "raise") return { cap: 50 };
  if (verb === "adjust") return { amount: 1 };
  if (verb === "tick") return { step: 1 };
  if (verb === "set") return { enabled: true };
  if (verb === "open") return { subject: "queue:report" };
  if (verb === "engage" && subject === "stop") return { scope: "queue", name: "alert", what: ["external"] };
  return {};
}

/** Verbs that make their subject instead of naming one. */
export const MAKES: readonly string[] = ["engage", "open"];

/** Enqueues a job of the workspace that stays where it is. */
export async function parked(db: TestDatabase, slug: string): Promise<number> {
  return enqueue(db, { workspace: slug, options: { run_at: "2030-01-01T00:00:00Z" } });
}
