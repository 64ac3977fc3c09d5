import { RunFailure } from "../run/run-failure.ts";
import type { RunSpec } from "../spec/run-spec.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that every command receives when the worker has them. */
export const baseNames = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR"] as const;

const defaultPath = "/usr/local/bin:/usr/bin:/bin";
/**
 * Variables that no command is given, listed or not: whoever holds the database URL can finish any run.
 *
 * The runner keeps it out of its own environment, too. That is no wall: a command runs as the worker's user, and can look
 * into the worker itself wherever the system lets one process of a user look into another. Commands that are not to be
 * trusted with the queue need a worker under a user (or in a container) where nothing else can be seen.
 */
export const forbiddenNames: ReadonlySet<string> = new Set(["HOLDFAST_DATABASE_URL"]);

/**
 * Builds the environment of the command: the base, the listed names, and the variables that say which run it is.
 *
 * @throws {RunFailure} `environment_missing` for a listed name that the worker does not have, `environment_forbidden`
 * for one that no command may have.
 */
export function buildEnvironment(spec: RunSpec, available: Environment, runDirectory: string): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of baseNames) {
    const value = available[name];
    if (value !== undefined) environment[name] = value;
  }
  environment.PATH ??= defaultPath;
  environment.TERM = spec.command.pty ? "xterm-256color" : "dumb";
  for (const [name, value] of Object.entries(listedValues(spec, available))) environment[name] = value;
  environment.HOLDFAST_JOB_ID = String(spec.job_id);
  environment.HOLDFAST_RUN_ID = String(spec.token);
  environment.HOLDFAST_LEASE_TOKEN = String(spec.token);
  environment.HOLDFAST_ATTEMPT = String(spec.attempt);
  environment.HOLDFAST_RUN_DIRECTORY = runDirectory;
  if (spec.idempotency_key !== null) environment.HOLDFAST_IDEMPOTENCY_KEY = spec.idempotency_key;
  return environment;
}

/** The listed variables with their values: these are the secrets of the run. */
export function listedValues(spec: RunSpec, available: Environment): Record<string, string> {
  const listed: Record<string, string> = {};
  const missing: string[] = [];
  for (const name of spec.command.env) {
    if (forbiddenNames.has(name)) throw forbiddenName(name);
    const value = available[name];
    if (value === undefined) missing.push(name);
    else listed[name] = value;
  }
  if (missing.length > 0) throw missingNames(missing);
  return listed;
}

function missingNames(names: string[]): RunFailure {
  const message = `The command needs the environment variable${names.length > 1 ? "s" : ""} ${names.join(", ")}, which the worker does not have: set it where the worker starts, or leave the name out (the profile's env, or --env).`;
  return new RunFailure({
    message,
    class: "environment_missing",
    retry: false,
  });
}

function forbiddenName(name: string): RunFailure {
  const message = `The environment variable ${name} is never passed to a command: leave the name out (the profile's env, or --env).`;
  return new RunFailure({
    message,
    class: "environment_forbidden",
    retry: false,
  });
}
