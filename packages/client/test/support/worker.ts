import pg from "pg";
import type { TestStack } from "./people.ts";

/** A worker reduced to its SQL: enough to bring jobs to an end without a process. */
export class SqlWorker implements AsyncDisposable {
  readonly #client: pg.Client;
  readonly #id: number;

  private constructor(client: pg.Client, id: number) {
    this.#client = client;
    this.#id = id;
  }

  static async open(stack: TestStack, kinds: readonly object[]): Promise<SqlWorker> {
    const client = new pg.Client({ connectionString: stack.databaseUrl("holdfast_worker") });
    await client.connect();
    await client.query("select holdfast_private.register_kinds($1)", [JSON.stringify(kinds)]);
    const { rows } = await client.query("select holdfast_private.register_worker($1) as id", [
      JSON.stringify({
        name: "test",
        host: "test",
        boot_id: "test",
        pid: 1,
        pid_started: "1",
        pool_id: null,
        lanes: ["default"],
        capacity: 10,
        version: "test",
      }),
    ]);
    return new SqlWorker(client, Number(rows[0].id));
  }

  /** Takes the job's lease and ends it. */
  async finish(job: number, finish: Record<string, unknown>): Promise<void> {
    const { rows } = await this.#client.query("select token from holdfast_private.take_leases($1, $2)", [
      this.#id,
      [job],
    ]);
    await this.#client.query("select * from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token: Number(rows[0].token), ...finish }]),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}
