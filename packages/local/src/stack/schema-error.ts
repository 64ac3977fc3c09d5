import { type SchemaMismatch, SchemaMismatchError } from "@holdfast/db/migrate";
import { LocalStackError } from "../errors.ts";

const SAYS: Record<SchemaMismatch, [sentence: string, remedy: string]> = {
  edited: [
    "the chapters in supabase/migrations were edited after the local database was made by them, and cannot be applied twice",
    "throw the local database away with `holdfast down --reset`, then start again; or restore the chapters it was made by",
  ],
  newer: [
    "the local database was made by newer chapters than this checkout has",
    "update the checkout, or throw the local database away with `holdfast down --reset`",
  ],
  older: ["the local database is older than this code", "run `holdfast migrate`"],
  missing: ["the local database has no Holdfast schema", "run `holdfast migrate`"],
};

/** An error of the migration in words for the owner of a local stack, whose database may be thrown away. */
export function explainMigration(error: unknown): unknown {
  if (!(error instanceof SchemaMismatchError)) return error;
  const [sentence, remedy] = SAYS[error.kind];
  return new LocalStackError(`local.schema_${error.kind}`, sentence, remedy, 1, { cause: error });
}
