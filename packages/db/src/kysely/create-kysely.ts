import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import type { HoldfastTables } from "./tables.ts";

/**
 * Typed reads of schema `holdfast` over a pool of {@link createPool}. Needs a role that may read the tables;
 * `holdfast_worker` may not.
 *
 * @example
 * const failed = await createKysely(pool).selectFrom("jobs").selectAll().where("state", "=", "failed").execute();
 */
export function createKysely(pool: pg.Pool): Kysely<HoldfastTables> {
  return new Kysely<HoldfastTables>({ dialect: new PostgresDialect({ pool }) }).withSchema("holdfast");
}
