import type { Chapters } from "./chapters.ts";
import { readChapters } from "./chapters.ts";

/** The part of a `pg` client or pool that is needed here. */
export interface Queryable {
  // biome-ignore lint/suspicious/noExplicitAny: rows are as free as SQL is
  query(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
}

/** What the database says it is. */
export interface SchemaVersion {
  /** Timestamp prefix of the newest chapter it was made by. */
  version: string;
  /** Digest of the chapters it was made by. */
  digest: string;
}

/**
 * `missing`: no Holdfast schema; `older`, `newer`: than this code; `edited`: the same chapters, with other contents.
 */
export type SchemaMismatch = "missing" | "older" | "newer" | "edited";

const SENTENCES: Record<SchemaMismatch, string> = {
  missing: "the database has no Holdfast schema yet: run `holdfast migrate`",
  older: "the database schema is older than this code: run `holdfast migrate`",
  newer: "this code is older than the database: update the checkout",
  edited:
    "the database was made by other versions of the same chapters: run `holdfast migrate` " +
    "(a local database can be thrown away and made again with `holdfast down --reset` and `holdfast up`)",
};

/** The database's schema is not the one this code was written for; `kind` says in which way. */
export class SchemaMismatchError extends Error {
  override readonly name = "SchemaMismatchError";
  readonly kind: SchemaMismatch;
  readonly database: SchemaVersion | undefined;
  readonly code: SchemaVersion;

  constructor(kind: SchemaMismatch, code: SchemaVersion, database?: SchemaVersion, detail?: string) {
    super(detail ?? SENTENCES[kind]);
    this.kind = kind;
    this.code = code;
    this.database = database;
  }
}

/**
 * Reads which schema a database has, or `undefined` when it has none. Stands for `holdfast_private.schema_version()`.
 */
export async function readSchemaVersion(client: Queryable): Promise<SchemaVersion | undefined> {
  try {
    const { rows } = await client.query("select version, digest from holdfast_private.schema_version()");
    const row = rows[0] as { version: string | null; digest: string | null } | undefined;
    return row?.version && row.digest ? { version: row.version, digest: row.digest } : undefined;
  } catch (error) {
    const code = (error as { code?: string }).code;
    // 3F000 no such schema, 42883 no such function, 42P01 no such table: each means that the chapters never ran here.
    if (code === "3F000" || code === "42883" || code === "42P01") return undefined;
    throw error;
  }
}

/** Says how a database's schema differs from the code's chapters, or `undefined` when it does not. */
export function compareSchema(database: SchemaVersion | undefined, code: Chapters): SchemaMismatch | undefined {
  if (!database) return "missing";
  if (database.version > code.version) return "newer";
  if (database.digest !== code.digestAt(database.version)) return "edited";
  return database.version < code.version ? "older" : undefined;
}

/**
 * Refuses to go on when the database's schema is not the one this code was written for.
 *
 * @param client any connected role that may call `holdfast_private.schema_version()`
 * @param directory the `supabase` folder; default: this repository's
 * @throws {SchemaMismatchError}
 */
export async function checkSchema(client: Queryable, directory?: string): Promise<SchemaVersion> {
  const code = await readChapters(directory);
  const database = await readSchemaVersion(client);
  const mismatch = compareSchema(database, code);
  if (mismatch) throw new SchemaMismatchError(mismatch, { version: code.version, digest: code.digest }, database);
  return { version: code.version, digest: code.digest };
}
