import type { ChildProcess } from "node:child_process";
import { closeSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";

/**
 * How a runner reaches the database. Handed over a pipe and not in the environment, which every process of the same user
 * can read in `/proc/<pid>/environ` for as long as the runner lives.
 */
export interface Credentials {
  /** Connection string of the role `holdfast_worker`. */
  readonly databaseUrl: string;
  /** The variables from which the client library takes what the connection string leaves out (PGPASSWORD and the like). */
  readonly variables: Readonly<Record<string, string>>;
}

/** The runner's end of the pipe: the first descriptor after stdin, stdout and stderr. */
const descriptor = 3;
const libraryNames = /^PG[A-Z_]+$/;

/** What a runner is to be handed, taken from the worker's connection string and environment. */
export function credentialsOf(
  databaseUrl: string,
  environment: Readonly<Record<string, string | undefined>>,
): Credentials {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && libraryNames.test(name)) variables[name] = value;
  }
  return { databaseUrl, variables };
}

/** Hands the credentials to a runner that was spawned with a pipe as its fourth stdio. */
export function sendCredentials(runner: ChildProcess, credentials: Credentials): void {
  const pipe = runner.stdio[descriptor] as Socket | null | undefined;
  // A runner that died at once is told by its exit.
  pipe?.on("error", () => {});
  // Written before this returns, so that a runner has them even if its worker is killed at this moment.
  pipe?.end(JSON.stringify(credentials));
  pipe?.unref();
}

/** Takes the credentials in the runner, once: the pipe is closed before any command could inherit it. */
export function receiveCredentials(): Credentials {
  let text = "";
  try {
    text = readFileSync(descriptor, "utf8");
    closeSync(descriptor);
  } catch (cause) {
    throw new Error("the runner was handed no database URL: start it with launchRunner", { cause });
  }
  if (text === "") throw new Error("the runner was handed no database URL: its worker died while it started");
  return JSON.parse(text) as Credentials;
}
