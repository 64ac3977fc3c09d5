import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isSameProcess, processStarted } from "../../../packages/runner/src/index.ts";
import { until } from "./until.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "..", "apps", "worker", "src", "main.ts");
/** Task files that the hosts of these proofs load. */
const TASKS = join(import.meta.dirname, "..", "tasks");

/** How a host is set up. */
export interface HostOptions {
  /** Name of its workers; default `north`. */
  name?: string;
  capacity?: number;
  commands?: number;
  supervisor?: boolean;
  lanes?: string;
  /** Another program than the server's own entry. */
  entry?: string;
  databaseUrl?: string;
  env?: Record<string, string>;
}

/** A process, known by pid and start time. */
export interface Identity {
  readonly pid: number;
  readonly started: string;
}

/** The process tree a server runs: a keeper (with the supervisor) and the worker it keeps. */
export class Host {
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(options: HostOptions, site: { folder: string; databaseUrl: string }) {
    const { name = "north", capacity = 16, commands = 4, supervisor = true, lanes = "default" } = options;
    this.name = name;
    this.logFile = join(site.folder, `${name}.log`);
    const log = openSync(this.logFile, "a");
    this.#child = spawn(process.execPath, [options.entry ?? ENTRY], {
      // Not the test's own environment: what vitest sets there is none of a worker's business.
      env: {
        PATH: process.env.PATH ?? "",
        HOME: site.folder,
        LANG: "C.UTF-8",
        HOLDFAST_DATABASE_URL: options.databaseUrl ?? site.databaseUrl,
        HOLDFAST_STATE: site.folder,
        HOLDFAST_TASKS: TASKS,
        HOLDFAST_WORKER_NAME: name,
        HOLDFAST_LANES: lanes,
        HOLDFAST_CAPACITY: String(capacity),
        HOLDFAST_COMMANDS: String(commands),
        HOLDFAST_SUPERVISOR: supervisor ? "1" : "0",
        HOLDFAST_LOG_LEVEL: "debug",
        ...options.env,
      },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#exited = new Promise((resolve) => this.#child.once("exit", resolve));
  }

  /** The keeper process: the one a server's init system knows. */
  get keeper(): Identity {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`host ${this.name} could not be started`);
    return { pid, started: processStarted(pid) ?? "gone" };
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What the host has logged. */
  get log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  /** Resolves when the keeper has ended. */
  async ended(): Promise<void> {
    await this.#exited;
  }

  /** SIGKILL to the keeper. Its worker notices and stops. */
  async killKeeper(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Stops in good order; returns the exit code, null when it had to be killed. */
  async stop(): Promise<number | null> {
    if (!this.alive) return this.#child.exitCode;
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 20_000);
    const code = await this.#exited;
    clearTimeout(late);
    return code;
  }
}

/** Ends a process with SIGKILL, if it still is that process, and waits until it is gone. Returns when it was signalled. */
export async function killNow(who: Identity): Promise<Date> {
  if (!isSameProcess(who.pid, who.started)) throw new Error(`process ${who.pid} is gone already`);
  const at = new Date();
  process.kill(who.pid, "SIGKILL");
  await until(`process ${who.pid} is gone`, () => !isSameProcess(who.pid, who.started));
  return at;
}
