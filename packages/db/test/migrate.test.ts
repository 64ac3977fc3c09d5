import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkSchema, migrate, PushError, SchemaMismatchError, SUPABASE_DIRECTORY } from "../src/migrate/index.ts";

// A small set of chapters of its own, so that what is tested is the way they are applied, not what they say.

const FIRST = `
  create schema holdfast_private;
  create table holdfast_private.versions (version text primary key, digest text, at timestamptz default clock_timestamp());
  create function holdfast_private.record_migration(p_version text, p_digest text) returns void
    language sql set search_path = '' as $$
      insert into holdfast_private.versions values (p_version, p_digest)
      on conflict (version) do update set digest = excluded.digest, at = clock_timestamp() $$;
  create function holdfast_private.schema_version(out version text, out digest text)
    language sql security definer set search_path = '' as $$
      select v.version, v.digest from holdfast_private.versions v order by 1 desc limit 1 $$;
  create table holdfast_private.seeded (at timestamptz default clock_timestamp());
`;

let db: TestDatabase;
let folder: string;
let directory: string;

beforeEach(async () => {
  db = await createTestDatabase({ bare: true });
  folder = mkdtempSync(join(tmpdir(), "holdfast-chapters-"));
  directory = join(folder, "supabase");
  mkdirSync(join(directory, "migrations"), { recursive: true });
  cpSync(join(SUPABASE_DIRECTORY, "config.toml"), join(directory, "config.toml"));
  chapter("20260101000001_first.sql", FIRST);
  writeFileSync(join(directory, "seed.sql"), "insert into holdfast_private.seeded default values;\n");
});
afterEach(async () => {
  await db.drop();
  rmSync(folder, { recursive: true });
});

function chapter(name: string, sql: string): void {
  writeFileSync(join(directory, "migrations", name), sql);
}

const run = (options: { seed?: boolean } = {}) => migrate(db.url("postgres"), { directory, ...options });
const applied = async () =>
  (await db.pool().query("select version from supabase_migrations.schema_migrations order by 1")).rows.map(
    (r) => r.version,
  );

/** The identity of every row of the catalogue that a migration could touch. */
async function catalogue(): Promise<unknown> {
  const { rows } = await db.pool("supabase_admin").query(`
    select 'class' as what, oid::text, xmin::text from pg_class where relnamespace::regnamespace::text !~ '^pg_toast'
    union all select 'proc', oid::text, xmin::text from pg_proc
    union all select 'namespace', oid::text, xmin::text from pg_namespace
    union all select 'version', version, digest || at from holdfast_private.versions
    union all select 'history', version, xmin::text from supabase_migrations.schema_migrations
    order by 1, 2`);
  return rows;
}

describe("migrate", () => {
  test("brings an empty database to the chapters, as postgres, with the delivery engine first", async () => {
    chapter(
      "20260101000002_second.sql",
      "create view holdfast_private.engine as select count(*) from graphile_worker.jobs;",
    );
    const lines: string[] = [];
    const result = await migrate(db.url("postgres"), { directory, log: (line) => lines.push(line) });
    expect(result).toMatchObject({ status: "migrated", version: "20260101000002" });
    expect(await applied()).toEqual(["20260101000001", "20260101000002"]);
    expect(lines.at(-1)).toBe("schema 20260101000002: migrated");
    expect(await checkSchema(db.pool(), directory)).toEqual({ version: result.version, digest: result.digest });
  });

  test("pins search_path on every function of the delivery engine", async () => {
    await run();
    const { rows } = await db.pool().query(`
      select count(*) as all,
             count(*) filter (where proconfig @> array['search_path=""']) as pinned
        from pg_proc where pronamespace = 'graphile_worker'::regnamespace`);
    expect(rows[0].all).toBeGreaterThan(3);
    expect(rows[0].pinned).toBe(rows[0].all);
  });

  test("run again, says so and changes nothing", async () => {
    await run({ seed: true });
    const before = await catalogue();
    expect(await run({ seed: true })).toMatchObject({ status: "already current" });
    expect(await catalogue()).toEqual(before);
  });

  test("two at once take turns: one migrates, the other finds it done", async () => {
    const results = await Promise.all([run(), run()]);
    expect(results.map((result) => result.status).sort()).toEqual(["already current", "migrated"]);
  });

  test("applies only the new chapters later", async () => {
    await run();
    chapter("20260101000002_second.sql", "create table holdfast_private.later ();");
    expect(await run()).toMatchObject({ status: "migrated", version: "20260101000002" });
    expect(await applied()).toEqual(["20260101000001", "20260101000002"]);
  });

  test("seeds on request, once for each content of the seed", async () => {
    const seeded = async () => (await db.pool().query("select count(*) as n from holdfast_private.seeded")).rows[0].n;
    await run();
    expect(await seeded()).toBe(0);
    await run({ seed: true });
    await run({ seed: true });
    expect(await seeded()).toBe(1);
  });

  test("refuses chapters that were edited after being applied, and says what to do", async () => {
    await run();
    appendFileSync(
      join(directory, "migrations/20260101000001_first.sql"),
      "\ncreate table holdfast_private.more ();\n",
    );
    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SchemaMismatchError);
    expect(error).toMatchObject({ kind: "edited", message: expect.stringContaining("holdfast down --reset") });
    // Also when a new chapter came along, which alone would look like an ordinary upgrade.
    chapter("20260101000002_second.sql", "create table holdfast_private.later ();");
    await expect(run()).rejects.toMatchObject({ kind: "edited" });
    expect(await applied()).toEqual(["20260101000001"]);
  });

  test("shows all that the CLI said when a chapter fails, without the password, and can go on after the repair", async () => {
    chapter("20260101000002_second.sql", "create table holdfast_private.later ();\nselect no_such_function();");
    const error = await run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PushError);
    const { message } = error as PushError;
    expect(message).toContain("20260101000002_second.sql");
    expect(message).toContain("no_such_function");
    expect(message).not.toContain(new URL(db.url("postgres")).password.concat("@"));
    // A chapter is one transaction: its first half is not there.
    expect(await applied()).toEqual(["20260101000001"]);
    await expect(checkSchema(db.pool(), directory)).rejects.toMatchObject({ kind: "missing" });
    chapter("20260101000002_second.sql", "create table holdfast_private.later ();");
    expect(await run()).toMatchObject({ status: "migrated" });
  });

  test("refuses the transaction pooler's port before touching anything", async () => {
    const url = "postgres://postgres:geheim@db.example.test:6543/postgres";
    await expect(migrate(url, { directory })).rejects.toMatchObject({ rule: "connection.transaction_pooler" });
  });
});

describe("checkSchema", () => {
  test("a database without chapters is missing them", async () => {
    await expect(checkSchema(db.pool(), directory)).rejects.toThrow("run `holdfast migrate`");
    await expect(checkSchema(db.pool(), directory)).rejects.toMatchObject({ kind: "missing" });
  });

  test("a database that is behind names the command to run", async () => {
    await run();
    chapter("20260101000002_second.sql", "create table holdfast_private.later ();");
    const error = await checkSchema(db.pool(), directory).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SchemaMismatchError);
    expect(error).toMatchObject({
      kind: "older",
      message: "the database schema is older than this code: run `holdfast migrate`",
    });
  });

  test("code that is behind is told to update, and migrate refuses as well", async () => {
    chapter("20260101000002_second.sql", "create table holdfast_private.later ();");
    await run();
    rmSync(join(directory, "migrations/20260101000002_second.sql"));
    const newer = { kind: "newer", message: "this code is older than the database: update the checkout" };
    await expect(checkSchema(db.pool(), directory)).rejects.toMatchObject(newer);
    await expect(run()).rejects.toMatchObject(newer);
  });

  test("an error that is not about the schema is passed on", async () => {
    const broken = { query: () => Promise.reject(Object.assign(new Error("gone"), { code: "57P01" })) };
    await expect(checkSchema(broken, directory)).rejects.toThrow("gone");
  });
});
