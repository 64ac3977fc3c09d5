import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@holdfast/local";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cli, type TestStack } from "./support/spawn-cli.ts";

// What `supervisor` and `migrate` say about a database that they cannot work with.

const stateDir = mkdtempSync(join(tmpdir(), "holdfast-databases-"));
const cli = new Cli({ stateDir } as TestStack);
let database: TestDatabase;
let bare: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  bare = await createTestDatabase({ bare: true });
});
afterAll(async () => {
  await database?.drop();
  await bare?.drop();
  rmSync(stateDir, { recursive: true, force: true });
});

const wrong = (url: string) => url.replace(/:[^:@/]+@/, ":wr0ngpass@");

describe("a wrong password", () => {
  test.each([
    ["supervisor", "holdfast_worker"],
    ["migrate", "postgres"],
  ] as const)("ends %s with 2 and a remedy, and is not printed", async (command, role) => {
    const { exitCode, stderr } = await cli.run([command, "--database-url", wrong(database.url(role))]);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toMatch(new RegExp(`error: the password for role "${role}" is wrong`));
    expect(stderr).toMatch(/\n {2}do: /);
    expect(stderr).not.toContain("wr0ngpass");
  });
});

describe("another schema", () => {
  test("ends supervisor with 2 where there is none", async () => {
    const { exitCode, stderr } = await cli.run(["supervisor", "--database-url", bare.url("holdfast_worker")]);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toMatch(/error: the database has no Holdfast schema yet .*\n.*\n {2}do: run holdfast migrate/);
  });

  test("ends migrate with 2 when it is newer, and names both versions", async () => {
    await using newer = await createTestDatabase();
    await newer.pool("supabase_admin").query("select holdfast_private.record_migration('29990101000000', 'x')");
    const { exitCode, stderr } = await cli.run(["migrate", "--database-url", newer.url("postgres")]);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toMatch(/older than the database \(schema of the database: 29990101000000, of this code: 2\d{13}\)/);
  });
});

describe("an outage", () => {
  test("makes supervisor say so and wait", async () => {
    const child = cli.start(["supervisor", "--database-url", `postgres://u:p@127.0.0.1:${await freePort()}/postgres`]);
    let said = "";
    child.stderr?.on("data", (part) => (said += part));
    await expect.poll(() => said, { timeout: 30_000, interval: 50 }).toContain("the database is away");
    child.kill("SIGTERM");
    expect((await child.ended).exitCode).toBe(0);
  });
});
