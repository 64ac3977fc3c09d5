import type pg from "pg";
import { fromDatabaseError } from "../errors/from-database-error.ts";

/** A pool or a client of `pg`. */
export interface Queryable {
  query<R extends pg.QueryResultRow>(config: pg.QueryConfig): Promise<pg.QueryResult<R>>;
}

/**
 * Runs one statement and returns its rows; refusals come out as `HoldfastError`.
 * With `name` the statement is prepared once per connection: only for calls on a hot path, because a transaction pooler
 * breaks prepared statements.
 */
export async function call<R extends pg.QueryResultRow>(
  db: Queryable,
  text: string,
  values: unknown[] = [],
  name?: string,
): Promise<R[]> {
  try {
    const result = await db.query<R>(name === undefined ? { text, values } : { name, text, values });
    return result.rows;
  } catch (error) {
    throw fromDatabaseError(error);
  }
}

/** Like {@link call} for a statement that returns one row with one column `value`. */
export async function callForValue<T>(db: Queryable, text: string, values: unknown[] = []): Promise<T> {
  const [row] = await call<{ value: T }>(db, text, values);
  if (!row) throw new Error(`no row came back from: ${text}`);
  return row.value;
}
