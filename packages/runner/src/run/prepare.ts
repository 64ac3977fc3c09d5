import { buildEnvironment } from "../command/environment.ts";
import { resolveCwd } from "../command/resolve-cwd.ts";
import { resolveProgram } from "../command/resolve-program.ts";
import type { CommandToStart } from "../command/started-command.ts";
import { Redaction } from "../output/redaction.ts";
import { checkCommandConsent } from "../spec/consent.ts";
import type { RunSpec } from "../spec/run-spec.ts";
import { RunFailure } from "./run-failure.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Resolves everything a command needs; a {@link RunFailure} is returned, because it still has to be delivered. */
export function prepare(spec: RunSpec, available: Environment, runDirectory: string): CommandToStart | RunFailure {
  try {
    checkCommandConsent(spec);
    const environment = buildEnvironment(spec, available, runDirectory);
    const cwd = resolveCwd(spec.command, runDirectory);
    const program = resolveProgram(spec.command.program, environment.PATH ?? "", cwd);
    const { args, columns, rows } = spec.command;
    return {
      program,
      args,
      cwd,
      environment: { ...environment, PWD: cwd },
      columns,
      rows,
    };
  } catch (error) {
    if (error instanceof RunFailure) return error;
    throw error;
  }
}

/** The redaction of a run: the values of the listed variables, and the database URL, which a command should not even know. */
export function redactionOf(spec: RunSpec, available: Environment): Redaction {
  const secrets: Record<string, string> = {};
  for (const name of [...spec.command.env, "HOLDFAST_DATABASE_URL"]) {
    const value = available[name];
    if (value !== undefined) secrets[name] = value;
  }
  return new Redaction(secrets);
}
