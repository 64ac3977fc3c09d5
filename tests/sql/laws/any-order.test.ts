import { act, createTestDatabase, registerKinds, type TestDatabase, worker } from "@holdfast/testing";
import pg from "pg";
import { expect, test } from "vitest";

// Eight people and workers do whatever comes to their minds at the same time. No call may fail in a way that is not a
// refusal, and once everything is opened and calm, every law holds and every job has come to an end.

const SESSIONS = 8;
const STEPS = 60;

/** Small deterministic generator, so that a failure can be run again with its seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const QUEUES = ["primary", "report"];
const LANES = ["default", "build"];
const CLASSES = ["small", "medium"];

/** Takes leases as an engine's worker does, whose delivery is used up by it. */
async function deliver(pool: pg.Pool, workerId: number, jobs: number[]): Promise<number[]> {
  await pool.query(
    "delete from graphile_worker._private_jobs where key = any (array(select 'job:' || j from unnest($1::bigint[]) j))",
    [jobs],
  );
  const { rows } = await pool.query("select token from holdfast_private.take_leases($1, $2)", [workerId, jobs]);
  return rows.map(({ token }) => Number(token));
}

async function step(pool: pg.Pool, workerId: number, pick: (below: number) => number): Promise<void> {
  const one = <T>(list: readonly T[]) => list[pick(list.length)] as T;
  const doing = pick(20);
  if (doing < 6) {
    const { rows } = await pool.query("select id from holdfast.jobs order by random() limit 1");
    const jobs = Array.from({ length: 1 + pick(4) }, () => ({
      kind: "hello",
      queue: one(QUEUES),
      lane: one(LANES),
      class: one(CLASSES),
      max_attempts: 2,
      ...(pick(3) === 0 ? { concurrency_key: `k${pick(4)}` } : {}),
      ...(pick(4) === 0 && rows[0] ? { depends_on: [Number(rows[0].id)] } : {}),
    }));
    await pool.query("select from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
  } else if (doing < 14) {
    const { rows } = await pool.query(
      "select id from holdfast.jobs where state = 'dispatched' order by random() limit 4",
    );
    const tokens = await deliver(
      pool,
      workerId,
      rows.map((row) => Number(row.id)),
    );
    const finishes = tokens.map((token) => ({ token, outcome: one(["completed", "completed", "failed"]) }));
    if (pick(6) === 0) await pool.query("select holdfast_private.report_runs_lost($1, 'chaos')", [tokens]);
    await pool.query("select from holdfast_private.finish_runs($1)", [JSON.stringify(finishes)]);
  } else if (doing < 17) {
    const [subject, names] = one([
      ["queue", QUEUES],
      ["lane", LANES],
    ] as const);
    await act(pool, { verb: one(["pause", "resume"]), subject, target: { [subject]: one(names) }, reason: "chaos" });
  } else if (doing < 18) {
    const [subject, names] = one([
      ["queue", QUEUES],
      ["lane", LANES],
      ["class", CLASSES],
    ] as const);
    await act(pool, {
      verb: "limit",
      subject,
      target: { [subject]: one(names) },
      params: { max_running: one([null, 0, 1, 3]) },
    });
  } else if (doing < 19) {
    const { rows } = await pool.query("select id from holdfast.jobs order by random() limit 1");
    const verb = one(["cancel", "retry", "kill", "release"]);
    if (rows[0])
      await act(pool, { verb, subject: "job", target: { job: Number(rows[0].id) }, reason: "chaos" }).catch(
        onlyRefused,
      );
  } else {
    await pool.query("select holdfast_private.promote()");
  }
}

function onlyRefused(error: unknown): void {
  if (!(error instanceof pg.DatabaseError) || !error.code?.startsWith("PT4")) throw error;
}

/** Opens every gate and works until nothing moves any more. */
async function calmDown(db: TestDatabase, workerId: number, max_running: number | null): Promise<void> {
  const pool = db.pool();
  for (const subject of ["queue", "lane", "class"] as const) {
    for (const name of { queue: QUEUES, lane: LANES, class: CLASSES }[subject]) {
      if (subject !== "class") await act(pool, { verb: "resume", subject, target: { [subject]: name } });
      await act(pool, { verb: "limit", subject, target: { [subject]: name }, params: { max_running } });
    }
  }
  for (let round = 0; round < 400; round++) {
    await pool.query("update holdfast.jobs set run_at = now() where state = 'retrying'");
    await pool.query("select holdfast_private.promote()");
    const { rows } = await pool.query("select array_agg(id) as ids from holdfast.jobs where state = 'dispatched'");
    const tokens = await deliver(pool, workerId, rows[0].ids ?? []);
    const open = await pool.query("select token from holdfast.leases");
    if (tokens.length === 0 && open.rowCount === 0) return;
    await pool.query("select from holdfast_private.finish_runs($1)", [
      JSON.stringify(open.rows.map(({ token }) => ({ token, outcome: "completed" }))),
    ]);
  }
  throw new Error("the jobs never come to an end");
}

const LAWS: [law: string, violations: string][] = [
  [
    "a job runs if and only if it has a lease",
    "select j.id from holdfast.jobs j full join holdfast.leases l on l.job_id = j.id where (j.state = 'running') is distinct from (l.token is not null)",
  ],
  [
    "a lease belongs to the newest run of its job, which is open",
    "select l.token from holdfast.leases l join holdfast.runs r on r.id = l.token join holdfast.jobs j on j.id = l.job_id where r.outcome is not null or r.attempt <> j.attempt",
  ],
  [
    "only jobs on their way occupy slots",
    "select s.job_id from holdfast_private.slots s join holdfast.jobs j on j.id = s.job_id where j.state not in ('dispatched', 'running')",
  ],
  [
    "a job in a limited scope that is on its way has its slot",
    `select j.id from holdfast.jobs j join holdfast.queues q on q.workspace_id = j.workspace_id and q.name = j.queue
    where j.state in ('dispatched', 'running') and q.max_running is not null and not exists (select from holdfast_private.slots s where s.job_id = j.id and s.scope = 'queue')`,
  ],
  [
    "attempts count the runs",
    "select j.id from holdfast.jobs j where j.attempt <> (select count(*) from holdfast.runs r where r.job_id = j.id)",
  ],
  [
    "a child never runs before its parents have completed",
    `select r.id from holdfast.runs r join holdfast.job_dependencies d on d.job_id = r.job_id join holdfast.jobs p on p.id = d.depends_on
    where p.state <> 'completed' or p.finished_at > r.started_at`,
  ],
  [
    "every run is closed by exactly one event",
    `select r.id from holdfast.runs r where r.outcome is not null
    and (select count(*) from holdfast_ledger.events e where e.subject_type = 'run' and e.subject_id = r.id::text and e.action = 'run.closed') <> 1`,
  ],
];

/** Jobs that are not final and that no closed gate, no unfinished parent and no person's decision explains. */
const FORGOTTEN = `
  select j.id, j.state, j.held_by from holdfast.jobs j
  where j.finished_at is null and j.state <> 'quarantined'
    and not (j.state = 'blocked' and exists (select from holdfast.job_dependencies d join holdfast.jobs p on p.id = d.depends_on where d.job_id = j.id and p.state <> 'completed'))`;

test.each([1, 2, 3])(
  "whatever eight sessions do at once (seed %i), the laws hold and no job is forgotten",
  async (seed) => {
    await using db = await createTestDatabase();
    await registerKinds(db, "hello");
    const { id } = await worker(db, { lanes: LANES });
    const pool = new pg.Pool({ connectionString: db.url(), max: SESSIONS });
    try {
      await Promise.all(
        Array.from({ length: SESSIONS }, async (_, n) => {
          const pick = random(seed * 1000 + n);
          for (let i = 0; i < STEPS; i++) await step(pool, id, pick);
        }),
      );
    } finally {
      await pool.end();
    }
    for (const [law, violations] of LAWS) {
      expect((await db.pool().query(violations)).rows, law).toEqual([]);
    }
    await calmDown(db, id, seed % 2 === 0 ? 2 : null);
    for (const [law, violations] of LAWS) {
      expect((await db.pool().query(violations)).rows, law).toEqual([]);
    }
    expect((await db.pool().query(FORGOTTEN)).rows).toEqual([]);
    const { rows } = await db.pool().query("select count(*) as n from holdfast.jobs where state = 'completed'");
    expect(rows[0].n).toBeGreaterThan(50);
  },
);
