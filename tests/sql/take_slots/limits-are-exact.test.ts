import { act, createTestDatabase, registerKinds, type TestDatabase, worker } from "@holdfast/testing";
import pg from "pg";
import { describe, expect, test } from "vitest";

// Sixteen sessions enqueue and finish at once while a seventeenth looks as fast as it can: each look is one snapshot,
// so a limit that is exceeded for a moment is seen.

const SESSIONS = 16;
const JOBS = 160;

const SCOPES = [
  { scope: "queue", limit: 5, options: {}, target: { queue: "primary" } },
  { scope: "lane", limit: 7, options: { lane: "build" }, target: { lane: "build" } },
  { scope: "class", limit: 3, options: { class: "medium" }, target: { class: "medium" } },
  { scope: "key", limit: 1, options: { concurrency_key: "k" }, target: undefined },
] as const;

describe.each(SCOPES)("a limit of $limit on one $scope", ({ scope, limit, options, target }) => {
  test("is never exceeded by 16 concurrent dispatchers, and is used up once they are quiet", async () => {
    await using db = await createTestDatabase();
    await registerKinds(db, "hello");
    if (target) await act(db.pool(), { verb: "limit", subject: scope, target, params: { max_running: limit } });
    await using pool = sessions(db);

    const watch = watchOccupied(db);
    await inParallel(async (n) => {
      for (let i = 0; i < JOBS / SESSIONS / 5; i++) await enqueueFive(pool.pool, options, n);
    });
    await expect(occupied(db)).resolves.toBe(limit);

    await finishEverything(db, pool.pool);
    await expect(watch.stop()).resolves.toBe(limit);
    const { rows } = await db.pool().query("select count(*) as n from holdfast.jobs where state = 'completed'");
    expect(rows[0].n).toBe(JOBS);
  });
});

test("limits of a queue, a lane and keys together neither deadlock nor starve", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  const limits = [
    { subject: "queue", target: { queue: "primary" }, max: 6 },
    { subject: "queue", target: { queue: "report" }, max: 4 },
    { subject: "lane", target: { lane: "build" }, max: 5 },
    { subject: "class", target: { class: "medium" }, max: 5 },
  ];
  for (const { subject, target, max } of limits) {
    await act(db.pool(), { verb: "limit", subject, target, params: { max_running: max } });
  }
  await using pool = sessions(db);
  await inParallel(async (n) => {
    for (let i = 0; i < JOBS / SESSIONS / 5; i++) {
      const options = {
        queue: (n + i) % 2 ? "primary" : "report",
        lane: (n + i) % 3 ? "default" : "build",
        class: (n + i) % 5 ? "small" : "medium",
        ...((n * i) % 2 ? { concurrency_key: `k${(n + i) % 7}` } : {}),
      };
      await enqueueFive(pool.pool, options, n);
    }
  });
  await finishEverything(db, pool.pool);
  const { rows } = await db.pool().query("select state, count(*) as n from holdfast.jobs group by 1");
  expect(rows).toEqual([{ state: "completed", n: JOBS }]);
});

function sessions(db: TestDatabase): AsyncDisposable & { pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: db.url(), max: SESSIONS });
  pool.on("error", () => {});
  return { pool, [Symbol.asyncDispose]: () => pool.end() };
}

async function inParallel(work: (n: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: SESSIONS }, (_, n) => work(n)));
}

async function enqueueFive(pool: pg.Pool, options: object, n: number): Promise<void> {
  const jobs = Array.from({ length: 5 }, (_, i) => ({ kind: "hello", priority: (n + i) % 3, ...options }));
  await pool.query("select from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
}

async function occupied(db: TestDatabase): Promise<number> {
  const { rows } = await db
    .pool()
    .query("select count(*) as n from holdfast.jobs where state in ('dispatched', 'running')");
  return rows[0].n;
}

/** Looks until stopped; resolves to the most jobs ever seen dispatched or running at once. */
function watchOccupied(db: TestDatabase): { stop(): Promise<number> } {
  let most = 0;
  let going = true;
  const watching = (async () => {
    while (going) most = Math.max(most, await occupied(db));
  })();
  return {
    async stop() {
      going = false;
      await watching;
      return most;
    },
  };
}

/** Takes and finishes jobs in 16 sessions until no job is left, with the promote duty's help as in earnest. */
async function finishEverything(db: TestDatabase, pool: pg.Pool): Promise<void> {
  const { id } = await worker(db, { lanes: ["default", "build"] });
  const isLeft = async () =>
    (await pool.query("select from holdfast.jobs where finished_at is null limit 1")).rowCount === 1;
  await inParallel(async (n) => {
    for (let idle = 0; await isLeft(); ) {
      const { rows } = await pool.query(
        "select id from holdfast.jobs where state = 'dispatched' order by random() limit 3",
      );
      const taken = await pool.query("select token from holdfast_private.take_leases($1, $2)", [
        id,
        rows.map((r) => r.id),
      ]);
      const finishes = taken.rows.map(({ token }) => ({ token: Number(token), outcome: "completed" }));
      for (let left = finishes; left.length > 0; ) {
        const answers = await pool.query("select token, reason from holdfast_private.finish_runs($1)", [
          JSON.stringify(left),
        ]);
        const busy = new Set(answers.rows.filter(({ reason }) => reason === "busy").map(({ token }) => Number(token)));
        left = left.filter(({ token }) => busy.has(token));
      }
      idle = finishes.length > 0 ? 0 : idle + 1;
      if (n === 0) await pool.query("select holdfast_private.promote()");
      if (idle > 2000) throw new Error("jobs wait although nothing runs");
    }
  });
}
