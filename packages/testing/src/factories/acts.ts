import { waitUntil } from "@holdfast/local";
import type { TestDatabase } from "../cluster/index.ts";

/** An act as `holdfast.act` takes it. */
export interface ActSpec {
  verb: string;
  subject: string;
  target: Record<string, unknown>;
  reason?: string;
  params?: unknown;
  /** Slug. Default: local. */
  workspace?: string;
}

/** The part of a pg client or pool that is needed here. */
interface Queryable {
  // biome-ignore lint/suspicious/noExplicitAny: rows are as free as SQL is
  query(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
}

/** Acts through `holdfast.act`, with the rights of whoever `client` is; returns the row of `holdfast.actions`. */
export async function act(client: Queryable, spec: ActSpec): Promise<{ affected: number; result: ActResult }> {
  const { rows } = await client.query("select * from holdfast.act($1, $2, $3, $4, $5, $6)", [
    spec.workspace ?? "local",
    spec.verb,
    spec.subject,
    JSON.stringify(spec.target),
    spec.reason ?? null,
    JSON.stringify(spec.params ?? {}),
  ]);
  return rows[0];
}

/** What an act says of itself, e.g. `{state: "canceled"}`. */
export type ActResult = Record<string, unknown>;

/** Runs a duty as the leading supervisor `test` (`holdfast_private.lead`, `run_duty`); throws when the duty failed. */
export async function duty(db: TestDatabase, name: string): Promise<Record<string, unknown>> {
  const pool = db.pool("holdfast_worker");
  await pool.query("select holdfast_private.lead('test', 86400)");
  const { rows } = await pool.query("select holdfast_private.run_duty($1, 'test') as result", [name]);
  const result = rows[0].result as Record<string, unknown>;
  if (result.error) throw new Error(`duty ${name} failed: ${result.error}`);
  return result;
}

/**
 * Seals every event written so far, under one seal: first waits until all transactions up to the last event have ended,
 * because those of other test files hold the horizon back.
 */
export async function sealAll(db: TestDatabase): Promise<void> {
  const ended = await waitUntil(async () => {
    const { rows } = await db
      .pool()
      .query(
        "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > (select max(xid) from holdfast_ledger.events) as ended",
      );
    return rows[0].ended;
  }, 30_000);
  if (!ended) throw new Error("some transaction never ends: the ledger cannot be sealed");
  await db.pool().query("select holdfast_ledger.seal()");
}
