import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Holdfast } from "@holdfast/client";
import { REPOSITORY, type Stack } from "@holdfast/local";
import { pause } from "../output/follow-job.ts";
import { listWorkers, type Worker, workerState } from "../reads/workers.ts";
import { WORKER_ENTRY } from "../worker-entry.ts";
import { FirstRunError } from "./first-run-error.ts";

/** The keeper with its worker and the supervisor, as a server would run them; its output goes to logs/worker.log. */
export class WorkerProcess implements AsyncDisposable {
  readonly logFile: string;
  readonly #child: ChildProcess;
  /** Where in the log this start begins: what an earlier one said is no news. */
  readonly #logStart: number;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  private constructor(child: ChildProcess, logFile: string, logStart: number) {
    this.#child = child;
    this.logFile = logFile;
    this.#logStart = logStart;
    child.once("exit", (code, signal) => {
      this.#exit = { code, signal };
    });
  }

  /** Starts it. In a group of its own, so that Ctrl-C reaches it only when the first run says so. */
  static start(stack: Stack): WorkerProcess {
    const logFile = join(stack.stateDir, "logs", "worker.log");
    const log = openSync(logFile, "a", 0o600);
    const logStart = fstatSync(log).size;
    const child = spawn(process.execPath, [WORKER_ENTRY], {
      cwd: REPOSITORY,
      detached: true,
      stdio: ["ignore", log, log],
      env: {
        ...process.env,
        HOLDFAST_DATABASE_URL: stack.databaseUrl("holdfast_worker"),
        HOLDFAST_STATE: stack.stateDir,
        HOLDFAST_SUPERVISOR: "1",
      },
    });
    closeSync(log);
    return new WorkerProcess(child, logFile, logStart);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** Waits for a registered, fresh worker newer than `after`. Errors: says what the log ends with. */
  async ready(holdfast: Holdfast, after: number): Promise<Worker> {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      if (this.#exit) break;
      const worker = await freshWorker(holdfast, after);
      if (worker) return worker;
      await pause(50);
    }
    const why = this.#exit
      ? `ended with ${this.#exit.signal ?? `exit code ${this.#exit.code}`}`
      : "did not register within 30 s";
    throw new FirstRunError(`the worker ${why}:\n${this.logTail()}`, `read ${this.logFile}`);
  }

  /** The last lines of its log. */
  logTail(lines = 12): string {
    const said = readFileSync(this.logFile).subarray(this.#logStart).toString("utf8");
    return said.trimEnd().split("\n").slice(-lines).join("\n");
  }

  /** Asks it to end and waits; after `patienceMs` it is killed with everything in its group. */
  async stop(patienceMs = 40_000): Promise<void> {
    if (!this.running) return;
    this.#child.kill("SIGTERM");
    const deadline = Date.now() + patienceMs;
    while (this.running && Date.now() < deadline) await pause(25);
    if (this.running) this.kill();
    while (this.running) await pause(25);
  }

  /** Ends it at once, and its worker with it. */
  kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // The group is gone already.
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** The newest worker that is at work, if it is newer than `after`. */
export async function freshWorker(holdfast: Holdfast, after = 0): Promise<Worker | undefined> {
  const workers = await listWorkers(holdfast, { limit: 20 });
  return workers.find((worker) => worker.id > after && workerState(worker, Date.now()) === "working");
}
