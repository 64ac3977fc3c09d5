import {
  act,
  asAnon,
  asServiceRole,
  asUser,
  asWorker,
  createTestDatabase,
  duty,
  enqueue,
  job,
  type RolePlay,
  type TestWorkspace,
  waitUntil,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Pair, type Subject, tryChange, tryInsert, trySelect } from "./support/attempts.ts";
import { draw, expectedCells, PERSONAS, type Persona } from "./support/expected.ts";

const db = await createTestDatabase();
const own = await workspace(db, "own");
const foreign = await workspace(db, "foreign");
const pair: Pair = { own: own.id, foreign: foreign.id };
const stranger = crypto.randomUUID();
const plays: Record<Persona, { play: RolePlay; self?: string }> = {
  anon: { play: asAnon },
  stranger: { play: asUser(stranger), self: stranger },
  viewer: { play: asUser(own.people.viewer), self: own.people.viewer },
  operator: { play: asUser(own.people.operator), self: own.people.operator },
  approver: { play: asUser(own.people.approver), self: own.people.approver },
  admin: { play: asUser(own.people.admin), self: own.people.admin },
  service_role: { play: asServiceRole },
  holdfast_worker: { play: asWorker },
};

/** Fills every table with rows of a workspace. Returns two jobs that still wait, for the dependency to be inserted. */
async function furnish(team: TestWorkspace): Promise<[number, number]> {
  const { slug, id } = team;
  const by = await worker(db);
  await job(db, { workspace: slug, state: "failed", by });
  await job(db, { workspace: slug, state: "canceled" });
  await job(db, { workspace: slug, state: "blocked" });
  const again = await job(db, { workspace: slug, state: "failed", by });
  await act(db.pool(), { workspace: slug, verb: "retry", subject: "job", target: { job: again }, reason: "a test" });
  await by.finish({ token: await by.takeOne(again), outcome: "completed" });
  const stuck = await job(db, { workspace: slug, state: "failed", by });
  await enqueue(db, { workspace: slug, options: { depends_on: [stuck], labels: { team: "a" } } });
  const pool = db.pool();
  await pool.query("insert into holdfast.ventures (workspace_id, name) values ($1, 'line')", [id]);
  await pool.query("insert into holdfast.command_rules (workspace_id, program) values ($1, '*')", [id]);
  await pool.query("insert into holdfast.profiles (workspace_id, name, program) values ($1, 'a-profile', 'true')", [
    id,
  ]);
  const token = await by.takeOne(await enqueue(db, { workspace: slug, kind: "command", payload: { argv: ["true"] } }));
  await db.pool("holdfast_worker").query("select holdfast_private.store_output($1, 'stdout', 0, 'abc')", [token]);
  await furnishGovernance(team);
  return [await job(db, { workspace: slug, state: "queued" }), await job(db, { workspace: slug, state: "queued" })];
}

/** The same for the tables of governance: each row is made by the act or duty that makes it in earnest. */
async function furnishGovernance({ slug, id, people }: TestWorkspace): Promise<void> {
  const pool = db.pool();
  const doing = (verb: string, subject: string, target: Record<string, unknown>, params = {}) =>
    act(pool, { workspace: slug, verb, subject, target, reason: "a test", params });
  await job(db, { workspace: slug, state: "quarantined" });
  const asked = await job(db, { workspace: slug, state: "awaiting_approval" });
  await asUser(people.approver)(
    db,
    (client) => act(client, { workspace: slug, verb: "approve", subject: "job", target: { job: asked } }),
    { commit: true },
  );
  const open = await job(db, { workspace: slug, state: "awaiting_approval" });
  const { rows } = await pool.query("select id from holdfast.approvals where job_id = $1", [open]);
  pending.set(id, rows[0].id);
  await pool.query(
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap) values ($1, 'all', 'workspace', 'day', 10)",
    [id],
  );
  await enqueue(db, { workspace: slug, options: { paid: true, est_cost: 1 } });
  await doing("enable", "schedule", { schedule: "health_scan" });
  await pool.query(
    `select holdfast_private.fire_windows(s.id, s.stepped_to, array[clock_timestamp()], clock_timestamp(), now() + interval '1 day', 'test')
     from holdfast.schedules s where s.workspace_id = $1 and s.enabled`,
    [id],
  );
  await pool.query("insert into holdfast.output_rules (workspace_id, name, pattern) values ($1, 'a-rule', 'unsafe')", [
    id,
  ]);
  await pool.query(
    "insert into holdfast.refusals (workspace_id, verb, subject, rule) values ($1, 'pause', 'queue', 'not_permitted')",
    [id],
  );
  for (const person of Object.values(people)) {
    await pool.query(
      "insert into holdfast.saved_views (workspace_id, user_id, page, name, query) values ($1, $2, 'history', 'a view', '')",
      [id, person],
    );
  }
  // An alert goes with it, to the log.
  const { result } = await doing("open", "incident", {}, { subject: "queue:report" });
  await doing("tick", "incident", { incident: result.incident }, { step: 1 });
  await doing("engage", "stop", {}, { scope: "kind", name: "command", kill_running: true });
}

/** A request that waits, in each workspace. */
const pending = new Map<string, number>();
const waiting = new Map<string, [number, number]>();
/** How a row is inserted where somebody may insert; everywhere else `default values` finds out that nobody may. */
const INSERTS: Record<string, (workspace: string) => string> = {
  "holdfast.actions": (w) =>
    `insert into holdfast.actions (workspace_id, verb, subject, queue) values ('${w}', 'resume', 'queue', 'primary')`,
  "holdfast.approval_decisions": (w) =>
    `insert into holdfast.approval_decisions (approval_id, decision) values (${pending.get(w)}, 'grant')`,
  "holdfast.budgets": (w) =>
    `insert into holdfast.budgets (workspace_id, name, scope, period, cap) values ('${w}', 'new-budget', 'workspace', 'week', 1)`,
  "holdfast.command_rules": (w) => `insert into holdfast.command_rules (workspace_id, program) values ('${w}', 'ls')`,
  "holdfast.job_classes": (w) => `insert into holdfast.job_classes (workspace_id, name) values ('${w}', 'tiny')`,
  "holdfast.job_dependencies": (w) =>
    `insert into holdfast.job_dependencies (job_id, depends_on) values (${waiting.get(w)?.join(", ")})`,
  "holdfast.jobs": (w) => `insert into holdfast.jobs (workspace_id, kind) values ('${w}', 'hello')`,
  "holdfast.kinds": (w) =>
    `insert into holdfast.kinds (workspace_id, name, mode) values ('${w}', 'new-kind', 'function')`,
  "holdfast.lanes": (w) => `insert into holdfast.lanes (workspace_id, name) values ('${w}', 'new-lane')`,
  "holdfast.members": (w) =>
    `insert into holdfast.members (workspace_id, user_id, role) values ('${w}', '${db.users.viewer.id}', 'viewer')`,
  "holdfast.output_rules": (w) =>
    `insert into holdfast.output_rules (workspace_id, name, pattern) values ('${w}', 'new-rule', 'x')`,
  "holdfast.saved_views": (w) =>
    `insert into holdfast.saved_views (workspace_id, page, name, query) values ('${w}', 'history', 'another', '')`,
  "holdfast.profiles": (w) =>
    `insert into holdfast.profiles (workspace_id, name, program) values ('${w}', 'new-profile', 'ls')`,
  "holdfast.queues": (w) => `insert into holdfast.queues (workspace_id, name) values ('${w}', 'new-queue')`,
  "holdfast.refusals": (w) =>
    `insert into holdfast.refusals (workspace_id, verb, subject, rule) values ('${w}', 'pause', 'queue', 'not_permitted')`,
  "holdfast.schedules": (w) =>
    `insert into holdfast.schedules (workspace_id, name, cron, kind) values ('${w}', 'new-schedule', '@daily', 'health_scan')`,
  "holdfast.ventures": (w) => `insert into holdfast.ventures (workspace_id, name) values ('${w}', 'new-venture')`,
  "holdfast.workspaces": () => "insert into holdfast.workspaces (slug, name) values ('new-workspace', 'New')",
};

/** Columns that somebody may update, where the first one that can be set is not among them. */
const UPDATABLE: Record<string, string> = { "holdfast.people": "name" };

async function subjects(): Promise<Subject[]> {
  const { rows } = await db.pool().query(`
    select format('%I.%I', n.nspname, c.relname) as name,
      case when c.oid = 'holdfast.workspaces'::regclass then 'id'
        else (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id') end as workspace,
      (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = ''
        -- The last column of a view: the first may be an identity that a simple view hands through.
        order by case when c.relkind = 'v' then -a.attnum else a.attnum end limit 1) as some
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('holdfast', 'holdfast_ledger') and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1`);
  return Promise.all(
    rows.map(async ({ name, workspace, some }) => {
      const count = await db.pool().query(`select count(*) as n from ${name}`);
      return {
        name,
        workspaceColumn: workspace ?? undefined,
        someColumn: UPDATABLE[name] ?? some,
        rows: count.rows[0].n,
      };
    }),
  );
}

const found = new Map<string, Record<Persona, string>>();
let all: Subject[] = [];

beforeAll(async () => {
  for (const one of [own, foreign]) waiting.set(one.id, await furnish(one));
  // Worth a row in leaders, duties, seals and dropped_days each.
  await waitUntil(async () => (await duty(db, "seal")).seal !== undefined, 20_000);
  await db
    .pool()
    .query(
      "begin; set local role holdfast_ledger; insert into holdfast_ledger.dropped_days values ('2020-01-01', now(), 0, 0); commit",
    );
  all = await subjects();
  for (const subject of all) {
    const cells = {} as Record<Persona, string>;
    for (const persona of PERSONAS) {
      const { play, self } = plays[persona];
      cells[persona] = await play(db, async (client) => {
        const insert = INSERTS[subject.name] ?? (() => `insert into ${subject.name} default values`);
        return [
          await trySelect(client, subject, pair, self),
          await tryInsert(client, insert, pair),
          await tryChange(client, subject, "update"),
          await tryChange(client, subject, "delete"),
        ].join("");
      });
    }
    found.set(subject.name, cells);
  }
});

afterAll(async () => {
  console.log(
    `Access: select insert update delete. A all, O own workspace, S oneself, N nothing, R refused, - no right\n${draw(found)}`,
  );
  await db.drop();
});

test("every table and view of the rooms people enter is in the matrix, and nothing else", () => {
  expect([...found.keys()]).toEqual([...expectedCells().keys()]);
});

test("every table holds a row of both workspaces, so that seeing nothing means something", async () => {
  const empty = all.filter(
    ({ name, rows }) => rows === 0 && !/my_workspaces|my_powers|allowed_actions|subject_actions/.test(name),
  );
  expect(empty).toEqual([]);
  for (const { name, workspaceColumn, rows } of all) {
    if (workspaceColumn === undefined || rows === 0) continue;
    const seen = await db.pool().query(`select distinct ${workspaceColumn} as w from ${name}`);
    expect(
      seen.rows.map((row) => row.w),
      name,
    ).toEqual(expect.arrayContaining([own.id, foreign.id]));
  }
});

describe.each([...expectedCells().entries()])("%s", (table, expected) => {
  test.each(PERSONAS)("opens to %s exactly as declared", (persona) => {
    expect(found.get(table)?.[persona]).toBe(expected[persona]);
  });
});
