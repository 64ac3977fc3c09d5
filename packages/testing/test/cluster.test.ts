import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, identify, PostgresServer, resolveDataHome } from "@holdfast/local";
import pg from "pg";
import { expect, test } from "vitest";
import { copyState } from "../src/cluster/cluster.ts";
import { sweepAbandonedRuns } from "../src/cluster/sweep.ts";
import { createTestDatabase, createTestStack, runCluster } from "../src/index.ts";

test("two test databases do not see each other, and both are migrated and seeded", async () => {
  await using one = await createTestDatabase();
  await using two = await createTestDatabase();
  await one.pool().query("create table only_here ()");
  await expect(two.pool().query("select from only_here")).rejects.toMatchObject({ code: "42P01" });
  for (const db of [one, two]) {
    const { rows } = await db.pool("holdfast_worker").query("select version from holdfast_private.schema_version()");
    expect(rows[0].version).toMatch(/^\d+$/);
    const members = await db.pool().query("select role from holdfast.members where user_id = $1", [db.users.owner.id]);
    expect(members.rows).toEqual([{ role: "admin" }]);
  }
});

test("a bare test database has Supabase's schemas and none of ours", async () => {
  await using db = await createTestDatabase({ bare: true });
  const { rows } = await db
    .pool()
    .query(
      "select nspname from pg_namespace where nspname in ('auth', 'holdfast', 'graphile_worker', 'extensions') order by 1",
    );
  expect(rows.map((row) => row.nspname)).toEqual(["auth", "extensions"]);
});

test("dropping a test database ends sessions that still use it, and can be asked for twice", async () => {
  const db = await createTestDatabase();
  const other = new pg.Client({ connectionString: db.url("holdfast_worker") });
  // Told twice: first why (57P01), then that the socket is closed.
  const ended = new Promise((done) => other.on("error", done));
  await other.connect();
  await Promise.all([db.drop(), db.drop()]);
  expect(await ended).toMatchObject({ code: "57P01" });
  const gone = new pg.Client({ connectionString: db.url() });
  await expect(gone.connect()).rejects.toMatchObject({ code: "3D000" });
});

test("a private stack has a Postgres of its own, and leaves nothing when disposed", async () => {
  const stack = await createTestStack();
  expect(stack.dbPort).not.toBe(runCluster().port);
  const home = resolveDataHome(stack.stateDir);
  expect(existsSync(home)).toBe(true);
  await stack[Symbol.asyncDispose]();
  expect([existsSync(home), existsSync(stack.stateDir)]).toEqual([false, false]);
});

test("what a killed test run left behind is swept away, servers included, and a living one's is not", async () => {
  const dead = spawn("true");
  await once(dead, "spawn");
  const owner = { pid: dead.pid, startTime: "1" };
  await once(dead, "exit");
  const runDir = mkdtempSync(join(tmpdir(), "holdfast-test-"));
  writeFileSync(join(runDir, "owner.json"), JSON.stringify(owner));
  const stateDir = join(runDir, "left");
  await copyState(runCluster().preparedStateDir, stateDir);
  const home = resolveDataHome(stateDir);
  const logFile = join(stateDir, "logs/postgres.log");
  const server = await PostgresServer.open({ home, port: await freePort(), logFile });
  const { pid } = await server.start();

  await sweepAbandonedRuns();
  expect(identify(pid)).toBeUndefined();
  expect([existsSync(runDir), existsSync(home)]).toEqual([false, false]);
  expect(existsSync(runCluster().preparedStateDir)).toBe(true);
});
