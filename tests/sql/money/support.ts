import { enqueue, stateOf, type TestDatabase, type TestWorker } from "@holdfast/testing";
import { expect } from "vitest";

/** A budget of the workspace `local`; default: the whole workspace, a cap of 10 a day, hold. */
export interface BudgetSpec {
  name?: string;
  scope?: string;
  scope_name?: string | null;
  period?: string;
  cap?: unknown;
  approval_threshold?: unknown;
  on_breach?: string;
  currency?: string | null;
}

/** Defines a budget in SQL; returns its id. */
export async function budget(db: TestDatabase, spec: BudgetSpec = {}): Promise<number> {
  const { rows } = await db.pool().query(
    `insert into holdfast.budgets (workspace_id, name, scope, scope_name, period, cap, approval_threshold, on_breach, currency)
     select w.id, $1, $2, $3, $4, $5, $6, $7, $8 from holdfast.workspaces w where w.slug = 'local' returning id`,
    [
      spec.name ?? "day",
      spec.scope ?? "workspace",
      spec.scope_name ?? null,
      spec.period ?? "day",
      spec.cap ?? 10,
      spec.approval_threshold ?? null,
      spec.on_breach ?? "hold",
      spec.currency ?? null,
    ],
  );
  return rows[0].id as number;
}

/** Enqueues a paid job. */
export function paid(db: TestDatabase, est_cost: number, options: Record<string, unknown> = {}): Promise<number> {
  return enqueue(db, { options: { paid: true, est_cost, ...options } });
}

/** Takes and finishes a job. */
export async function run(db: TestDatabase, by: TestWorker, job: number, cost?: number): Promise<string> {
  const token = await by.takeOne(job);
  await by.finish({ token, outcome: "completed", ...(cost === undefined ? {} : { cost }) });
  return stateOf(db, job);
}

/** Counters of a budget's newest period. */
export async function counters(db: TestDatabase, name = "day"): Promise<{ reserved: number; spent: number }> {
  const { rows } = await db.pool().query(
    `select p.reserved, p.spent from holdfast.budget_periods p join holdfast.budgets b on b.id = p.budget_id
     where b.name = $1 order by p.starts_at desc limit 1`,
    [name],
  );
  return rows[0] ?? { reserved: 0, spent: 0 };
}

/** The cost ledger of a job, oldest first: `entry amount source`. */
export async function entries(db: TestDatabase, job: number): Promise<string[]> {
  const { rows } = await db
    .pool()
    .query("select entry, amount, source from holdfast.cost_entries where job_id = $1 order by id", [job]);
  return rows.map((row) => `${row.entry} ${row.amount} ${row.source}`);
}

/** State, gates and the words of next_up. */
export async function look(db: TestDatabase, job: number) {
  const { rows } = await db.pool().query(
    `select j.state, j.held_by, j.consent, (select n.why from holdfast.next_up n where n.job_id = j.id) as why
     from holdfast.jobs j where j.id = $1`,
    [job],
  );
  return rows[0] as { state: string; held_by: string[]; consent: string | null; why: string | null };
}

/** What must be so after every step, whatever happened: each query names the rows that break the law. */
export const MONEY_LAWS: [law: string, violations: string][] = [
  [
    "what budgets count as reserved is the sum of the reservations",
    `select budget_id, starts_at from (
       select p.budget_id, p.starts_at, p.reserved as amount from holdfast.budget_periods p
       union all select r.budget_id, r.starts_at, -r.amount from holdfast_private.reservations r) x
     group by 1, 2 having sum(amount) <> 0`,
  ],
  [
    "what the cost ledger reserved and has not released is what its job has reserved",
    `select job_id from (
       select c.job_id, c.amount from holdfast.cost_entries c where c.entry in ('reserve', 'release')
       union all select r.job_id, -max(r.amount) from holdfast_private.reservations r group by 1) x
     group by 1 having sum(amount) <> 0`,
  ],
  [
    "what budgets count as spent is the sum of what the cost ledger settled and adjusted",
    `select budget_id, starts_at from (
       select p.budget_id, p.starts_at, p.spent as amount from holdfast.budget_periods p
       union all
       select b.id, holdfast.period_start(b.period, w.time_zone, c.counts_at), -c.amount
       from holdfast.cost_entries c join holdfast.budgets b on b.workspace_id = c.workspace_id join holdfast.workspaces w on w.id = b.workspace_id
       where (c.entry = 'adjust' and c.budget = b.name) or (c.entry = 'settle'
         and case b.scope when 'venture' then b.scope_name = c.venture when 'lane' then b.scope_name = c.lane when 'kind' then b.scope_name = c.kind else true end)) x
     group by 1, 2 having sum(amount) <> 0`,
  ],
  [
    "only jobs on their way reserve, or jobs whose money is still to be settled",
    `select r.job_id from holdfast_private.reservations r join holdfast.jobs j on j.id = r.job_id
     where j.state not in ('dispatched', 'running') and not exists (select from holdfast_private.unsettled u where u.job_id = r.job_id)`,
  ],
  [
    "a paid job on its way has reserved",
    `select j.id from holdfast.jobs j where j.paid and j.state = 'dispatched'
       and not exists (select from holdfast_private.reservations r where r.job_id = j.id)`,
  ],
];

/** Checks {@link MONEY_LAWS}. */
export async function expectMoneyLaws(db: TestDatabase): Promise<void> {
  for (const [law, violations] of MONEY_LAWS) expect((await db.pool().query(violations)).rows, law).toEqual([]);
}
