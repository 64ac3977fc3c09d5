import {
  act,
  asUser,
  enqueue,
  job,
  registerKinds,
  type TestClock,
  type TestDatabase,
  type TestWorkspace,
  worker,
} from "@holdfast/testing";

/** A row of the history as the Data API gives it: times as text, to the microsecond. */
export interface Row {
  id: number;
  [column: string]: unknown;
}

export interface Question {
  filter?: unknown;
  order?: string | null;
  after?: unknown;
  limit?: number | null;
}

/** A page of `holdfast.match_jobs`, as a member. */
export async function match(db: TestDatabase, person: string, workspace: string, question: Question = {}) {
  const { filter = {}, order = "newest", after, limit = 50 } = question;
  const { rows } = await asUser(person)(db, (client) =>
    client.query("select to_jsonb(m) as row from holdfast.match_jobs($1, $2, $3, $4, $5) m", [
      workspace,
      JSON.stringify(filter),
      order,
      after === undefined ? null : JSON.stringify(after),
      limit,
    ]),
  );
  return rows.map(({ row }) => row as Row);
}

/** `holdfast.count_jobs`, as a member. */
export async function count(
  db: TestDatabase,
  person: string,
  workspace: string,
  filter: unknown,
  cap: number | null = 10_000,
) {
  const { rows } = await asUser(person)(db, (client) =>
    client.query("select holdfast.count_jobs($1, $2, $3) as n", [workspace, JSON.stringify(filter), cap]),
  );
  return rows[0].n as number;
}

/**
 * Some fifty jobs of every state and shape, most of them by the functions that bring jobs there in earnest. Many bear the
 * same time to the microsecond, so that an order has to tell them apart by id.
 */
export async function furnish(db: TestDatabase, clock: TestClock, { id, slug, people }: TestWorkspace): Promise<void> {
  const pool = db.pool();
  await registerKinds(db, "import", "crawl");
  for (const name of ["alpha", "beta"])
    await pool.query("insert into holdfast.ventures (workspace_id, name) values ($1, $2)", [id, name]);
  await pool.query("insert into holdfast.profiles (workspace_id, name, program) values ($1, 'agent', 'true')", [id]);
  const [one, two] = [await worker(db, { name: `${slug}-one` }), await worker(db, { name: `${slug}-two` })];
  const SHAPES: [options: Record<string, unknown>, kind?: string][] = [
    [{}],
    [{ name: "invoice 1", labels: { env: "production" } }],
    [{ name: "invoice 2", labels: { env: "staging", customer: 12 }, venture: "alpha" }, "import"],
    [{ name: "in", queue: "priority", lane: "build" }, "import"],
    [{ name: "zebra", class: "medium", trigger: "manual", labels: { note: "invoice 1" } }, "crawl"],
    [{ labels: { env: "production", fast: true }, queue: "report", venture: "beta", trigger: "work_order" }],
  ];
  for (const [n, [options, kind]] of SHAPES.entries()) {
    if (n % 2 === 0) await clock.advance("7 seconds");
    for (const state of ["completed", "failed", "canceled", "queued", "dispatched"] as const)
      await job(db, { workspace: slug, ...(kind && { kind }), options, state, by: n % 3 === 0 ? two : one });
  }
  for (const state of ["awaiting_approval", "blocked", "running", "retrying", "quarantined", "timed_out"] as const)
    await job(db, { workspace: slug, state, by: one, options: { venture: "alpha" } });
  await enqueue(db, { workspace: slug, kind: "agent" });
  for (const person of [people.operator, people.admin])
    await asUser(person)(
      db,
      (client) => client.query("select holdfast.enqueue($1, 'hello', '{}', '{\"name\": \"mine\"}')", [slug]),
      { commit: true },
    );
  await act(pool, { workspace: slug, verb: "run", subject: "schedule", target: { schedule: "cost_summary" } });
  // A second attempt, by the other worker: only that one counts.
  const again = await job(db, { workspace: slug, state: "failed", by: one });
  await act(pool, { workspace: slug, verb: "retry", subject: "job", target: { job: again } });
  const token = await two.takeOne(again);
  await two.finish({ token, outcome: "completed", memory_bytes: 5e6, cpu_seconds: 1.5, cost: 0.25 });
  await act(pool, { workspace: slug, verb: "rerun", subject: "job", target: { job: again } });
}
