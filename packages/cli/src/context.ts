import type { TerminalStream } from "./terminal/live-line.ts";
import { wantsColour } from "./terminal/paint.ts";
import type { TimeStyle } from "./terminal/time.ts";

/** The world a command runs in; tests and the first run may give their own. */
export interface Io {
  stdout: TerminalStream;
  stderr: TerminalStream;
  stdin: AsyncIterable<Uint8Array | string>;
  env: NodeJS.ProcessEnv;
  cwd: string;
}

/** Options every command that talks to a workspace has. */
export interface CommonOptions {
  json?: boolean;
  workspace?: string;
  as?: string;
  utc?: boolean;
}

/** One call of one command: where it writes, how, and as whom it acts. */
export interface Context extends Io {
  json: boolean;
  utc: boolean;
  workspace: string;
  /** The local person to act as; `owner` unless asked otherwise. */
  as: string;
  /** How a person was named: the option or the variable. Undefined when nobody was. */
  asBy: "--as" | "HOLDFAST_AS" | undefined;
  colour: boolean;
  /** Width of the terminal; undefined when stdout is not one, so nothing is cut. */
  width: number | undefined;
}

/** The context of one command, from its options and the environment. */
export function createContext(io: Io, options: CommonOptions): Context {
  return {
    ...io,
    json: options.json ?? false,
    utc: options.utc ?? false,
    workspace: options.workspace ?? io.env.HOLDFAST_WORKSPACE ?? "local",
    as: options.as ?? (io.env.HOLDFAST_AS || "owner"),
    asBy: options.as !== undefined ? "--as" : io.env.HOLDFAST_AS ? "HOLDFAST_AS" : undefined,
    colour: wantsColour(io.stdout, io.env),
    width: io.stdout.isTTY ? io.stdout.columns || 80 : undefined,
  };
}

/** Writes lines to stdout. */
export function print(context: Io, lines: string | readonly string[]): void {
  context.stdout.write(`${typeof lines === "string" ? lines : lines.join("\n")}\n`);
}

/** Writes a line to stderr: for people, never part of the answer. */
export function note(context: Io, line: string): void {
  context.stderr.write(`${line}\n`);
}

/** Writes the one JSON document of a command run with `--json`. */
export function printJson(context: Io, document: unknown): void {
  context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** How this call shows times. */
export function timeStyle(context: Context): TimeStyle {
  return { utc: context.utc, now: Date.now() };
}
