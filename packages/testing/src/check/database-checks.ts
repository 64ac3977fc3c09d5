import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "@holdfast/db/migrate";
import { withClient } from "@holdfast/local";
import type { TestDatabase } from "../cluster/index.ts";
import { createTestDatabase, type TestCluster } from "../cluster/index.ts";
import { ProgramFailed, programOf, ROOT, runNode } from "./run-program.ts";

/**
 * The chapters go into an empty database as the role `postgres`, which is no superuser; a second time nothing changes,
 * neither through `migrate` nor through the supabase CLI.
 */
export async function checkMigrations(cluster: TestCluster): Promise<TestDatabase> {
  const { info } = cluster;
  const superuser = await withClient(info.port, "postgres", info.secrets, (client) =>
    client.query("select rolsuper from pg_roles where rolname = current_user"),
  );
  if (superuser.rows[0]?.rolsuper !== false)
    throw new ProgramFailed("the role postgres is a superuser here: nothing is proven");
  const db = await createTestDatabase({ cluster: info, bare: true });
  const first = await migrate(db.url(), { seed: true });
  if (first.status !== "migrated") throw new ProgramFailed(`an empty database was ${first.status}`);
  const before = await shapeOf(db);
  const second = await migrate(db.url(), { seed: true });
  if (second.status !== "already current") throw new ProgramFailed(`the second time the database was ${second.status}`);
  await supabase(
    "db",
    "push",
    `--remote=${forCli(db)}`,
    "--workdir",
    ROOT,
    "--yes",
    "--skip-vault",
    "--include-seed",
    "--agent",
    "no",
  );
  if ((await shapeOf(db)) !== before)
    throw new ProgramFailed("applying the chapters a second time changed the database");
  return db;
}

/** Supabase's own lints, as its dashboard would show them. */
export async function checkAdvisors(db: TestDatabase): Promise<void> {
  await supabase(
    "db",
    "advisors",
    `--remote=${forCli(db)}`,
    "--type=all",
    "--level=warn",
    "--fail-on=warn",
    "--agent",
    "no",
  );
}

/** The generated row types are what the chapters make. */
export async function checkGeneratedTypes(db: TestDatabase): Promise<void> {
  const generator = join(ROOT, "packages/db/bin/generate-types.ts");
  if (!existsSync(generator)) throw new ProgramFailed(`${generator} is missing`);
  await runNode(generator, "--check", db.url());
}

function supabase(...args: string[]): Promise<string> {
  return runNode(programOf("supabase", "supabase"), ...args);
}

/** The CLI warns about every unencrypted connection that did not ask for it. */
function forCli(db: TestDatabase): string {
  return `${db.url()}?sslmode=disable`;
}

/** Everything that chapters define, and the rows they fill in, as one text. */
async function shapeOf(db: TestDatabase): Promise<string> {
  const { rows } = await db.pool().query(`
    select jsonb_build_object(
      'relations', (select jsonb_agg(jsonb_build_array(c.oid::regclass, c.relkind, c.relacl, c.reloptions) order by c.oid::regclass::text)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname ~ '^(holdfast|graphile_worker)'),
      'functions', (select jsonb_agg(jsonb_build_array(p.oid::regprocedure, p.prosrc, p.proacl, p.proconfig) order by p.oid::regprocedure::text)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname ~ '^(holdfast|graphile_worker)'),
      'constraints', (select jsonb_agg(jsonb_build_array(c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) order by 1)
        from pg_constraint c join pg_namespace n on n.oid = c.connamespace where n.nspname ~ '^holdfast'),
      'policies', (select jsonb_agg(to_jsonb(p) order by p.schemaname, p.tablename, p.policyname) from pg_policies p),
      'rows', jsonb_build_array((select count(*) from holdfast.verbs), (select count(*) from holdfast.workspaces), (select count(*) from holdfast.queues),
        (select count(*) from holdfast.kinds), (select count(*) from holdfast.command_rules), (select count(*) from holdfast.duties), (select count(*) from holdfast_ledger.events))
    )::text as shape`);
  return rows[0].shape as string;
}
