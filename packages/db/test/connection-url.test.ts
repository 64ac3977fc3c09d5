import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ConnectionUrlError,
  checkConnectionUrl,
  explainConnectionError,
  isConnectionError,
  readConnectionUrl,
  redactConnectionUrl,
} from "../src/connection/index.ts";

const SECRET = "p%40ss-w0rd";

describe("a connection string", () => {
  test.each([
    ["postgres://u:p@127.0.0.1:54322/postgres", { port: 54322, loopback: true, mode: "direct" }],
    ["postgresql://u:p@localhost/postgres", { port: 5432, loopback: true, mode: "direct" }],
    ["postgres://u:p@[::1]:5433/x", { host: "::1", port: 5433, loopback: true }],
    ["postgres://u:p@db.abc.supabase.co:5432/postgres", { loopback: false, mode: "direct", user: "u" }],
    [
      "postgres://holdfast_worker.abc:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres",
      { mode: "session-pooler", user: "holdfast_worker.abc", database: "postgres" },
    ],
  ])("%s is accepted", (url, target) => {
    expect(checkConnectionUrl(url)).toMatchObject(target);
  });

  test("port 6543 is refused with the way out", () => {
    const url = `postgres://postgres.abc:${SECRET}@aws-0-eu-central-1.pooler.supabase.com:6543/postgres`;
    expect(() => checkConnectionUrl(url)).toThrow(
      expect.objectContaining({
        rule: "connection.transaction_pooler",
        remedy: expect.stringContaining("5432"),
        message: expect.not.stringContaining(SECRET),
      }),
    );
    expect(readConnectionUrl(url).mode).toBe("transaction-pooler");
  });

  test.each([
    ["", "connection.malformed"],
    ["https://abc.supabase.co", "connection.malformed"],
    [`postgres://u:${SECRET}@:5432/x`, "connection.malformed"],
    [`postgres://u:${SECRET}@h:99999/x`, "connection.malformed"],
    [`postgres://u:pa ss#${SECRET}@h:5432/x`, "connection.malformed"],
    ["postgres://h:5432/x", "connection.user_missing"],
  ])("%s is refused without being repeated", (url, rule) => {
    let error: unknown;
    try {
      checkConnectionUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ConnectionUrlError);
    expect(error).toMatchObject({ rule, message: expect.not.stringContaining(SECRET) });
  });

  test.each([
    [`postgres://u:${SECRET}@h:5432/x`, "postgres://u:***@h:5432/x"],
    ["postgres://u:a@b@h:5432/x", "postgres://u:***@h:5432/x"],
    ["postgres://u@h/x?password=geheim&sslmode=disable", "postgres://u@h/x?password=***&sslmode=disable"],
    ["postgres://u@h/x", "postgres://u@h/x"],
  ])("%s is shown as %s", (url, shown) => {
    expect(redactConnectionUrl(url)).toBe(shown);
  });
});

describe("a failed connection", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase({ bare: true });
  });
  afterAll(() => db.drop());

  async function problemOf(url: string) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    const error = await client.connect().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeDefined();
    expect(isConnectionError(error)).toBe(true);
    const problem = explainConnectionError(error, url);
    expect(JSON.stringify(problem)).not.toMatch(/geheim/);
    return problem;
  }

  function changed(change: (url: URL) => void): string {
    const url = new URL(db.url("postgres"));
    change(url);
    return url.href;
  }

  test("by a wrong password names the role", async () => {
    const problem = await problemOf(changed((url) => Object.assign(url, { password: "geheim" })));
    expect(problem).toMatchObject({
      rule: "connection.wrong_password",
      message: expect.stringContaining('"postgres"'),
    });
  });

  test("of the worker's role by a wrong password says how to set it", async () => {
    const url = changed((u) => Object.assign(u, { username: "holdfast_worker", password: "geheim" }));
    expect((await problemOf(url)).remedy).toContain("alter role holdfast_worker password");
  });

  test("to a database that is not there names it", async () => {
    const problem = await problemOf(changed((url) => Object.assign(url, { pathname: "/nowhere" })));
    expect(problem).toMatchObject({ rule: "connection.no_database", message: expect.stringContaining('"nowhere"') });
  });

  test("to a port where nothing listens names host and port", async () => {
    const problem = await problemOf("postgres://u:geheim@127.0.0.1:1/x");
    expect(problem).toMatchObject({ rule: "connection.refused", message: expect.stringContaining("127.0.0.1:1") });
  });

  test("to a host that does not exist says so", async () => {
    const problem = await problemOf("postgres://u:geheim@no-such-host.invalid:5432/x");
    expect(problem.rule).toBe("connection.unknown_host");
  });

  test("for a reason nobody foresaw shows it without the password", () => {
    const url = "postgres://u:geheim@h:5432/x";
    const problem = explainConnectionError(new Error(`odd: ${url}`), url);
    expect(problem.rule).toBe("connection.failed");
    expect(problem.message).toContain("odd");
    expect(problem.message).not.toContain("geheim");
  });
});
