import type { MemberRole } from "@holdfast/local";
import type pg from "pg";
import type { TestDatabase } from "../cluster/index.ts";

/** How {@link RolePlay} ends its transaction. */
export interface RolePlayOptions {
  /** Keep what was done. Default: false, roll back. */
  commit?: boolean;
}

/** Runs `work` in one transaction as somebody, exactly as the Data API would, then rolls back (or commits). */
export type RolePlay = <T>(
  db: TestDatabase,
  work: (client: pg.PoolClient) => Promise<T>,
  options?: RolePlayOptions,
) => Promise<T>;

/** Nobody: no token, only the publishable key. */
export const asAnon: RolePlay = playing("anon");

/** Signed in, and a member of nothing. */
export const asStranger: RolePlay = (db, work, options) => asUser(crypto.randomUUID())(db, work, options);

/** The secret key: trusted, beyond row level security. */
export const asServiceRole: RolePlay = playing("service_role");

/** A person by id, signed in. */
export function asUser(id: string): RolePlay {
  return playing("authenticated", id);
}

/** A local person with this role in the workspace `local`; `admin` is the local owner. */
export function asMember(role: MemberRole): RolePlay {
  return (db, work, options) => asUser(db.users[role === "admin" ? "owner" : role].id)(db, work, options);
}

/** A worker process: the login role holdfast_worker, no claims. */
export const asWorker: RolePlay = (db, work, options) => inTransaction(db.pool("holdfast_worker"), [], work, options);

function playing(role: "anon" | "authenticated" | "service_role", sub?: string): RolePlay {
  const claims = JSON.stringify({ role, ...(sub ? { sub } : {}) });
  // `authenticator` has no rights of its own: whatever works, works by the role it has changed to.
  const prologue = [
    `set local role ${role}`,
    `select set_config('request.jwt.claims', '${claims.replaceAll("'", "''")}', true)`,
  ];
  return (db, work, options) => inTransaction(db.pool("authenticator"), prologue, work, options);
}

async function inTransaction<T>(
  pool: pg.Pool,
  prologue: string[],
  work: (client: pg.PoolClient) => Promise<T>,
  options: RolePlayOptions = {},
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    for (const statement of prologue) await client.query(statement);
    const value = await work(client);
    await client.query(options.commit ? "commit" : "rollback");
    return value;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
