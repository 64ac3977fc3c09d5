import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Holdfast } from "@holdfast/client";
import { isAlive, REPOSITORY, type Stack } from "@holdfast/local";
import { pause } from "../output/follow-job.ts";
import { listWorkers, type Worker, workerState } from "../reads/workers.ts";
import { WORKER_ENTRY } from "../worker-entry.ts";
import { FirstRunError } from "./first-run-error.ts";

/** The keeper with its worker and the supervisor, as a server would run them; its output goes to logs/worker.log. */
export class WorkerProcess implements AsyncDisposable {
  /** Name of the workers it keeps, in the table workers. */
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  /** Where in the log this start begins: what an earlier one said is no news. */
  readonly #logStart: number;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  private constructor(child: ChildProcess, name: string, logFile: string, logStart: number) {
    this.#child = child;
    this.name = name;
    this.logFile = logFile;
    this.#logStart = logStart;
    child.once("exit", (code, signal) => {
      this.#exit = { code, signal };
    });
  }

  /**
   * Starts it. In a group of its own, so that Ctrl-C reaches it only when the first run says so. Its workers bear `name`,
   * so that they are known as ours even when their keeper is gone. `lane`: serve this lane alone, with the built-in tasks.
   */
  static start(stack: Stack, name: string, lane?: string): WorkerProcess {
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
        HOLDFAST_WORKER_NAME: name,
        // An empty variable counts as absent: the first run's own jobs need the built-in tasks, whatever the person set.
        ...(lane === undefined ? {} : { HOLDFAST_LANES: lane, HOLDFAST_TASKS: "" }),
      },
    });
    closeSync(log);
    return new WorkerProcess(child, name, logFile, logStart);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** How it ended: the signal, or the exit code. Undefined while it runs. */
  get end(): string | undefined {
    return this.#exit && (this.#exit.signal ?? `exit code ${this.#exit.code}`);
  }

  /** Waits until a worker of its name is at work that is newer than `after`. Errors: says what the log ends with. */
  async ready(holdfast: Holdfast, after: number): Promise<Worker> {
    const deadline = Date.now() + 30_000;
    while (Date.now() < deadline) {
      if (this.#exit) break;
      const worker = await freshWorker(holdfast, this.name, after);
      if (worker) return worker;
      await pause(50);
    }
    const why = this.end ? `ended with ${this.end}` : "did not register within 30 s";
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

/** The newest worker of this name that is at work, if it is newer than `after`. */
export async function freshWorker(holdfast: Holdfast, name: string, after: number): Promise<Worker | undefined> {
  const workers = await workersAtWork(holdfast);
  return workers.find((worker) => worker.id > after && worker.name === name);
}

/** The workers that are at work, newest first. One of this machine whose process is gone is not believed. */
export async function workersAtWork(holdfast: Holdfast): Promise<Worker[]> {
  const here = hostname();
  return (await listWorkers(holdfast)).filter(
    (worker) =>
      workerState(worker, Date.now()) === "working" &&
      (worker.host !== here || isAlive({ pid: worker.pid, startTime: worker.pid_started })),
  );
}
