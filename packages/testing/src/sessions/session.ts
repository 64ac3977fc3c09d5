import { waitUntil } from "@holdfast/local";
import pg from "pg";
import type { TestDatabase } from "../cluster/index.ts";

/** One connection of its own, for tests in which two people do something at the same time. */
export interface Session extends AsyncDisposable {
  readonly client: pg.Client;
  /** Process id of its backend. */
  readonly pid: number;
  /** Resolves once this session really waits for a lock; rejects after 10 s without. */
  untilBlocked(): Promise<void>;
}

/** Opens a connection as postgres; numbers come as numbers. Bind it with `await using`. */
export async function openSession(db: TestDatabase): Promise<Session> {
  const client = new pg.Client({ connectionString: db.url() });
  client.setTypeParser(20, Number);
  client.on("error", () => {}); // the query in flight reports it
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pid = rows[0]?.pid ?? 0;
  return {
    client,
    pid,
    async untilBlocked() {
      const isBlocked = async () => {
        const answer = await db.pool().query("select cardinality(pg_blocking_pids($1)) > 0 as blocked", [pid]);
        return answer.rows[0].blocked as boolean;
      };
      if (!(await waitUntil(isBlocked, 10_000))) throw new Error(`session ${pid} never had to wait for a lock`);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
