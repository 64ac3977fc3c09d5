import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The repository's `supabase` folder, as seen from this package. */
export const SUPABASE_DIRECTORY = resolve(import.meta.dirname, "../../../../supabase");

/** The migrations as a whole: what the code expects the database to be. */
export interface Chapters {
  /** The `supabase` folder they were read from. */
  directory: string;
  /** Timestamp prefix of every chapter, ascending. */
  versions: string[];
  /** Timestamp prefix of the newest chapter, or `""` when there is none. */
  version: string;
  /** Lowercase hex sha256 over the names and contents of all chapters. */
  digest: string;
  /** The digest as it was when `version` was the newest chapter; undefined when there is no such chapter. */
  digestAt(version: string): string | undefined;
}

/**
 * Reads the migration chapters of a `supabase` folder.
 *
 * Until 1.0 chapters are edited in place, so a version number alone does not say which schema a database has: the
 * digest does.
 */
export async function readChapters(directory: string = SUPABASE_DIRECTORY): Promise<Chapters> {
  const folder = join(directory, "migrations");
  const names = (await readdir(folder)).filter((name) => /^\d+_.*\.sql$/.test(name)).sort();
  const hash = createHash("sha256");
  const digests = new Map<string, string>();
  for (const name of names) {
    const content = await readFile(join(folder, name));
    hash.update(`${name}\0${content.byteLength}\0`).update(content);
    digests.set(name.slice(0, name.indexOf("_")), hash.copy().digest("hex"));
  }
  const versions = [...digests.keys()];
  return {
    directory,
    versions,
    version: versions.at(-1) ?? "",
    digest: hash.digest("hex"),
    digestAt: (version) => digests.get(version),
  };
}
