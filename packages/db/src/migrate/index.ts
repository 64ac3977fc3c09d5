export { type Chapters, readChapters, SUPABASE_DIRECTORY } from "./chapters.ts";
export {
  checkSchema,
  compareSchema,
  type Queryable,
  readSchemaVersion,
  type SchemaMismatch,
  SchemaMismatchError,
  type SchemaVersion,
} from "./check-schema.ts";
export { type MigrateOptions, type MigrateResult, migrate } from "./migrate.ts";
export { PushError } from "./push-chapters.ts";
