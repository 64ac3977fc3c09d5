import { type ChildProcess, fork } from "node:child_process";
import { createPool, HoldfastError, reportWorkerDead, retrying } from "@holdfast/db";
import type { Logger } from "pino";
import { isKeeperMessage, keeperVariables } from "./report-to-keeper.ts";

/** How {@link keepWorker} keeps a worker. */
export interface KeepWorkerOptions {
  /** The module that a worker process runs: it calls `startWorker`, which tells the keeper its id. */
  entry: string;
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
  databaseUrl: string;
  logger: Logger;
  /** Exit codes that a new start cannot cure (bad configuration); the keeper then ends with them. Default `[2]`. */
  finalExitCodes?: readonly number[];
}

/** A worker process that is started again whenever it dies. */
export interface KeptWorker extends AsyncDisposable {
  /** Pid of the worker process now; undefined between two of them. */
  readonly pid: number | undefined;
  /** Resolves with the exit code when the keeper has ended: 0 after `stop()` or when the worker ended by itself. */
  readonly ended: Promise<number>;
  /** Passes a signal on to the worker and keeps it no longer. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

const QUICK = 10_000;
const LOUD_AFTER = 5;

/**
 * Runs a worker as a child process. A child that dies is reported at once, so that its jobs are handed out again without
 * waiting for leases to expire, and is replaced after 100 ms (up to 10 s when it keeps dying).
 */
export function keepWorker(options: KeepWorkerOptions): KeptWorker {
  return new Keeper(options);
}

class Keeper implements KeptWorker {
  readonly ended: Promise<number>;
  readonly #options: KeepWorkerOptions;
  readonly #reports = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #quickDeaths = 0;

  constructor(options: KeepWorkerOptions) {
    this.#options = options;
    this.ended = this.#keep();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.#stopping.abort();
    this.#child?.kill(signal);
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #keep(): Promise<number> {
    const { logger, finalExitCodes = [2] } = this.#options;
    let code = 0;
    while (!this.#stopping.signal.aborted) {
      const began = Date.now();
      const death = await this.#lifetime();
      code = death.code ?? 1;
      if (death.code === 0 || finalExitCodes.includes(code) || this.#stopping.signal.aborted) break;
      this.#quickDeaths = Date.now() - began < QUICK ? this.#quickDeaths + 1 : 0;
      const pause = this.#quickDeaths === 0 ? 100 : Math.min(10_000, 100 * 2 ** (this.#quickDeaths - 1));
      const level = this.#quickDeaths >= LOUD_AFTER ? "fatal" : "error";
      logger[level](
        { ...death, quickDeaths: this.#quickDeaths, restartIn: pause },
        "the worker died and is started again",
      );
      await this.#sleep(pause);
    }
    // A report that cannot be delivered must not keep the keeper from ending: leases expire by themselves.
    await Promise.race([Promise.all(this.#reports), new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
    return code;
  }

  #lifetime(): Promise<{
    code: number | null;
    signal: NodeJS.Signals | null;
    pid: number | undefined;
  }> {
    const { entry, args = [], env = process.env, logger } = this.#options;
    // Its own session: Ctrl-C in a terminal reaches the keeper only, which passes it on once. A second one would mean
    // "now" to the worker.
    const child = fork(entry, [...args], {
      env: { ...env, ...keeperVariables() },
      detached: true,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child = child;
    let worker: number | undefined;
    child.on("message", (message) => {
      if (isKeeperMessage(message)) worker = message.id;
    });
    return new Promise((resolve) => {
      let over = false;
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        if (over) return;
        over = true;
        this.#child = undefined;
        if (worker !== undefined && code !== 0)
          this.#report(worker, `pid ${child.pid} ended with ${signal ?? `code ${code}`}, seen by its keeper`);
        resolve({ code, signal, pid: child.pid });
      };
      child.on("exit", end);
      child.on("error", (err) => {
        logger.error({ err, entry }, "the worker process could not be started");
        end(1, null);
      });
    });
  }

  #report(worker: number, evidence: string): void {
    const report = this.#deliver(worker, evidence).finally(() => this.#reports.delete(report));
    this.#reports.add(report);
  }

  async #deliver(worker: number, evidence: string): Promise<void> {
    const { databaseUrl, logger } = this.#options;
    const pool = createPool(databaseUrl, {
      max: 1,
      applicationName: "holdfast keeper",
      logger,
    });
    try {
      const reaped = await retrying(() => reportWorkerDead(pool, worker, evidence), {
        logger,
        what: "report a dead worker",
      });
      logger.warn({ deadWorker: worker, reaped }, "reported the dead worker");
    } catch (err) {
      const known = err instanceof HoldfastError && err.status === 404;
      logger[known ? "debug" : "error"]({ err, deadWorker: worker }, "the dead worker could not be reported");
    } finally {
      await pool.end();
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
