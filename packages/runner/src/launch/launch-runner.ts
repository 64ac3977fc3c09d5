import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { spawnFailure } from "../command/spawn-failure.ts";
import { readProcess } from "../process/process-table.ts";
import { writeFailure } from "../run/run-failure.ts";
import type { RunSpec } from "../spec/run-spec.ts";
import { credentialsOf, sendCredentials } from "./credentials.ts";
import { packEnvironment } from "./passed-environment.ts";
import { createRunDirectory } from "./run-directory.ts";
import { runnerEntry, runnerFlags, runnerVariables } from "./runner-process.ts";
import { warmRunner } from "./warm-runner.ts";

/** The part of a pino logger that is used. */
export interface LaunchLogger {
  debug(fields: object, message: string): void;
}

/** How to launch a runner. */
export interface LaunchOptions {
  /** Where run directories are made, e.g. `.holdfast`. */
  readonly stateDirectory: string;
  /** Connection string of the role `holdfast_worker`. */
  readonly databaseUrl: string;
  /** The worker's environment; the base variables, the listed ones and those of the database client are taken from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger?: LaunchLogger | undefined;
}

/** A launched runner. It does not keep the caller alive, and does not notice when the caller dies. */
export interface LaunchedRunner {
  readonly pid: number;
  /** Null when it had already ended. */
  readonly pidStarted: string | null;
  readonly runDirectory: string;
  /**
   * Resolves when the runner has ended. Code 0: it delivered the end of the run. 3: fenced. Anything else, or a signal:
   * ask the database (`run_states`) whether the run still holds its lease.
   */
  readonly exited: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
  }>;
}

/**
 * Launches the runner of one command in a session of its own: neither SIGKILL of the caller nor the end of its terminal
 * reaches it.
 *
 * @throws {RunFailure} `disk_full`, `spool_failed` or `spawn_failed`; finish the run as failed with its `toRunError()`.
 */
export async function launchRunner(spec: RunSpec, options: LaunchOptions): Promise<LaunchedRunner> {
  const runDirectory = createRunDirectory(options.stateDirectory, spec);
  await warmRunner(options.stateDirectory);
  const child = spawnRunner(spec, options, runDirectory);
  const exited = new Promise<{
    code: number | null;
    signal: NodeJS.Signals | null;
  }>((done) => {
    child.once("exit", (code, signal) => done({ code, signal }));
  });
  if (child.pid === undefined) {
    throw spawnFailure(process.execPath, await new Promise((failed) => child.once("error", failed)));
  }
  child.unref();
  options.logger?.debug({ run: spec.token, pid: child.pid, runDirectory }, "launched a runner");
  return {
    pid: child.pid,
    pidStarted: readProcess(child.pid)?.started ?? null,
    runDirectory,
    exited,
  };
}

function spawnRunner(spec: RunSpec, options: LaunchOptions, runDirectory: string): ChildProcess {
  const env = {
    ...packEnvironment(options.env, spec.command.env),
    ...runnerVariables(options.stateDirectory),
  };
  const output = openLog(runDirectory);
  try {
    const runner = spawn(process.execPath, [...runnerFlags, runnerEntry, runDirectory], {
      cwd: runDirectory,
      env,
      detached: true,
      stdio: ["ignore", output, output, "pipe"],
    });
    sendCredentials(runner, credentialsOf(options.databaseUrl, options.env));
    return runner;
  } finally {
    closeSync(output);
  }
}

function openLog(runDirectory: string): number {
  try {
    return openSync(join(runDirectory, "runner.log"), "a", 0o600);
  } catch (error) {
    throw writeFailure(error, runDirectory);
  }
}
