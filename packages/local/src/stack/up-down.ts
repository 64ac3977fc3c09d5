import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { LocalStackError } from "../errors.ts";
import { findPostmaster } from "../postgres/postmaster-file.ts";
import { PostgresServer } from "../postgres/server.ts";
import { isAlive, signal } from "../process/identity.ts";
import { waitUntil } from "../process/wait-until.ts";
import { ensureStateDir, resolveDataHome, resolveStateDir } from "../state/paths.ts";
import { readStack } from "../state/stack-file.ts";
import { readUsers } from "../users/local-users.ts";
import { attachStack } from "./attach-stack.ts";
import type { Stack } from "./stack.ts";
import type { StartOptions } from "./start-stack.ts";

/** Options of {@link up}. */
export interface UpOptions extends Pick<StartOptions, "stateDir" | "dbPort" | "apiPort" | "onProgress" | "log"> {
  /** Run the stack in a process of its own that outlives this one. Default: false. */
  detach?: boolean;
}

const ENTRY = join(import.meta.dirname, "../../bin/stack.ts");

/**
 * Starts the local stack, in this process or (`detach`) in one of its own, or attaches to the one that runs.
 *
 * @throws {LocalStackError} what the start failed with, with its exit code
 */
export async function up(options: UpOptions = {}): Promise<Stack> {
  // Loaded when needed: a process that only launches the stack's own needs nothing of it.
  if (!options.detach) return (await import("./start-stack.ts")).startStack(options);
  const stateDir = resolveStateDir(options.stateDir);
  const running = await attachStack({ stateDir });
  if (running) return running;
  ensureStateDir(stateDir);
  const firstStart = readUsers(stateDir) === undefined;
  const logFile = join(stateDir, "logs", "stack.log");
  const log = openSync(logFile, "a", 0o600);
  const offset = statSync(logFile).size;
  const child = spawn(process.execPath, [ENTRY], {
    cwd: stateDir,
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...portsOf(options), HOLDFAST_STATE: stateDir },
  });
  closeSync(log);
  let exitCode: number | null | undefined;
  child.once("exit", (code) => {
    exitCode = code;
  });
  child.unref();
  const ready = () => readStack(stateDir)?.state === "ready";
  await waitUntil(() => exitCode !== undefined || ready(), 180_000);
  const stack = exitCode === undefined || exitCode === 0 ? await attachStack({ stateDir }) : undefined;
  if (stack) return { ...stack, firstStart };
  throw startFailed(readFileSync(logFile).subarray(offset).toString().trim(), logFile, exitCode);
}

function portsOf(options: UpOptions): Record<string, string> {
  return {
    ...(options.dbPort === undefined ? {} : { HOLDFAST_DB_PORT: String(options.dbPort) }),
    ...(options.apiPort === undefined ? {} : { HOLDFAST_API_PORT: String(options.apiPort) }),
  };
}

function startFailed(printed: string, logFile: string, exitCode: number | null | undefined): LocalStackError {
  // The entry prints its error as `error: <sentence>` and `  do: <remedy>`.
  const [, message, remedy] = /error: ([\s\S]*?)\n {2}do: (.*)/.exec(printed) ?? [];
  return new LocalStackError(
    "local.start_failed",
    message ?? `the local stack did not start:\n${printed.slice(-4000)}`,
    remedy ?? `look at ${logFile}`,
    exitCode === 3 || exitCode === 2 ? exitCode : 1,
  );
}

/** Options of {@link down}. */
export interface DownOptions {
  stateDir?: string;
  /** Also remove the database, secrets, users, local sessions and logs of this state folder. Default: false. */
  reset?: boolean;
}

/**
 * Ends the stack of a state folder and waits until its processes are gone. A Postgres that was left behind by a killed
 * stack process is ended too.
 *
 * @returns false when nothing ran
 */
export async function down(options: DownOptions = {}): Promise<boolean> {
  const stateDir = resolveStateDir(options.stateDir);
  const record = readStack(stateDir);
  const owner = record && { pid: record.pid, startTime: record.pidStartTime };
  if (owner?.pid === process.pid) throw new Error("down() called by the process that owns the stack: use stack.stop()");
  if (owner) {
    signal(owner, "SIGTERM");
    if (!(await waitUntil(() => !isAlive(owner), 60_000))) {
      throw new LocalStackError("local.hangs", `the stack (pid ${owner.pid}) does not end`, "end that process");
    }
  }
  const home = resolveDataHome(stateDir);
  const left = findPostmaster(join(home, "data")) !== undefined;
  if (left || options.reset) {
    const server = await PostgresServer.open({
      home,
      port: 0,
      logFile: join(stateDir, "logs", "postgres.log"),
    });
    await (options.reset ? server.destroy() : server.stop("fast"));
  }
  if (options.reset) {
    for (const name of [
      "secrets.json",
      "users.json",
      "postgres.json",
      "postgres.stopped",
      "stack.json",
      "stack.lock",
    ]) {
      rmSync(join(stateDir, name), { force: true });
    }
    // runs/ stays: a worker of another database may keep its run directories in the same folder, and be at work.
    rmSync(join(stateDir, "logs"), { recursive: true, force: true });
    removeLocalSessions(join(stateDir, "sessions"));
  }
  return owner !== undefined || left;
}

/** Sessions of the local people, whose users are gone; `login.json` belongs to a hosted project. */
function removeLocalSessions(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) if (name.startsWith("local-")) rmSync(join(folder, name), { force: true });
}
