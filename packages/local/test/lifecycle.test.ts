import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attachStack, down, isAlive, readStack, resolveDataHome, signal, waitUntil } from "../src/index.ts";
import { findPostmaster } from "../src/postgres/postmaster-file.ts";
import { answers, type PrivateState, privateState } from "./support/private-state.ts";

// A stack as a person meets it: started, started twice, stopped, killed and thrown away.

let state: PrivateState;
let stateDir: string;
beforeEach(async () => {
  state = await privateState();
  stateDir = state.stateDir;
});
afterEach(() => state?.[Symbol.asyncDispose]());

test("a second start in the same process attaches and does not end the first", async () => {
  await using first = await state.start();
  const second = await state.start();
  expect([first.attached, second.attached]).toEqual([false, true]);
  expect(second.databaseUrl()).toBe(first.databaseUrl());
  expect(second.users).toEqual(first.users);
  await second.stop();
  expect(await answers(first)).toBe(true);
});

test("of two starts at once one owns the stack and the other attaches", async () => {
  const [one, two] = await Promise.all([state.start(), state.start()]);
  expect([one.attached, two.attached].sort()).toEqual([false, true]);
  await Promise.all([one.stop(), two.stop()]);
  expect(await attachStack({ stateDir })).toBeUndefined();
});

test("a detached stack outlives its starter, is attached to, and goes down without a trace", async () => {
  const stack = await state.startDetached();
  expect(await answers(stack)).toBe(true);
  const record = readStack(stateDir);
  const postgres = findPostmaster(state.dataDir);
  if (!record || !postgres) throw new Error("no stack");
  expect(record.pid).not.toBe(process.pid);
  expect((await state.startDetached()).apiUrl).toBe(stack.apiUrl);
  expect(readStack(stateDir)?.pid).toBe(record.pid);

  expect(await down({ stateDir })).toBe(true);
  expect(isAlive({ pid: record.pid, startTime: record.pidStartTime })).toBe(false);
  expect(isAlive(postgres)).toBe(false);
  expect(existsSync(join(stateDir, "stack.json"))).toBe(false);
  expect(existsSync(join(state.dataDir, "postmaster.pid"))).toBe(false);
  expect(await down({ stateDir })).toBe(false);
});

test("SIGTERM ends a stack gracefully: Postgres writes its checkpoint and says so", async () => {
  await state.startDetached();
  const record = readStack(stateDir);
  if (!record) throw new Error("no stack");
  const owner = { pid: record.pid, startTime: record.pidStartTime };
  signal(owner, "SIGTERM");
  expect(await waitUntil(() => !isAlive(owner), 20_000)).toBe(true);
  expect(findPostmaster(state.dataDir)).toBeUndefined();
  expect(readFileSync(join(stateDir, "logs/stack.log"), "utf8")).toMatch(/stopped/);
});

test("after SIGKILL of the stack's process Postgres lives on, and the next start takes it over", async () => {
  await state.startDetached();
  const record = readStack(stateDir);
  const postgres = findPostmaster(state.dataDir);
  if (!record || !postgres) throw new Error("no stack");
  const owner = { pid: record.pid, startTime: record.pidStartTime };
  signal(owner, "SIGKILL");
  expect(await waitUntil(() => !isAlive(owner), 5_000)).toBe(true);
  expect(isAlive(postgres)).toBe(true);
  expect(await attachStack({ stateDir })).toBeUndefined();

  await using again = await state.start();
  expect(again.attached).toBe(false);
  expect(findPostmaster(state.dataDir)?.pid).toBe(postgres.pid);
  expect(await answers(again)).toBe(true);
});

test("down ends a Postgres that a killed stack left behind", async () => {
  await state.startDetached();
  const record = readStack(stateDir);
  if (!record) throw new Error("no stack");
  signal({ pid: record.pid, startTime: record.pidStartTime }, "SIGKILL");
  expect(await down({ stateDir })).toBe(true);
  expect(findPostmaster(state.dataDir)).toBeUndefined();
});

test("everything secret is readable by its owner only", async () => {
  await using stack = await state.startDetached();
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
  expect(mode(state.dataDir)).toBe("700");
  expect(mode(resolveDataHome(stateDir))).toBe("700");
  expect(stack.firstStart).toBe(false);
});

test("Postgres can be crashed and started again under a running stack", async () => {
  await using stack = await state.start();
  const before = findPostmaster(state.dataDir);
  await stack.postgres.stop("immediate");
  expect(findPostmaster(state.dataDir)).toBeUndefined();
  await stack.postgres.start();
  expect(findPostmaster(state.dataDir)?.pid).not.toBe(before?.pid);
  expect(await answers(stack)).toBe(true);
});

test("a later start finds everything as it was (how fast is printed, not asserted)", async () => {
  const first = await state.startDetached();
  await first.stop();
  await down({ stateDir });
  const began = performance.now();
  await state.startDetached();
  console.log(`a later start: ${Math.round(performance.now() - began)} ms until everything answers`);
  expect(existsSync(join(stateDir, "secrets.json"))).toBe(true);
});

test("a reset removes database, secrets, users, local sessions and logs, and nothing of another database", async () => {
  await state.startDetached();
  mkdirSync(join(stateDir, "sessions"), { recursive: true });
  mkdirSync(join(stateDir, "runs"), { recursive: true });
  for (const name of ["local-owner.json", "login.json"]) writeFileSync(join(stateDir, "sessions", name), "{}");
  await down({ stateDir, reset: true });
  for (const name of ["secrets.json", "users.json", "stack.json", "stack.lock", "logs", "sessions/local-owner.json"]) {
    expect([name, existsSync(join(stateDir, name))]).toEqual([name, false]);
  }
  for (const name of ["sessions/login.json", "runs"])
    expect([name, existsSync(join(stateDir, name))]).toEqual([name, true]);
  expect(existsSync(resolveDataHome(stateDir))).toBe(false);
});

test("a start after the state folder was deleted makes a new database instead of failing on a lost password", async () => {
  await (await state.start()).stop();
  rmSync(join(stateDir, "secrets.json"));
  rmSync(join(stateDir, "users.json"));
  await using stack = await state.start();
  expect(stack.firstStart).toBe(true);
  expect(await answers(stack)).toBe(true);
});

test("a cluster that was half made when its start was killed is made again", async () => {
  const home = resolveDataHome(stateDir);
  rmSync(state.dataDir, { recursive: true });
  mkdirSync(join(home, "data.new"));
  writeFileSync(join(home, "data.new", "PG_VERSION"), "17\n");
  await using stack = await state.start();
  expect(await answers(stack)).toBe(true);
  expect(existsSync(join(home, "data.new"))).toBe(false);
});

test("a damaged state file is named, with the way out", async () => {
  writeFileSync(join(stateDir, "secrets.json"), '{"passwords": {}}');
  await expect(state.start()).rejects.toMatchObject({
    rule: "local.state_unreadable",
    message: expect.stringMatching(/secrets\.json is damaged: .*passwords/),
    remedy: expect.stringContaining("holdfast down --reset"),
  });
});
