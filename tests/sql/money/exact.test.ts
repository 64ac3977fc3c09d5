import { act, createTestDatabase, registerKinds, type TestDatabase, worker } from "@holdfast/testing";
import pg from "pg";
import { expect, test } from "vitest";
import { budget, counters, expectMoneyLaws } from "./support.ts";

// Sixty-four sessions enqueue at once, another looks as fast as it can: each look is one snapshot, so a cap or a limit that
// is exceeded for a moment is seen.

const SESSIONS = 64;
const EACH = 5;

test("64 concurrent dispatchers against a cap of 10.00 reserve exactly all that fits, and never 10.01", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await budget(db);
  const watch = look(db, "select coalesce(sum(reserved + spent), 0) as n from holdfast.budget_periods");
  // The smallest amount is a cent and there are more than enough of them: whatever went first, the last cents fill the rest.
  const amounts = [0.01, 0.13, 0.01, 0.37, 0.01];
  await sessions(db, (pool, n) =>
    repeat(EACH, async (i) => {
      const jobs = Array.from({ length: 4 }, (_, k) => ({
        kind: "hello",
        paid: true,
        est_cost: amounts[(n + i + k) % amounts.length],
      }));
      await enqueueMany(pool, jobs);
    }),
  );
  const most = await watch.stop();
  expect(most.n).toBeLessThanOrEqual(10);
  await expect(counters(db)).resolves.toEqual({ reserved: 10, spent: 0 });
  await expectMoneyLaws(db);
  const { rows } = await db
    .pool()
    .query("select count(*) as n, sum(est_cost) as money from holdfast.jobs where state = 'dispatched'");
  expect(rows[0].money).toBe(10);
  console.log(
    `cap 10.00, ${SESSIONS} sessions, ${SESSIONS * EACH * 4} jobs: ${rows[0].n} dispatched for ${rows[0].money}, at most ${most.n} seen in ${most.looks} looks`,
  );
});

test("64 dispatchers and finishers together never pass the cap, whatever the runs really cost", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await budget(db, { cap: 10 });
  await budget(db, { name: "lane", scope: "lane", scope_name: "default", cap: 8 });
  const { id } = await worker(db);
  const watch = look(
    db,
    "select coalesce(max(p.reserved + p.spent - b.cap), -1) as n from holdfast.budget_periods p join holdfast.budgets b on b.id = p.budget_id",
  );
  await sessions(db, (pool, n) =>
    repeat(EACH, async (i) => {
      await enqueueMany(pool, [{ kind: "hello", paid: true, est_cost: 0.5 + ((n + i) % 4) / 4 }]);
      const { rows } = await pool.query(
        "select id from holdfast.jobs where state = 'dispatched' order by random() limit 2",
      );
      const taken = await pool.query("select token from holdfast_private.take_leases($1, $2)", [
        id,
        rows.map((row) => row.id),
      ]);
      await finish(
        pool,
        taken.rows.map(({ token }, k) => ({
          token: Number(token),
          outcome: "completed",
          cost: (k + i) % 2 ? 0.1 : 0.5,
        })),
      );
      if (n === 0) await pool.query("select holdfast_private.promote()");
    }),
  );
  const most = await watch.stop();
  expect(most.n).toBeLessThanOrEqual(0);
  await expectMoneyLaws(db);
  await db.pool().query("select holdfast_private.promote()");
  await expectMoneyLaws(db);
  expect((await db.pool().query("select from holdfast_private.unsettled")).rowCount).toBe(0);
});

test("64 dispatchers into a queue of 25 an hour and a lane of 40 start exactly 25 and 40", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  await act(db.pool(), { verb: "limit", subject: "queue", target: { queue: "primary" }, params: { max_per_hour: 25 } });
  await act(db.pool(), { verb: "limit", subject: "lane", target: { lane: "build" }, params: { max_per_hour: 40 } });
  const watch = look(
    db,
    "select greatest(count(*) filter (where queue = 'primary') - 25, count(*) filter (where lane = 'build') - 40) as n from holdfast.jobs where state = 'dispatched'",
  );
  await sessions(db, (pool, n) =>
    repeat(EACH, (i) =>
      enqueueMany(pool, [{ kind: "hello", ...((n + i) % 2 ? { lane: "build", queue: "report" } : {}) }]),
    ),
  );
  expect((await watch.stop()).n).toBe(0);
  const { rows } = await db
    .pool()
    .query("select lane, count(*) as n from holdfast.jobs where state = 'dispatched' group by 1 order by 1");
  expect(rows).toEqual([
    { lane: "build", n: 40 },
    { lane: "default", n: 25 },
  ]);
});

test("64 dispatchers into a lane that runs 3 at once dispatch exactly 3", async () => {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  const watch = look(db, "select count(*) as n from holdfast.jobs where state in ('dispatched', 'running')");
  await sessions(db, (pool) => repeat(EACH, () => enqueueMany(pool, [{ kind: "hello", lane: "agent" }])));
  expect((await watch.stop()).n).toBe(3);
});

async function repeat(times: number, work: (i: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i++) await work(i);
}

async function sessions(db: TestDatabase, work: (pool: pg.Pool, n: number) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString: db.url(), max: SESSIONS });
  try {
    // All sixty-four are connected before the first begins.
    const clients = await Promise.all(Array.from({ length: SESSIONS }, () => pool.connect()));
    for (const client of clients) client.release();
    await Promise.all(Array.from({ length: SESSIONS }, (_, n) => work(pool, n)));
  } finally {
    await pool.end();
  }
}

async function enqueueMany(pool: pg.Pool, jobs: object[]): Promise<void> {
  await pool.query("select from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
}

async function finish(pool: pg.Pool, finishes: { token: number }[]): Promise<void> {
  for (let left = finishes; left.length > 0; ) {
    const { rows } = await pool.query("select token, reason from holdfast_private.finish_runs($1)", [
      JSON.stringify(left),
    ]);
    const busy = new Set(rows.filter(({ reason }) => reason === "busy").map(({ token }) => Number(token)));
    left = left.filter(({ token }) => busy.has(token));
  }
}

/** Looks until stopped; the most that one look ever found. */
function look(db: TestDatabase, query: string): { stop(): Promise<{ n: number; looks: number }> } {
  let [most, looks, going] = [Number.NEGATIVE_INFINITY, 0, true];
  const looking = (async () => {
    while (going) {
      most = Math.max(most, (await db.pool().query(query)).rows[0].n);
      looks++;
    }
  })();
  return {
    async stop() {
      going = false;
      await looking;
      return { n: most, looks };
    },
  };
}
