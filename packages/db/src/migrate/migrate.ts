import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { checkConnectionUrl } from "../connection/connection-url.ts";
import { type Chapters, readChapters } from "./chapters.ts";
import { compareSchema, readSchemaVersion, SchemaMismatchError } from "./check-schema.ts";
import { installDeliveryEngine } from "./delivery-engine.ts";
import { pushChapters } from "./push-chapters.ts";

/** Options of {@link migrate}. */
export interface MigrateOptions {
  /** The `supabase` folder. Default: this repository's. */
  directory?: string;
  /** Also run the seed files of config.toml (the local workspace and its catalogue). Default: false. */
  seed?: boolean;
  /** Told one line per step. */
  log?: (line: string) => void;
}

/** What {@link migrate} did. */
export interface MigrateResult {
  status: "already current" | "migrated";
  version: string;
  digest: string;
}

/**
 * Brings a database to the schema of this code: graphile-worker's own migrations, then the chapters through the
 * supabase CLI, then the digest of the chapters (`holdfast_private.record_migration`). Run again, it changes nothing.
 *
 * @param databaseUrl connection string of the role `postgres`: direct or session pooler, never port 6543
 * @throws {ConnectionUrlError} the connection string cannot be used
 * @throws {SchemaMismatchError} `newer`: the database is ahead of this code; `edited`: its chapters were changed since
 * @throws {PushError} a chapter failed; the message holds the whole output of the CLI
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<MigrateResult> {
  checkConnectionUrl(databaseUrl);
  const code = await readChapters(options.directory);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  // A connection that breaks is noticed by the query in flight or the next one; unheard, its event would end the process.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    const turn = await pool.connect();
    try {
      // Two hosts that are deployed at once must not both apply a chapter; the lock ends with its connection.
      await turn.query("select pg_advisory_lock(hashtextextended('holdfast migrate', 0))");
      return await bringToCode(pool, databaseUrl, code, options);
    } finally {
      turn.release(true);
    }
  } finally {
    await pool.end();
  }
}

async function bringToCode(
  pool: pg.Pool,
  url: string,
  code: Chapters,
  options: MigrateOptions,
): Promise<MigrateResult> {
  const log = options.log ?? (() => {});
  const seed = options.seed ?? false;
  const current = await isCurrent(pool, code, seed);
  // Also when the chapters are current: an upgrade of the engine's package changes no chapter.
  await installDeliveryEngine(pool);
  const { version, digest, directory } = code;
  if (current) {
    log(`schema ${version}: already current`);
    return { status: "already current", version, digest };
  }
  log(`applying the chapters up to ${version}`);
  await pushChapters(checkConnectionUrl(url).loopback ? withoutTls(url) : url, { directory, seed });
  await pool.query("select holdfast_private.record_migration($1, $2)", [version, digest]);
  log(`schema ${version}: migrated`);
  return { status: "migrated", version, digest };
}

async function isCurrent(pool: pg.Pool, code: Chapters, seed: boolean): Promise<boolean> {
  const database = await readSchemaVersion(pool);
  const mismatch = compareSchema(database, code);
  if (mismatch === "newer") throw new SchemaMismatchError("newer", code, database);
  if (mismatch === "edited") {
    throw new SchemaMismatchError(
      "edited",
      code,
      database,
      `the chapters up to ${database?.version} were edited after this database was made by them, and cannot be applied twice. ` +
        "A local database is made again with `holdfast down --reset` and `holdfast up`. " +
        "Any other keeps its data: bring it to the new chapters by hand, or restore the chapters it was made by",
    );
  }
  if (mismatch !== undefined) return false;
  return !seed || (await isSeeded(pool, code.directory));
}

async function isSeeded(pool: pg.Pool, directory: string): Promise<boolean> {
  const file = join(directory, "seed.sql");
  if (!existsSync(file)) return true;
  const hash = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const { rows } = await pool.query("select to_regclass('supabase_migrations.seed_files') is not null as known");
  if (!rows[0].known) return false;
  const seeded = await pool.query("select from supabase_migrations.seed_files where hash = $1", [hash]);
  return seeded.rowCount === 1;
}

function withoutTls(url: string): string {
  // The CLI prints a warning on stderr for every unencrypted connection that did not ask for it.
  return /[?&]sslmode=/.test(url) ? url : `${url}${url.includes("?") ? "&" : "?"}sslmode=disable`;
}
