import pg from "pg";
import type { Log } from "../log.ts";
import { statementTimeoutFor } from "./statement-timeout.ts";
import { valueTypes } from "./value-types.ts";

/** How {@link createPool} connects. */
export interface PoolOptions {
  /** Largest number of connections. Default 4. */
  max?: number;
  /** Shown in `pg_stat_activity`. Default `holdfast`. */
  applicationName?: string;
  logger?: Log | undefined;
  /**
   * Milliseconds a query may take before its connection is given up as half-open; the server itself gives it up a little
   * sooner. Default 30,000; 0 = no limit.
   */
  queryTimeout?: number;
}

/**
 * A `pg` pool that outlives restarts of the server: idle disconnects are logged instead of thrown, a silent peer is
 * given up after `queryTimeout` (a busy server answers SQLSTATE 57014 just before), and the next query opens a new connection.
 *
 * Values: `int8` and `numeric` are numbers, `timestamptz` is a `Date`, `jsonb` is parsed.
 */
export function createPool(url: string, options: PoolOptions = {}): pg.Pool {
  const { max = 4, applicationName = "holdfast", logger, queryTimeout = 30_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueTypes,
    ...(queryTimeout > 0 && {
      query_timeout: queryTimeout,
      // Said on the connection, not while connecting: poolers refuse settings they do not know in the first packet.
      onConnect: async (client: pg.ClientBase) => {
        await client.query(`set statement_timeout = ${statementTimeoutFor(queryTimeout)}`);
      },
    }),
  });
  pool.on("error", (err) => logger?.debug({ err }, "an idle database connection was closed"));
  // A checked-out client emits as well; without a listener Node would end the process.
  pool.on("connect", (client) => {
    client.on("error", (err) => logger?.debug({ err }, "a database connection was closed"));
  });
  return pool;
}
