import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import type { BenchContext } from "./bench.ts";
import { measure, type Round } from "./one-worker.ts";
import { pino, startSupervisor } from "./packages.ts";

/** A database of its own with the benchmark's kinds, and a supervisor that does its duties meanwhile, unless told otherwise. */
export class BenchDatabase implements AsyncDisposable {
  readonly database: TestDatabase;
  #supervisor: AsyncDisposable | undefined;

  private constructor(database: TestDatabase) {
    this.database = database;
  }

  static async open({ cluster }: BenchContext, { supervised = true } = {}): Promise<BenchDatabase> {
    const database = await createTestDatabase({ cluster });
    const kinds = JSON.stringify(["noop", "holds"].map((name) => ({ name, payload_schema: null })));
    await database.pool().query("select holdfast_private.register_kinds($1)", [kinds]);
    const bench = new BenchDatabase(database);
    if (supervised) bench.supervise();
    return bench;
  }

  /** Starts a supervisor. */
  supervise(): void {
    this.#supervisor = startSupervisor({
      databaseUrl: this.workerUrl,
      name: "bench",
      logger: pino({ level: "silent" }),
    });
  }

  /** Stops the supervisor: what it does here must not count against another database. */
  async leaveAlone(): Promise<void> {
    await this.#supervisor?.[Symbol.asyncDispose]();
    this.#supervisor = undefined;
  }

  get workerUrl(): string {
    return this.database.url("holdfast_worker");
  }

  /** Rows of a query as the owner. */
  async rows<R>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.database.pool().query(text, values)).rows;
  }

  /** Enqueues jobs of one kind in batches of 1,000, into the kind's queue or another. */
  async enqueue(kind: string, count: number, payload: object = {}, queue: string | null = null): Promise<void> {
    const text = `insert into holdfast.jobs (workspace_id, kind, payload, queue)
      select w.id, $1, $2, $5 from holdfast.workspaces w, generate_series($3::int, $4) where w.slug = 'local'`;
    await inBatches(count, (from, to) => this.rows(text, [kind, JSON.stringify(payload), from, to, queue]));
  }

  /** Sees one worker process through so many queued no-op jobs. */
  async through(jobs: number, settings: Record<string, string>): Promise<Round> {
    await this.rows("vacuum analyze holdfast.jobs, graphile_worker._private_jobs");
    const env = { BENCH_JOBS: String(jobs), ...settings };
    const round = await measure("holdfast", this.database, this.workerUrl, jobs, env, "select from holdfast.leases");
    const left = await this.rows(
      "select from holdfast.jobs where kind = 'noop' and (state <> 'completed' or attempt <> 1) limit 1",
    );
    if (left.length > 0) throw new Error("not every job completed on its first attempt");
    return round;
  }

  /** Waits until a query answers with a row. */
  async until(text: string): Promise<void> {
    while ((await this.rows(text)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leaveAlone();
    await this.database.drop();
  }
}

/** Calls `work` with consecutive ranges of 1,000. */
export async function inBatches(count: number, work: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 1; from <= count; from += 1_000) await work(from, Math.min(count, from + 999));
}
