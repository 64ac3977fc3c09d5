import { type ChildProcess, fork, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ClusterInfo, createTestStack, findBrowser } from "@holdfast/testing";
import pg from "pg";
import { type Browser, chromium } from "playwright-core";
import { createHoldfast, type Holdfast, signIn } from "../../../packages/client/src/index.ts";
import { type Look, Visit } from "./visit.ts";

const ROOT = join(import.meta.dirname, "../../..");
const ADMIN = join(ROOT, "apps/admin/server/main.ts");
const WORKER = join(ROOT, "apps/worker/src/main.ts");

/** Where there is no browser the journeys are skipped, except in CI, where that is a failure. */
export const BROWSER = findBrowser();
export const SKIPPED = BROWSER === undefined && process.env.CI === undefined;
if (SKIPPED) console.log("SKIPPED: no Chromium here (apt-get install chromium, or set HOLDFAST_BROWSER)");

/** Somebody who can sign in. */
export interface Person {
  email: string;
  password: string;
}

export type Who = "owner" | "approver" | "operator" | "viewer";

/** How a house is opened. */
export interface HouseOptions {
  /** False: nobody works, jobs wait. */
  worker?: boolean;
  /** True: one person consents to their own requests, as in a fresh local workspace. Default false: it takes two. */
  singleOperator?: boolean;
  /** The admin app asks here instead of the Data API itself: something that can be taken away. */
  apiUrl?: (stack: Stack) => Promise<string>;
  /** Outside a test run: the cluster whose migrated database is copied. */
  cluster?: ClusterInfo;
}

type Stack = Awaited<ReturnType<typeof createTestStack>>;

/** The real thing for journeys: a stack, a worker with its supervisor, the admin app, and Chromium. */
export class House implements AsyncDisposable {
  readonly stack: Stack;
  readonly sql: pg.Pool;
  readonly browser: Browser;
  readonly url: string;
  readonly admin: ChildProcess;
  #worker: ChildProcess | undefined;

  private constructor(stack: Stack, sql: pg.Pool, browser: Browser, admin: ChildProcess, url: string) {
    this.stack = stack;
    this.sql = sql;
    this.browser = browser;
    this.admin = admin;
    this.url = url;
  }

  static async open({ worker = true, singleOperator = false, apiUrl, cluster }: HouseOptions = {}): Promise<House> {
    if (BROWSER === undefined) throw new Error("there is no Chromium here: in CI the journeys are not skipped");
    const stack = await createTestStack(cluster ? { cluster } : {});
    const sql = new pg.Pool({ connectionString: stack.databaseUrl(), max: 3 });
    sql.on("error", () => {});
    await sql.query("update holdfast.workspaces set single_operator = $1", [singleOperator]);
    const [started, browser] = await Promise.all([
      startAdmin(stack, apiUrl ? await apiUrl(stack) : stack.apiUrl),
      chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox", "--disable-dev-shm-usage"] }),
    ]);
    const house = new House(stack, sql, browser, started.child, started.url);
    try {
      if (worker) await house.startWorker();
      return house;
    } catch (error) {
      // A test that never got its house has nothing to close.
      await house[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The process ids of the keeper (which is the supervisor too) and of the worker that it keeps. */
  async startWorker(options: { supervisor?: boolean } = {}): Promise<void> {
    const log = openSync(join(this.stack.stateDir, "worker.log"), "a");
    this.#worker = spawn(process.execPath, [WORKER], {
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        PATH: process.env.PATH ?? "",
        HOLDFAST_DATABASE_URL: this.stack.databaseUrl("holdfast_worker"),
        HOLDFAST_STATE: this.stack.stateDir,
        HOLDFAST_SUPERVISOR: options.supervisor === false ? "0" : "1",
        HOLDFAST_TASKS: [join(ROOT, "apps/worker/tasks"), join(ROOT, "tests/journeys/tasks")].join(","),
      },
    });
    closeSync(log);
    await this.until("a worker is at work", "select from holdfast.worker_overview where label = 'LIVE'");
    if (options.supervisor !== false) {
      await this.until("a supervisor leads", "select from holdfast.leaders where expires_at > now()");
    }
  }

  /** Ends keeper, worker and supervisor at once, as a power cut would. */
  async killWorker(): Promise<void> {
    const child = this.#worker;
    this.#worker = undefined;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    process.kill(-(child.pid as number), "SIGKILL");
    await gone;
  }

  /** A runner outlives its worker, as it should: what still runs when the house is closed is ended by its process id. */
  async #killRunners(): Promise<void> {
    const { rows } = await this.sql
      .query<{ runner_pid: number; command_pid: number | null }>(
        "select runner_pid, command_pid from holdfast.runs where finished_at is null and runner_pid is not null",
      )
      .catch(() => ({ rows: [] }));
    for (const pid of rows.flatMap((run) => [run.runner_pid, run.command_pid])) {
      try {
        if (pid) process.kill(pid, "SIGKILL");
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** A person's browser, signed in. */
  async as(who: Who, look?: Look): Promise<Visit> {
    const visit = await Visit.begin(this.browser, this.url, look);
    await visit.signIn(this.stack.users[who]);
    return visit;
  }

  /** A browser that nobody has signed in. */
  stranger(look?: Look): Promise<Visit> {
    return Visit.begin(this.browser, this.url, look);
  }

  /** The workspace `local` through the Data API. */
  async client(who: Who = "owner"): Promise<Holdfast> {
    const project = { url: this.stack.apiUrl, key: this.stack.publishableKey };
    const { accessToken } = await signIn({ ...project, ...this.stack.users[who] });
    return createHoldfast({ ...project, accessToken }, { workspace: "local" });
  }

  /** Enqueues a command for a shell, and returns the job's id. */
  async command(script: string, options: { pty?: boolean; class?: string; name?: string } = {}): Promise<number> {
    const holdfast = await this.client();
    const { pty = false, ...how } = options;
    const job = await holdfast.enqueue("command", { argv: ["sh", "-c", script], pty }, { maxAttempts: 1, ...how });
    return job.id;
  }

  /** Waits until a query answers with a row, and returns it. */
  async until<R extends pg.QueryResultRow>(what: string, text: string, values: unknown[] = []): Promise<R> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { rows } = await this.sql.query<R>(text, values);
      if (rows[0]) return rows[0];
      if (Date.now() > deadline) throw new Error(`not within a minute: ${what}\n${this.logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  reach(job: number, state: string): Promise<{ id: number }> {
    return this.until(`job ${job} is ${state}`, "select id from holdfast.jobs where id = $1 and state = $2", [
      job,
      state,
    ]);
  }

  /** What the admin app and the worker have written to their logs. */
  logs(): string {
    const read = (name: string) => {
      const file = join(this.stack.stateDir, name);
      return existsSync(file) ? `${name}:\n${readFileSync(file, "utf8").split("\n").slice(-20).join("\n")}` : "";
    };
    return `${read("admin.log")}\n${read("worker.log")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    const gone = new Promise((done) => this.admin.once("exit", done));
    if (this.admin.exitCode === null && this.admin.kill("SIGTERM")) await gone;
    await this.killWorker();
    await this.#killRunners();
    await this.sql.end();
    await this.stack[Symbol.asyncDispose]();
  }
}

/** Starts the app as its README says: with the project's address and its publishable key, and nothing else. */
export function startAdmin(stack: Stack, apiUrl: string): Promise<{ child: ChildProcess; url: string }> {
  const log = openSync(join(stack.stateDir, "admin.log"), "a");
  const child = fork(ADMIN, {
    execArgv: [],
    stdio: ["ignore", log, log, "ipc"],
    env: { HOLDFAST_URL: apiUrl, HOLDFAST_KEY: stack.publishableKey, HOLDFAST_ADMIN_PORT: "0" },
  });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve({ child, url: (message as { url: string }).url }));
    child.once("exit", (code) =>
      reject(
        new Error(`the admin app ended with ${code}:\n${readFileSync(join(stack.stateDir, "admin.log"), "utf8")}`),
      ),
    );
  });
}
