import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { copyState, runCluster } from "@holdfast/testing";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  attachStack,
  down,
  freePort,
  identify,
  identifySelf,
  isAlive,
  PortTakenError,
  readStack,
  resolveDataHome,
  type Stack,
  signal,
  startStack,
  up,
  waitUntil,
} from "../src/index.ts";
import { findPostmaster } from "../src/postgres/postmaster-file.ts";

// A stack as a person meets it: started, started twice, killed, and met by strangers on its ports and in its files.

let stateDir: string;
let dbPort: number;
let apiPort: number;

beforeEach(async () => {
  const { runDir, preparedStateDir } = runCluster();
  stateDir = join(runDir, `life-${crypto.randomUUID().slice(0, 8)}`);
  await copyState(preparedStateDir, stateDir);
  dbPort = await freePort();
  apiPort = await freePort();
});
afterEach(async () => {
  await down({ stateDir, reset: true });
  rmSync(stateDir, { recursive: true, force: true });
});

const start = () => startStack({ stateDir, dbPort, apiPort });
const startDetached = () => up({ stateDir, dbPort, apiPort, detach: true });
const dataDir = () => join(resolveDataHome(stateDir), "data");

async function answers(stack: Stack): Promise<boolean> {
  const client = new pg.Client({ connectionString: stack.databaseUrl("holdfast_worker") });
  await client.connect();
  await client.query("select holdfast_private.schema_version()");
  await client.end();
  const health = await fetch(`${stack.apiUrl}/auth/v1/health`, { headers: { apikey: stack.publishableKey } });
  return health.status < 500;
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

test("a second start in the same process attaches and does not end the first", async () => {
  await using first = await start();
  const second = await start();
  expect([first.attached, second.attached]).toEqual([false, true]);
  expect(second.databaseUrl()).toBe(first.databaseUrl());
  expect(second.users).toEqual(first.users);
  await second.stop();
  expect(await answers(first)).toBe(true);
});

test("of two starts at once one owns the stack and the other attaches", async () => {
  const [one, two] = await Promise.all([start(), start()]);
  expect([one.attached, two.attached].sort()).toEqual([false, true]);
  await Promise.all([one.stop(), two.stop()]);
  expect(await attachStack({ stateDir })).toBeUndefined();
});

test("a detached stack outlives its starter, is attached to, and goes down without a trace", async () => {
  const stack = await startDetached();
  expect(await answers(stack)).toBe(true);
  const record = readStack(stateDir);
  const postgres = findPostmaster(dataDir());
  if (!record || !postgres) throw new Error("no stack");
  expect(record.pid).not.toBe(process.pid);
  expect((await startDetached()).apiUrl).toBe(stack.apiUrl);
  expect(readStack(stateDir)?.pid).toBe(record.pid);

  expect(await down({ stateDir })).toBe(true);
  expect(isAlive({ pid: record.pid, startTime: record.pidStartTime })).toBe(false);
  expect(isAlive(postgres)).toBe(false);
  expect(existsSync(join(stateDir, "stack.json"))).toBe(false);
  expect(existsSync(join(dataDir(), "postmaster.pid"))).toBe(false);
  expect(await down({ stateDir })).toBe(false);
});

test("SIGTERM ends a stack gracefully: Postgres writes its checkpoint and says so", async () => {
  await startDetached();
  const record = readStack(stateDir);
  if (!record) throw new Error("no stack");
  const owner = { pid: record.pid, startTime: record.pidStartTime };
  signal(owner, "SIGTERM");
  expect(await waitUntil(() => !isAlive(owner), 20_000)).toBe(true);
  expect(findPostmaster(dataDir())).toBeUndefined();
  expect(readFileSync(join(stateDir, "logs/stack.log"), "utf8")).toMatch(/stopped/);
});

test("after SIGKILL of the stack's process Postgres lives on, and the next start takes it over", async () => {
  await startDetached();
  const record = readStack(stateDir);
  const postgres = findPostmaster(dataDir());
  if (!record || !postgres) throw new Error("no stack");
  const owner = { pid: record.pid, startTime: record.pidStartTime };
  signal(owner, "SIGKILL");
  expect(await waitUntil(() => !isAlive(owner), 5_000)).toBe(true);
  expect(isAlive(postgres)).toBe(true);
  expect(await attachStack({ stateDir })).toBeUndefined();

  await using again = await start();
  expect(again.attached).toBe(false);
  expect(findPostmaster(dataDir())?.pid).toBe(postgres.pid);
  expect(await answers(again)).toBe(true);
});

test("down ends a Postgres that a killed stack left behind", async () => {
  await startDetached();
  const record = readStack(stateDir);
  if (!record) throw new Error("no stack");
  signal({ pid: record.pid, startTime: record.pidStartTime }, "SIGKILL");
  expect(await down({ stateDir })).toBe(true);
  expect(findPostmaster(dataDir())).toBeUndefined();
});

test.each(["db", "api"] as const)("a stranger on the %s port is named, with the setting to change", async (which) => {
  const port = which === "db" ? dbPort : apiPort;
  const stranger = await listen(port);
  try {
    const error = await start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortTakenError);
    const { message, exitCode } = error as PortTakenError;
    expect(exitCode).toBe(3);
    expect(message).toContain(String(port));
    expect(message).toContain("supabase/config.toml");
    expect(message).toContain(which === "db" ? "[db] port" : "[api] port");
    expect(message).toContain(which === "db" ? "HOLDFAST_DB_PORT" : "HOLDFAST_API_PORT");
    if (process.platform === "linux") expect(message).toContain(`(pid ${process.pid})`);
    // Nothing is left half started, and the folder can be started from as soon as the port is free.
    expect(readStack(stateDir)).toBeUndefined();
    expect(findPostmaster(dataDir())).toBeUndefined();
  } finally {
    stranger.close();
    await once(stranger, "close");
  }
  await using stack = await start();
  expect(await answers(stack)).toBe(true);
});

test("the stack's process ends with exit code 3 when a stranger holds its port", async () => {
  const stranger = await listen(apiPort);
  try {
    const env = {
      ...process.env,
      HOLDFAST_STATE: stateDir,
      HOLDFAST_DB_PORT: `${dbPort}`,
      HOLDFAST_API_PORT: `${apiPort}`,
    };
    const child = spawn(process.execPath, [join(import.meta.dirname, "../bin/stack.ts")], { env });
    const [code] = await once(child, "exit");
    expect(code).toBe(3);
    await expect(startDetached()).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(`port ${apiPort}, wanted for the Data API`),
    });
  } finally {
    stranger.close();
  }
});

test("records of a dead process, and of a pid that is another program's by now, hold nothing up", async () => {
  const self = identifySelf();
  const stale = {
    pid: self.pid,
    pidStartTime: "1",
    state: "ready",
    dbPort,
    apiPort,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    dataDir: dataDir(),
    startedAt: new Date(0).toISOString(),
  };
  writeFileSync(join(stateDir, "stack.json"), JSON.stringify(stale));
  writeFileSync(join(stateDir, "stack.lock"), JSON.stringify({ pid: self.pid, startTime: "1" }));
  // Postgres itself would take the live pid for a server of this directory and refuse to start.
  writeFileSync(
    join(dataDir(), "postmaster.pid"),
    `${self.pid}\n${dataDir()}\n1\n${dbPort}\n\n127.0.0.1\n\nready   \n`,
  );
  await using stack = await start();
  expect(stack.attached).toBe(false);
  expect(await answers(stack)).toBe(true);
});

test("down signals nobody when the recorded pid is another program's by now", async () => {
  const bystander = spawn("sleep", ["60"]);
  await once(bystander, "spawn");
  const record = { pid: bystander.pid, pidStartTime: "1", state: "ready", dbPort, apiPort, apiUrl: "", dataDir: "" };
  writeFileSync(join(stateDir, "stack.json"), JSON.stringify({ ...record, startedAt: "" }));
  expect(await down({ stateDir })).toBe(false);
  expect(identify(bystander.pid as number)).toBeDefined();
  const exited = once(bystander, "exit");
  bystander.kill("SIGKILL");
  await exited;
});

test("everything secret is readable by its owner only", async () => {
  await using stack = await startDetached();
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(mode(stateDir)).toBe("700");
  for (const name of [
    "secrets.json",
    "users.json",
    "stack.json",
    "stack.lock",
    "logs/stack.log",
    "logs/postgres.log",
  ]) {
    expect([name, mode(join(stateDir, name))]).toEqual([name, "600"]);
  }
  expect(mode(dataDir())).toBe("700");
  expect(mode(resolveDataHome(stateDir))).toBe("700");
  expect(stack.firstStart).toBe(false);
});

test("Postgres can be crashed and started again under a running stack", async () => {
  await using stack = await start();
  const before = findPostmaster(dataDir());
  await stack.postgres.stop("immediate");
  expect(findPostmaster(dataDir())).toBeUndefined();
  await stack.postgres.start();
  expect(findPostmaster(dataDir())?.pid).not.toBe(before?.pid);
  expect(await answers(stack)).toBe(true);
});

test("a later start is fast: under two seconds until everything answers", async () => {
  await (await startDetached()).stop();
  await down({ stateDir });
  const began = performance.now();
  await startDetached();
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("a reset removes database, secrets and users", async () => {
  await startDetached();
  await down({ stateDir, reset: true });
  for (const name of ["secrets.json", "users.json", "stack.json", "stack.lock"]) {
    expect(existsSync(join(stateDir, name))).toBe(false);
  }
  expect(existsSync(resolveDataHome(stateDir))).toBe(false);
});
