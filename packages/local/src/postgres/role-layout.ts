import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { LoginRole, Secrets } from "../state/secrets.ts";
import { databaseUrl } from "./database-url.ts";

const SQL = join(import.meta.dirname, "../../sql");

/**
 * Gives a fresh cluster the roles, and its database `postgres` the schemas, of a hosted Supabase project
 * (sql/10-roles.sql, 20-schemas.sql, 30-auth.sql).
 */
export async function layOutRoles(port: number, secrets: Secrets): Promise<void> {
  await withClient(port, "supabase_admin", secrets, async (client) => {
    await client.query("begin");
    await client.query(await readFile(join(SQL, "10-roles.sql"), "utf8"));
    for (const [role, password] of Object.entries(secrets.passwords)) {
      if (role === "supabase_admin" || role === "holdfast_worker") continue;
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
    }
    await client.query("alter database postgres owner to postgres");
    await client.query(await readFile(join(SQL, "20-schemas.sql"), "utf8"));
    await client.query("set local role supabase_auth_admin");
    await client.query(await authTables());
    await client.query(await readFile(join(SQL, "30-auth.sql"), "utf8"));
    await client.query("commit");
  });
}

/**
 * The tables of the schema auth, without the line that creates the schema: `create schema if not exists` needs CREATE
 * on the database even when the schema exists, which the owner of the tables does not have.
 */
async function authTables(): Promise<string> {
  const { getAuthSchemaSql } = await import("@supabase/lite"); // slow to load, and needed once per cluster
  const sql = getAuthSchemaSql();
  const tables = sql.replace(/^\s*create schema if not exists auth;/i, "");
  if (tables === sql) throw new Error("@supabase/lite: the auth schema no longer begins with `create schema`");
  return `set local search_path = auth, pg_catalog;\n${tables.replace(/create schema if not exists auth;/gi, "")}`;
}

/** Whether the role layout is complete (a start that was interrupted in the middle of it left nothing: one transaction). */
export async function isLaidOut(port: number, secrets: Secrets): Promise<boolean> {
  return withClient(port, "supabase_admin", secrets, async (client) => {
    const { rowCount } = await client.query("select from pg_roles where rolname = 'supabase_lite'");
    return rowCount === 1;
  });
}

/** Runs `work` on one connection and closes it. */
export async function withClient<T>(
  port: number,
  role: LoginRole,
  secrets: Secrets,
  work: (client: pg.Client) => Promise<T>,
  database = "postgres",
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl(port, role, secrets, database),
  });
  client.on("error", () => {}); // the query in flight reports it; an idle connection's end needs no second report
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
