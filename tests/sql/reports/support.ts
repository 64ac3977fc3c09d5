import {
  act,
  controlClock,
  enqueue,
  type TestClock,
  type TestDatabase,
  type TestWorker,
  worker,
} from "@holdfast/testing";

/** A workspace's week in small: outcomes, failures, money, quarantine, requests, incidents; the time is stopped. */
export interface Furnished {
  clock: TestClock;
  by: TestWorker;
}

/** Noon of the day that {@link furnish} ends on. */
export const NOON = "2026-11-18T12:00:00Z"; // a Wednesday

const LANES = ["default", "build", "agent"];

/** Fills the workspace `local` by the functions that fill it in earnest, over the 40 days before {@link NOON}. */
export async function furnish(db: TestDatabase): Promise<Furnished> {
  const clock = await controlClock(db);
  await db.pool().query("update holdfast.workspaces set time_zone = 'Europe/Berlin'");
  await db
    .pool()
    .query(`insert into holdfast.ventures (workspace_id, name) select id, 'orchard' from holdfast.workspaces`);
  await db.pool().query(
    `insert into holdfast.budgets (workspace_id, name, scope, scope_name, period, cap) select w.id, b.* from holdfast.workspaces w, (values
       ('day', 'workspace', null, 'day', 50), ('orchard_month', 'venture', 'orchard', 'month', 200)) b (name, scope, scope_name, period, cap)`,
  );
  let by = await worker(db, { lanes: LANES });
  // Minutes before noon. Each moment has work of both ventures and of none, with every outcome.
  for (const before of [40 * 1440, 20 * 1440, 5 * 1440, 10 * 60, 11.5 * 60, 45, 20]) {
    await clock.stop(new Date(Date.parse(NOON) - before * 60_000));
    by = await worker(db, { lanes: LANES });
    for (const venture of ["noaerth", "orchard", undefined]) {
      const base = { ...(venture ? { venture } : {}), max_attempts: 1 };
      await run(
        db,
        by,
        { ...base, paid: true, est_cost: 2 },
        { outcome: "completed", cost: before === 45 ? 1.25 : undefined },
      );
      await run(db, by, base, { outcome: "failed", error: { message: `exit ${before}`, class: "exit_code" } });
      await run(
        db,
        by,
        { ...base, lane: "build" },
        { outcome: "failed", error: { message: "bad payload", class: "invalid_payload" } },
      );
      await run(
        db,
        by,
        { ...base, class: "large" },
        { outcome: "timed_out", error: { message: "too long", class: "timeout" } },
      );
    }
    await enqueue(db, { options: { venture: "orchard", class: "approval_required", name: `ask ${before}` } });
    const odd = await enqueue(db, { options: { venture: "noaerth" } });
    await act(db.pool(), { verb: "quarantine", subject: "job", target: { job: odd }, reason: "odd" });
  }
  await act(db.pool(), {
    verb: "adjust",
    subject: "budget",
    target: { budget: "day" },
    reason: "invoice",
    params: { amount: 0.75 },
  });
  await clock.stop(new Date(NOON));
  return { clock, by: await worker(db, { lanes: LANES }) };
}

async function run(
  db: TestDatabase,
  by: TestWorker,
  options: Record<string, unknown>,
  finish: { outcome: string; [field: string]: unknown },
): Promise<void> {
  const token = await by.takeOne(await enqueue(db, { options }));
  const fields = Object.fromEntries(Object.entries(finish).filter(([, value]) => value !== undefined));
  await by.finish({ token, ...fields, outcome: finish.outcome });
}

/** Runs a built-in kind as a worker does: enqueue, take, `run_builtin`, finish with what it returned. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has a report of its own shape
export async function report(db: TestDatabase, by: TestWorker, kind: string, payload: unknown = {}): Promise<any> {
  const token = await by.takeOne(await enqueue(db, { kind, payload }));
  const { rows } = await db.pool("holdfast_worker").query("select holdfast_private.run_builtin($1) as result", [token]);
  const result = rows[0].result;
  const [answer] = await by.finish({ token, outcome: "completed", result });
  if (answer?.state !== "completed") throw new Error(`${kind} ended ${answer?.state}`);
  return result;
}
