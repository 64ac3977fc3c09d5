import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY, type Stack } from "@holdfast/local";
import { pause } from "../output/follow-job.ts";
import { FirstRunError } from "./first-run-error.ts";

/** The admin app's own entry, as a server would run it. */
const ADMIN_ENTRY = join(REPOSITORY, "apps/admin/server/main.ts");
/** Building it on a slow machine takes half a minute. */
const READY_MS = 180_000;

/** The admin app of a stack: a process of its own that is told the project's address and publishable key, and nothing else. */
export class AdminProcess implements AsyncDisposable {
  /** The address to open. */
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /**
   * Starts it and waits until it listens; where somebody else has its usual port, on a free one. Its output goes to
   * logs/admin.log.
   */
  static async start(stack: Stack): Promise<AdminProcess> {
    const logFile = join(stack.stateDir, "logs", "admin.log");
    const lastLines = (count: number) => readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-count).join("\n");
    let started = await attempt(stack, logFile, process.env.HOLDFAST_ADMIN_PORT);
    if (!started && lastLines(3).includes("EADDRINUSE")) started = await attempt(stack, logFile, "0");
    if (started) return new AdminProcess(started.child, started.url);
    throw new FirstRunError(`the admin app did not start:\n${lastLines(12)}`, `read ${logFile}`);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Asks it to end and waits; it answers what it was asked before, for up to 5 s. */
  async stop(): Promise<void> {
    if (this.running) this.#child.kill("SIGTERM");
    const deadline = Date.now() + 10_000;
    while (this.running && Date.now() < deadline) await pause(25);
    if (this.running) this.#child.kill("SIGKILL");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

async function attempt(
  stack: Stack,
  logFile: string,
  port: string | undefined,
): Promise<{ child: ChildProcess; url: string } | undefined> {
  const log = openSync(logFile, "a", 0o600);
  const child = fork(ADMIN_ENTRY, {
    cwd: REPOSITORY,
    // In a group of its own: Ctrl-C reaches it only when the first run says so.
    detached: true,
    execPath: process.execPath,
    stdio: ["ignore", log, log, "ipc"],
    env: {
      PATH: process.env.PATH ?? "",
      HOLDFAST_URL: stack.apiUrl,
      HOLDFAST_KEY: stack.publishableKey,
      ...(port ? { HOLDFAST_ADMIN_PORT: port } : {}),
    },
  });
  closeSync(log);
  return new Promise((resolve) => {
    const patience = setTimeout(() => child.kill("SIGKILL"), READY_MS);
    child.once("message", (message) => {
      clearTimeout(patience);
      resolve({ child, url: (message as { url: string }).url });
    });
    child.once("error", () => child.kill("SIGKILL"));
    child.once("exit", () => {
      clearTimeout(patience);
      resolve(undefined);
    });
  });
}
