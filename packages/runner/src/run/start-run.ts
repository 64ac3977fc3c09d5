import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { receiveCredentials } from "../launch/credentials.ts";
import { unpackEnvironment } from "../launch/passed-environment.ts";
import { Connection } from "../lease/connection.ts";
import { giveFinish } from "../lease/finisher.ts";
import { log, messageOf } from "../log.ts";
import { InvalidSpecError, parseRunSpec } from "../spec/parse-run-spec.ts";
import { CommandRun } from "./command-run.ts";

/** The run directory named on the command line, resolved. */
export function runDirectoryOf(argument: string | undefined): string {
  if (argument === undefined) throw new Error("usage: main.ts RUN_DIRECTORY (a directory with a spec.json)");
  return realpathSync(argument);
}

/** Reads the run directory and makes the run; null when the spec is unusable, which was then delivered if possible. */
export async function startRun(
  runDirectory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<CommandRun | null> {
  const available = unpackEnvironment(environment);
  const { databaseUrl, variables } = receiveCredentials();
  // For the client library. What is set later does not show in /proc/<pid>/environ.
  Object.assign(process.env, variables);
  const connection = new Connection(databaseUrl);
  try {
    const spec = parseRunSpec(readFileSync(join(runDirectory, "spec.json"), "utf8"));
    return new CommandRun({
      spec,
      runDirectory,
      connection,
      environment: { ...available, HOLDFAST_DATABASE_URL: databaseUrl },
    });
  } catch (error) {
    log("error", "the run cannot begin", { error: messageOf(error) });
    if (error instanceof InvalidSpecError && error.token !== null) await refuse(connection, error.token, error.message);
    await connection.close();
    return null;
  }
}

async function refuse(connection: Connection, token: number, message: string): Promise<void> {
  const finish = {
    token,
    outcome: "failed" as const,
    error: { message, class: "invalid_spec", retry: false },
  };
  await giveFinish(connection, finish);
}
