import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { LocalStackError } from "../errors.ts";
import { waitUntil } from "../process/wait-until.ts";
import { serverEnvironment } from "./initdb.ts";
import type { OsUser } from "./os-user.ts";
import { findPostmaster, type Postmaster } from "./postmaster-file.ts";

/** What to launch and where its log goes. */
export interface Launch {
  program: string;
  dataDir: string;
  port: number;
  logFile: string;
  user: OsUser | undefined;
  cancel: AbortSignal | undefined;
}

/** Starts a server, detached from this process, and waits until it accepts connections. */
export async function launch(what: Launch): Promise<Postmaster> {
  // A crashed server's children hold its shared memory for a moment longer; Postgres then refuses to start.
  for (let attempt = 1; ; attempt++) {
    try {
      return await launchOnce(what);
    } catch (error) {
      if (attempt === 20 || what.cancel?.aborted || !/pre-existing shared memory/.test(String(error))) throw error;
      await waitUntil(() => what.cancel?.aborted === true, 250);
      what.cancel?.throwIfAborted();
    }
  }
}

async function launchOnce({ program, dataDir, port, logFile, user, cancel }: Launch): Promise<Postmaster> {
  const log = openSync(logFile, "a", 0o600);
  const offset = fstatSync(log).size;
  let child: ChildProcess | undefined;
  try {
    child = spawn(program, ["-D", dataDir, "-p", String(port)], {
      cwd: dataDir,
      env: serverEnvironment(),
      ...user,
      detached: true,
      stdio: ["ignore", log, log],
    });
    let failure: string | undefined;
    child.once("error", (error) => {
      failure = error.message;
    });
    child.once("exit", (code, name) => {
      failure = `it ended with ${name ?? `exit code ${code}`}`;
    });
    child.unref();
    const goesOn = () => failure === undefined && cancel?.aborted !== true;
    const why = () => `${failure ?? "it is not ready after two minutes"}\n${readFileSync(logFile).subarray(offset)}`;
    return await untilReady(dataDir, logFile, goesOn, why);
  } catch (error) {
    // It may not have written its postmaster.pid yet, so that nobody else would find it.
    if (cancel?.aborted) child?.kill("SIGQUIT");
    throw error;
  } finally {
    closeSync(log);
  }
}

/** Waits until the server of a data directory accepts connections; recovery after a crash may take a while. */
export async function untilReady(
  dataDir: string,
  logFile: string,
  goesOn = () => true,
  why = () => "it is not ready after two minutes",
): Promise<Postmaster> {
  let server: Postmaster | undefined;
  await waitUntil(
    () => {
      server = findPostmaster(dataDir);
      return server?.ready === true || !goesOn();
    },
    120_000,
    10,
  );
  if (server?.ready) return server;
  throw new LocalStackError("local.postgres_failed", `Postgres did not start: ${why().trim()}`, `look at ${logFile}`);
}
