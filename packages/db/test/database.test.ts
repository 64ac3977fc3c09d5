import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createPool,
  duties,
  HoldfastError,
  hostWorkers,
  isConnectionLost,
  isRefusal,
  listen,
  registerWorker,
  takeLeases,
} from "../src/index.ts";
import { createKysely } from "../src/kysely/index.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** Holds the lock that another query waits for. */
async function lockHolder(client: pg.PoolClient): Promise<AsyncDisposable> {
  await client.query("select pg_advisory_lock(4711)");
  return { [Symbol.asyncDispose]: async () => client.release(true) };
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const identity = {
  name: "w",
  host: "h",
  boot_id: "b",
  pid: 1,
  pid_started: "1",
  pool_id: null,
  lanes: ["default"],
  capacity: 1,
  version: "0",
};

describe("createPool and createKysely", () => {
  it("read ids as numbers, times as dates and JSON parsed, as the row types say", async () => {
    const pool = createPool(database.url());
    const db = createKysely(pool);
    const workspace = await db
      .selectFrom("workspaces")
      .selectAll()
      .where("slug", "=", "local")
      .executeTakeFirstOrThrow();
    expect(workspace.created_at).toBeInstanceOf(Date);
    const { rows } = await pool.query(
      "select 9007199254740991::bigint as id, 12.5::numeric as cost, '{\"a\":1}'::jsonb as data",
    );
    expect(rows[0]).toEqual({ id: 9007199254740991, cost: 12.5, data: { a: 1 } });
    await db.destroy();
  });

  it("have the server end a query that waits for a lock, before they give its connection up", async () => {
    await using holder = await database.pool().connect().then(lockHolder);
    const pool = createPool(database.url(), { queryTimeout: 1_000, logger: silent });
    const refused = await pool.query("select pg_advisory_lock(4711)").catch((error) => error);
    expect(refused).toMatchObject({ code: "57014" });
    expect(isConnectionLost(refused)).toBe(true);
    const { rows: waiting } = await database
      .pool()
      .query("select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
    expect(waiting).toEqual([]);
    expect(holder).toBeDefined();
    await pool.end();
  });

  it("leave a query without a limit when asked to", async () => {
    const pool = createPool(database.url(), { queryTimeout: 0, logger: silent });
    expect((await pool.query("show statement_timeout")).rows).toEqual([{ statement_timeout: "0" }]);
    await pool.end();
  });

  it("survive a server that ends their connections", async () => {
    const pool = createPool(database.url("holdfast_worker"), { logger: silent });
    const { rows } = await pool.query("select pg_backend_pid() as pid");
    await database.pool("supabase_admin").query("select pg_terminate_backend($1)", [rows[0].pid]);
    let seen: unknown;
    for (let attempt = 0; attempt < 50 && !seen; attempt++) seen = await duties(pool).catch(() => undefined);
    expect(seen).toBeDefined();
    await pool.end();
  });
});

describe("functions of the database", () => {
  it("say a refusal with its rule and what to do", async () => {
    const pool = database.pool("holdfast_worker");
    const refused = await registerWorker(pool, { ...identity, lanes: ["default", "nowhere"] }).catch((error) => error);
    expect(refused).toBeInstanceOf(HoldfastError);
    expect(refused).toMatchObject({ rule: "unknown_lane", status: 404 });
    expect(refused.hint).toMatch(/default/);
    const unknown = await takeLeases(pool, 999_999, [1]).catch((error) => error);
    expect(isRefusal(unknown, "unknown_worker")).toBe(true);
  });

  it("see a worker that has registered on its host, and only there", async () => {
    const pool = database.pool("holdfast_worker");
    const id = await registerWorker(pool, identity);
    expect(await hostWorkers(pool, "h", "b")).toMatchObject([{ worker_id: id, pid: 1, pid_started: "1" }]);
    expect(await hostWorkers(pool, "h", "another boot")).toEqual([]);
  });
});

describe("listen", () => {
  it("hears what is said, and again after its connection was cut", async () => {
    const heard: string[] = [];
    let connected = 0;
    let wake = () => {};
    const next = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      });
    let turn = next();
    const options = { databaseUrl: database.url("holdfast_worker"), channel: "holdfast_orders", logger: silent };
    await using listener = listen({
      ...options,
      onMessage: (payload) => {
        heard.push(payload);
        wake();
      },
      onConnected: () => {
        connected++;
        wake();
      },
    });
    expect(listener).toBeDefined();
    await turn;
    turn = next();
    await database.pool().query("select pg_notify('holdfast_orders', 'one')");
    await turn;
    turn = next();
    await database
      .pool("supabase_admin")
      .query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holdfast holdfast_orders'",
      );
    await turn;
    expect(connected).toBe(2);
    turn = next();
    await database.pool().query("select pg_notify('holdfast_orders', 'two')");
    await turn;
    expect(heard).toEqual(["one", "two"]);
  });
});
