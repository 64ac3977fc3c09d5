import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EnvironmentError, readEnvironment } from "../src/environment.ts";

const entry = join(import.meta.dirname, "..", "src", "main.ts");
let database: TestDatabase;
let folder: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "holdfast-app-"));
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

function start(env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [entry], {
    env: {
      ...process.env,
      HOLDFAST_DATABASE_URL: database.url("holdfast_worker"),
      HOLDFAST_STATE: folder,
      HOLDFAST_LOG_LEVEL: "warn",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let said = "";
  child.stdout?.on("data", (data) => {
    said += data;
  });
  child.stderr?.on("data", (data) => {
    said += data;
  });
  return { child, said: () => said, exited: once(child, "exit").then(([code]) => code as number | null) };
}

async function until<T>(what: string, fact: () => Promise<T>, within = 15_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + within;
  for (;;) {
    const seen = await fact();
    if (seen) return seen as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`);
    await delay(20);
  }
}

const query = async (text: string, values: unknown[] = []) => (await database.pool().query(text, values)).rows;
const workers = () => query("select * from holdfast.workers where ended_at is null");
const enqueue = async (kind: string, payload: unknown) =>
  (await query("select id from holdfast.enqueue('local', $1, $2::jsonb)", [kind, JSON.stringify(payload)]))[0].id;
const ended = (id: number) =>
  until(`job ${id} has ended`, async () => {
    const [job] = await query("select * from holdfast.jobs where id = $1", [id]);
    return job.finished_at ? job : undefined;
  });

describe("the worker app", () => {
  it("runs the built-in tasks and the supervisor, and leaves in good order on SIGTERM", async () => {
    const app = start();
    await until("its worker is registered", async () => (await workers()).length === 1);
    const hello = await ended(await enqueue("hello", { name: "Ada" }));
    expect(hello).toMatchObject({ state: "completed", result: { greeting: "Hello, Ada!" } });
    const sleep = await ended(await enqueue("sleep", { ms: 50 }));
    expect(sleep).toMatchObject({ state: "completed", result: { slept: 50 } });
    await until(
      "the supervisor does its duties",
      async () => (await query("select from holdfast.duties where last_succeeded_at is not null")).length > 0,
    );
    app.child.kill("SIGTERM");
    expect(await app.exited, app.said()).toBe(0);
    expect(await workers()).toEqual([]);
    expect(await query("select from holdfast.leaders where expires_at > now()")).toEqual([]);
  });

  it("lets a running function end when SIGTERM reaches the whole group and arrives more than once", async () => {
    const app = start({ HOLDFAST_SUPERVISOR: "0" });
    await until("its worker is registered", async () => (await workers()).length === 1);
    const id = await enqueue("sleep", { ms: 1_500 });
    await until(
      "the function runs",
      async () => (await query("select from holdfast.jobs where id = $1 and state = 'running'", [id])).length > 0,
    );
    const [{ pid }] = await workers();
    // As `kill -TERM -GROUP` does: to the keeper, which passes it on, and from every process above it once more.
    for (let times = 0; times < 3; times++) app.child.kill("SIGTERM");
    process.kill(pid, "SIGTERM");
    expect(await app.exited, app.said()).toBe(0);
    expect(await ended(id)).toMatchObject({ state: "completed", attempt: 1 });
  });

  it("says what is wrong with the configuration and exits 2, without trying again", async () => {
    for (const [env, sentence] of [
      [{ HOLDFAST_DATABASE_URL: "" }, /HOLDFAST_DATABASE_URL is not set/],
      [{ HOLDFAST_CAPACITY: "many" }, /HOLDFAST_CAPACITY must be a whole number/],
      [{ HOLDFAST_DATABASE_URL: "postgres://u:p@db.example:6543/postgres" }, /transaction pooler/],
      [{ HOLDFAST_LANES: "nowhere" }, /No workspace has a lane nowhere[\s\S]*Known lanes: /],
      [{ HOLDFAST_TASKS: "/no/such/folder" }, /tasks folder \/no\/such\/folder cannot be read/],
    ] as const) {
      const app = start(env);
      expect(await app.exited, app.said()).toBe(2);
      expect(app.said()).toMatch(sentence);
    }
  });

  it("says that the password is wrong, without showing it", async () => {
    const url = database.url("holdfast_worker").replace(/:[^:@]*@/, ":not-the-password@");
    const app = start({ HOLDFAST_DATABASE_URL: url });
    expect(await app.exited, app.said()).toBe(2);
    expect(app.said()).toMatch(/password for role "holdfast_worker" is wrong/);
    expect(app.said()).not.toContain("not-the-password");
  });

  it("loads the task files of a folder anywhere on the disk, which need no packages of their own", async () => {
    const tasks = join(folder, "tasks");
    await mkdir(tasks, { recursive: true });
    await writeFile(join(tasks, "broken.ts"), `import "a-package-nobody-installed";`);
    const broken = start({ HOLDFAST_TASKS: tasks });
    expect(await broken.exited, broken.said()).toBe(2);
    expect(broken.said()).toMatch(/broken\.ts cannot be loaded: .*a-package-nobody-installed.*\n {2}do: install what/);
    await rm(join(tasks, "broken.ts"));
    await writeFile(
      join(tasks, "mine.ts"),
      `import { defineTask } from "@holdfast/worker"; import { z } from "zod";
       export default defineTask({ kind: "mine", payload: z.object({}), run: () => "done" });`,
    );
    const app = start({ HOLDFAST_TASKS: tasks, HOLDFAST_SUPERVISOR: "0" });
    await until("its worker is registered", async () => (await workers()).length === 1);
    expect(await ended(await enqueue("mine", {}))).toMatchObject({ state: "completed", result: "done" });
    app.child.kill("SIGINT");
    expect(await app.exited, app.said()).toBe(0);
  });
});

describe("readEnvironment", () => {
  it("has a default for everything but the database", () => {
    const environment = readEnvironment({
      HOLDFAST_DATABASE_URL: "postgres://w@h/d",
      HOLDFAST_LANES: "build, default",
    });
    expect(environment).toMatchObject({
      lanes: ["build", "default"],
      capacity: 16,
      commands: 4,
      supervisor: true,
      stateDirectory: ".holdfast",
    });
    expect(environment.tasks[0]).toMatch(/apps\/worker\/tasks$/);
  });

  it("names every variable that cannot be used, at once", () => {
    const read = () =>
      readEnvironment({ HOLDFAST_CAPACITY: "0", HOLDFAST_SUPERVISOR: "yes", HOLDFAST_LOG_LEVEL: "loud" });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(
      /HOLDFAST_DATABASE_URL is not set[\s\S]*HOLDFAST_CAPACITY must be at least 1[\s\S]*HOLDFAST_SUPERVISOR must be 0 or 1[\s\S]*HOLDFAST_LOG_LEVEL must be one of/,
    );
  });
});
