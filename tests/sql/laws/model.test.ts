import { controlClock, createTestDatabase, registerKinds } from "@holdfast/testing";
import fc from "fast-check";
import pg from "pg";
import { expect, test } from "vitest";
import type { Command } from "./command.ts";
import { CAP, Drive } from "./drive.ts";
import { installModel } from "./sql.ts";

// Random sequences of acts, deliveries, finishes, deaths and clock moves against the real SQL and a small model beside it.
// Each sequence is one transaction, rolled back at its end: the next one begins in the same world. What concurrency adds
// to it is any-order.test.ts's business.

const RUNS = Number(process.env.HOLDFAST_MODEL_RUNS ?? 2000);
const SEED = Number(process.env.HOLDFAST_MODEL_SEED ?? 20261121);
/** Databases at work at once; each takes its share of the sequences. */
const DATABASES = 2;

const nth = fc.nat({ max: 7 });
const queue = fc.constantFrom("primary", "report");
const enqueue = fc.record({
  do: fc.constant("enqueue" as const),
  cls: fc.oneof(
    { weight: 5, arbitrary: fc.constant("small" as const) },
    { weight: 2, arbitrary: fc.constant("large" as const) },
    { weight: 2, arbitrary: fc.constant("approval_required" as const) },
  ),
  queue: fc.oneof({ weight: 3, arbitrary: fc.constant("primary") }, { weight: 1, arbitrary: fc.constant("report") }),
  est: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 6 })),
  deps: fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(nth, { minLength: 1, maxLength: 2 }) },
  ),
  key: fc.nat({ max: 4 }).map((n) => n === 0),
  later: fc.nat({ max: 7 }).map((n) => n === 0),
  max: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 }),
  once: fc.nat({ max: 7 }).map((n) => n === 0),
});
const take = fc.record({ do: fc.constant("take" as const), nth });
const finish = fc.record({
  do: fc.constant("finish" as const),
  nth,
  outcome: fc.constantFrom(
    "completed" as const,
    "completed" as const,
    "failed" as const,
    "failed" as const,
    "timed_out" as const,
  ),
  print: fc.constantFrom("a", "a", "b"),
  cost: fc.option(fc.integer({ min: 0, max: 7 }), { freq: 2 }),
  mayRetry: fc.nat({ max: 7 }).map((n) => n > 0),
  stale: fc.nat({ max: 7 }).map((n) => n === 0),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 7, arbitrary: enqueue },
  { weight: 9, arbitrary: take },
  { weight: 7, arbitrary: finish },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("lose" as const), nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("worker dies" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("beat" as const), nth, cost: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("act" as const),
      nth,
      verb: fc.constantFrom(
        "cancel",
        "kill",
        "retry",
        "retry",
        "approve",
        "approve",
        "reject",
        "quarantine",
        "release",
        "discard",
      ),
      by: fc.constantFrom("ann" as const, "bob" as const, "bob" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("gate" as const),
      verb: fc.constantFrom("pause" as const, "resume" as const),
      queue,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("limit" as const),
      what: fc.constantFrom("max_running" as const, "max_per_hour" as const),
      value: fc.option(fc.nat({ max: 3 }), { freq: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("stop" as const),
      what: fc.constantFrom("workers" as const, "paid" as const),
      kill: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release stop" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("duty" as const),
      duty: fc.constantFrom(
        "promote" as const,
        "promote" as const,
        "reap" as const,
        "reap" as const,
        "expire_approvals" as const,
        "age_priorities" as const,
        "redispatch" as const,
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      seconds: fc.constantFrom(5, 16, 16, 60, 400, 400, 3600, 90_000),
    }),
  },
);
const sequence = fc.record({
  threshold: fc.constantFrom(7, 1000),
  commands: fc
    .tuple(fc.array(enqueue, { minLength: 2, maxLength: 4 }), fc.array(command, { minLength: 4, maxLength: 14 }))
    .map(([first, then]) => [...first, ...then]),
});

test(`after every step of ${RUNS} random sequences the database stands as a model of the rules allows, and every law holds`, {
  timeout: 600_000,
}, async () => {
  const started = Date.now();
  const counts = await Promise.all(
    Array.from({ length: DATABASES }, (_, n) => explore(Math.ceil(RUNS / DATABASES), SEED + n)),
  );
  const steps = counts.reduce((sum, count) => sum + count, 0);
  console.log(`${RUNS} sequences (seed ${SEED}), ${steps} steps, ${Math.round((Date.now() - started) / 1000)} s`);
  expect(steps).toBeGreaterThan(RUNS * 5);
});

/** Runs sequences in a database of their own; returns how many steps they had. */
async function explore(numRuns: number, seed: number): Promise<number> {
  await using db = await createTestDatabase();
  await registerKinds(db, "hello");
  const clock = await controlClock(db);
  // An hour ahead: nothing expires sooner than one ttl after the server's start.
  await clock.stop(new Date(Date.now() + 3_600_000));
  await db.pool().query("update holdfast.workspaces set single_operator = false");
  await db.pool().query("update holdfast.alert_channels set enabled = false");
  await db
    .pool()
    .query(
      "insert into holdfast.budgets (workspace_id, name, scope, period, cap) select id, 'day', 'workspace', 'day', $1 from holdfast.workspaces",
      [CAP],
    );
  const client = new pg.Client({ connectionString: db.url() });
  client.on("error", () => {});
  await client.connect();
  const people = { ann: db.users.operator.id, bob: db.users.approver.id, owner: db.users.owner.id };
  let [steps, sequences] = [0, 0];
  try {
    // Laws are many small looks: compiling them costs more than looking.
    await client.query("set jit = off");
    await installModel(client);
    const property = fc.asyncProperty(sequence, async ({ threshold, commands }) => {
      await client.query("begin");
      try {
        await client.query("update holdfast.budgets set approval_threshold = $1", [threshold]);
        const drive = new Drive(client, people, threshold);
        for (const each of commands) await drive.run(each);
        await drive.settleDown();
        steps += commands.length + 2;
      } finally {
        await client.query("rollback");
        // What was rolled back is still in the way of every look.
        if (++sequences % 100 === 0) await client.query("vacuum");
      }
    });
    await fc.assert(property, { numRuns, seed, endOnFailure: false });
  } finally {
    await client.end();
  }
  return steps;
}
