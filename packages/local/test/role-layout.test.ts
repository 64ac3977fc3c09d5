import { createTestDatabase, runCluster, type TestDatabase } from "@holdfast/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// What fails on a hosted project must fail here, and what works there must work here: the role that migrations run as
// is where the two would part.

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase({ bare: true });
});
afterAll(() => db.drop());

const asPostgres = (statement: string) => db.pool("postgres").query(statement);

/** Runs statements as `postgres` in a transaction that is rolled back. */
async function attempt(...statements: string[]): Promise<void> {
  const client = await db.pool("postgres").connect();
  try {
    await client.query("begin");
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

test("every role has the attributes of a hosted project", async () => {
  const { rows } = await asPostgres(`
    select rolname || ':' || concat_ws(',',
             case when rolsuper then 'super' end, case when rolcanlogin then 'login' end,
             case when rolinherit then 'inherit' end, case when rolcreatedb then 'createdb' end,
             case when rolcreaterole then 'createrole' end, case when rolreplication then 'replication' end,
             case when rolbypassrls then 'bypassrls' end) as role
      from pg_roles
     where rolname in ('supabase_admin', 'postgres', 'anon', 'authenticated', 'service_role', 'authenticator',
                       'supabase_auth_admin', 'supabase_lite')
     order by 1`);
  expect(rows.map((row) => row.role)).toEqual([
    "anon:inherit",
    "authenticated:inherit",
    "authenticator:login",
    "postgres:login,inherit,createdb,createrole,replication,bypassrls",
    "service_role:inherit,bypassrls",
    "supabase_admin:super,login,inherit,createdb,createrole,replication,bypassrls",
    "supabase_auth_admin:login,createrole",
    "supabase_lite:login,inherit",
  ]);
});

describe("postgres may not", () => {
  test.each([
    [
      "make an event trigger",
      [
        "create function f() returns event_trigger language plpgsql as 'begin end'",
        "create event trigger e on ddl_command_end execute function f()",
      ],
    ],
    ["switch triggers off", ["set session_replication_role = replica"]],
    ["make a superuser, nor unmake one", ["create role r", "alter role r nosuperuser"]],
    ["keep a setting of its own on the database", ["alter database postgres set holdfast.x = '1'"]],
    ["keep a setting of its own on a role", ["create role r", "alter role r set holdfast.x = '1'"]],
    ["make things in auth", ["create table auth.t ()"]],
    ["replace auth.uid()", ["create or replace function auth.uid() returns uuid language sql as 'select null::uuid'"]],
    ["become supabase_auth_admin", ["set role supabase_auth_admin"]],
    ["call a function leakproof", ["create function f() returns int language sql leakproof as 'select 1'"]],
    ["schedule with pg_cron, which is not there", ["create extension pg_cron"]],
    ["read a file of the server", ["select pg_read_file('/etc/passwd')"]],
    ["run a program on the server", ["copy (select 1) to program 'cat'"]],
  ])("%s", async (_what, statements) => {
    await expect(attempt(...statements)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|0A000|22023)$/),
    });
  });

  test("hand on the right to enter auth", async () => {
    // Without the grant option a grant does nothing and says so in a warning only.
    await attempt(
      "create role r",
      "grant usage on schema auth to r",
      "do $$ begin if has_schema_privilege('r', 'auth', 'usage') then raise 'handed on'; end if; end $$",
    );
  });
});

describe("postgres may", () => {
  test.each([
    [
      "make a role that logs in, and become it",
      ["create role r login", "grant r to postgres with inherit false, set true", "set role r"],
    ],
    ["refer to auth.users", ["create table t (u uuid references auth.users (id))"]],
    [
      "put a trigger on auth.users",
      [
        "create function f() returns trigger language plpgsql as 'begin return new; end'",
        "create trigger t after insert on auth.users for each row execute function f()",
      ],
    ],
    [
      "own a security definer function",
      ["create function f() returns int language sql security definer as 'select 1'"],
    ],
    ["install pg_trgm", ["create extension pg_trgm with schema extensions"]],
    ["install btree_gin", ["create extension btree_gin with schema extensions"]],
    ["install pgtap", ["create extension pgtap with schema extensions", "select extensions.plan(1)"]],
    [
      "use pgcrypto and uuid-ossp in extensions",
      ["select extensions.digest('x', 'sha256'), extensions.uuid_generate_v4()"],
    ],
    [
      "act as each API role",
      ["set role anon", "reset role", "set role authenticated", "reset role", "set role service_role"],
    ],
  ])("%s", async (_what, statements) => {
    await attempt(...statements);
  });
});

test("anon and authenticated have the statement timeouts of a hosted project", async () => {
  const { rows } = await asPostgres(`
    select r.rolname as role, c as setting from pg_roles r, unnest(r.rolconfig) c
     where c like 'statement_timeout=%' and r.rolname in ('anon', 'authenticated', 'service_role') order by 1`);
  expect(rows).toEqual([
    { role: "anon", setting: "statement_timeout=3s" },
    { role: "authenticated", setting: "statement_timeout=8s" },
  ]);
});

test("auth.uid() and its sisters read both ways of naming the signed-in person", async () => {
  const id = "7b0c1a52-3c1e-4f0e-9f3b-6f1d3c2b1a00";
  const claims = JSON.stringify({ sub: id, role: "authenticated", email: "a@b.test" });
  const read = "select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt";
  const client = await db.pool("postgres").connect();
  try {
    await client.query("begin");
    expect((await client.query(read)).rows[0]).toEqual({ uid: null, role: null, email: null, jwt: null });
    await client.query("select set_config('request.jwt.claims', $1, true)", [claims]);
    expect((await client.query(read)).rows[0]).toMatchObject({ uid: id, role: "authenticated", email: "a@b.test" });
    await client.query("rollback");
    await client.query("begin");
    await client.query("select set_config('request.jwt.claim.sub', $1, true)", [id]);
    await client.query("select set_config('request.jwt.claim.role', 'authenticated', true)");
    expect((await client.query(read)).rows[0]).toMatchObject({ uid: id, role: "authenticated", jwt: null });
  } finally {
    await client.query("rollback");
    client.release();
  }
});

test("every password is kept as scram, and a wrong one is refused", async () => {
  const { rows } = await db
    .pool("supabase_admin")
    .query("select rolname from pg_authid where rolpassword is not null and rolpassword not like 'SCRAM-SHA-256$%'");
  expect(rows).toEqual([]);
  const wrong = new pg.Client({ connectionString: db.superuserUrl.replace(/:[^:@]+@/, ":wrong@") });
  await expect(wrong.connect()).rejects.toMatchObject({ code: "28P01" });
});

test("the server listens on 127.0.0.1 and nowhere else", async () => {
  const { rows } = await db
    .pool("supabase_admin")
    .query("select current_setting('listen_addresses') as tcp, current_setting('unix_socket_directories') as sockets");
  expect(rows[0]).toEqual({ tcp: "127.0.0.1", sockets: "" });
});

test("only postgres has a password that is not generated", () => {
  const { postgres, ...generated } = runCluster().secrets.passwords;
  expect(postgres).toBe("postgres");
  const values = Object.values(generated);
  expect(new Set(values).size).toBe(values.length);
  for (const value of values) expect(value.length).toBeGreaterThanOrEqual(32);
});
