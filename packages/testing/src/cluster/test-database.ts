import { randomBytes } from "node:crypto";
import { databaseUrl, type LocalUsers, type LoginRole, withClient } from "@holdfast/local";
import pg from "pg";
import { BARE_TEMPLATE, type ClusterInfo, TEMPLATE } from "./cluster.ts";
import { runCluster } from "./info.ts";

/** A database of a test's own, cloned from the migrated and seeded template. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** Connection string of the superuser `supabase_admin`. */
  readonly superuserUrl: string;
  /** The local people; they are members of the workspace `local` in every test database. */
  readonly users: LocalUsers;
  /** Connection string; default role `postgres`. */
  url(role?: LoginRole): string;
  /** A pool, one per role, ended by {@link drop}. int8 and numeric come as numbers. Default role `postgres`. */
  pool(role?: LoginRole): pg.Pool;
  /** Ends the pools and every other session, and drops the database. */
  drop(): Promise<void>;
}

/** Options of {@link createTestDatabase}. */
export interface TestDatabaseOptions {
  /** Default: the cluster of this vitest run. */
  cluster?: ClusterInfo;
  /** Supabase's schemas only: not migrated, not seeded. Default: false. */
  bare?: boolean;
}

/** Clones a database for a test file (about 50 ms). Drop it in `afterAll`, or bind it with `await using`. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const info = options.cluster ?? runCluster();
  const name = `t_${randomBytes(6).toString("hex")}`;
  await asAdmin(info, `create database ${name} template ${options.bare ? BARE_TEMPLATE : TEMPLATE} owner postgres`);
  const pools = new Map<LoginRole, pg.Pool>();
  const url = (role: LoginRole = "postgres") => databaseUrl(info.port, role, info.secrets, name);
  let dropping: Promise<void> | undefined;
  const drop = () => {
    dropping ??= Promise.all([...pools.values()].map((pool) => pool.end())).then(() =>
      asAdmin(info, `drop database if exists ${name} with (force)`),
    );
    return dropping;
  };
  return {
    name,
    superuserUrl: url("supabase_admin"),
    users: info.users,
    url,
    pool(role = "postgres") {
      let pool = pools.get(role);
      if (!pool) {
        pool = new pg.Pool({
          connectionString: url(role),
          max: 10,
          types: NUMBERS,
        });
        // A test may cut connections, and drop() cuts the last ones: the query in flight reports it, if there is one.
        pool.on("error", () => {});
        pool.on("connect", (client) => client.on("error", () => {}));
        pools.set(role, pool);
      }
      return pool;
    },
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

async function asAdmin(info: ClusterInfo, statement: string): Promise<void> {
  await withClient(info.port, "supabase_admin", info.secrets, (client) => client.query(statement));
}

/** Parsers of the pools: int8 (20) and numeric (1700) as numbers, the rest as pg does. */
const NUMBERS: pg.CustomTypesConfig = {
  // biome-ignore lint/suspicious/noExplicitAny: pg types its own registry so
  getTypeParser: (oid: number, format?: any) =>
    (oid === 20 || oid === 1700) && format !== "binary" ? Number : pg.types.getTypeParser(oid, format),
};
