import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import type { BenchContext } from "./bench.ts";
import { pino, startSupervisor } from "./packages.ts";

/** A database of its own with the benchmark's kinds, and a supervisor that does its duties meanwhile. */
export class BenchDatabase implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly #supervisor: AsyncDisposable;

  private constructor(database: TestDatabase, supervisor: AsyncDisposable) {
    this.database = database;
    this.#supervisor = supervisor;
  }

  static async open({ cluster }: BenchContext): Promise<BenchDatabase> {
    const database = await createTestDatabase({ cluster });
    const kinds = JSON.stringify(["noop", "holds"].map((name) => ({ name, payload_schema: null })));
    await database.pool().query("select holdfast_private.register_kinds($1)", [kinds]);
    const databaseUrl = database.url("holdfast_worker");
    return new BenchDatabase(
      database,
      startSupervisor({ databaseUrl, name: "bench", logger: pino({ level: "silent" }) }),
    );
  }

  get workerUrl(): string {
    return this.database.url("holdfast_worker");
  }

  /** Rows of a query as the owner. */
  async rows<R>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.database.pool().query(text, values)).rows;
  }

  /** Enqueues jobs of one kind in batches of 1,000. */
  async enqueue(kind: string, count: number, payload: object = {}): Promise<void> {
    const text = `insert into holdfast.jobs (workspace_id, kind, payload)
      select w.id, $1, $2 from holdfast.workspaces w, generate_series($3::int, $4) where w.slug = 'local'`;
    await inBatches(count, (from, to) => this.rows(text, [kind, JSON.stringify(payload), from, to]));
  }

  /** Waits until a query answers with a row. */
  async until(text: string): Promise<void> {
    while ((await this.rows(text)).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#supervisor[Symbol.asyncDispose]();
    await this.database.drop();
  }
}

/** Calls `work` with consecutive ranges of 1,000. */
export async function inBatches(count: number, work: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 1; from <= count; from += 1_000) await work(from, Math.min(count, from + 999));
}
