import { type Command, InvalidArgumentError, Option } from "commander";
import { type CommonOptions, type Context, createContext, type Io } from "./context.ts";

/** Where a finished command leaves its exit code. */
export interface Outcome {
  exitCode: number;
  /** Whether the command was run with --json: then its error is JSON, too. Undefined when no command was reached. */
  json?: boolean;
}

/** The program a command is added to, with the world it runs in. */
export interface Program {
  root: Command;
  io: Io;
  outcome: Outcome;
}

/** What a command does: it is told the context, its own options and its arguments, and may answer with an exit code. */
export type Action<Options> = (
  context: Context,
  options: Options & CommonOptions,
  args: string[],
) => Promise<number> | Promise<void>;

/** A new command: one sentence, and the examples that end its `--help`. */
export function addCommand(program: Program, usage: string, summary: string, examples: readonly string[]): Command {
  const command = program.root.command(usage).summary(summary).description(`${summary}.`);
  command.addHelpText("after", `\nExample:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
  const group = program.root.parent ? `${program.root.name()} ` : "";
  command.showHelpAfterError(`  do: holdfast ${group}${usage.split(" ")[0]} --help`);
  return command.option("--json", "print one JSON document on stdout, and nothing else");
}

/** A command that only holds others, such as `schedule` of `schedule list`; the program to add those to. */
export function addGroup(program: Program, name: string, summary: string): Program {
  const group = program.root.command(name).summary(summary).description(`${summary}.`);
  group.showHelpAfterError(`  do: holdfast ${name} --help`);
  return { ...program, root: group };
}

/** The options of every command that talks to a workspace as a person. */
export function asPerson(command: Command): Command {
  return command
    .option("-w, --workspace <slug>", "the workspace (default: HOLDFAST_WORKSPACE, or local)")
    .addOption(
      new Option("--as <person>", "on the local stack, act as this person").choices([
        "owner",
        "approver",
        "operator",
        "viewer",
      ]),
    )
    .option("--utc", "show absolute times in UTC instead of relative ones");
}

/** Runs `action` when the command is called; a number it returns becomes the exit code. */
export function onCall<Options>(program: Program, command: Command, action: Action<Options>): void {
  command.action(async (...given: unknown[]) => {
    const called = given.pop() as Command;
    const options = called.opts() as Options & CommonOptions;
    program.outcome.json = options.json ?? false;
    const exitCode = await action(createContext(program.io, options), options, called.args);
    program.outcome.exitCode = typeof exitCode === "number" ? exitCode : 0;
  });
}

/** Reads a whole number of at least `least`, for options and arguments. */
export function integer(least = 0): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}

/** Reads an amount of money: a number, of at least `least` where that is given. */
export function amount(least?: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && (least === undefined || value >= least)) return value;
    throw new InvalidArgumentError(
      least === undefined ? "It must be a number." : `It must be a number of at least ${least}.`,
    );
  };
}

/** Collects an option that may be given several times, or with commas. */
export function list(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").filter((part) => part !== "")];
}

/** As {@link list}, for ids. */
export function ids(text: string, before: number[] = []): number[] {
  return [...before, ...list(text).map(integer(1))];
}
