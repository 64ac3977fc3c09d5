import { writeSync } from "node:fs";
import { CommanderError } from "commander";
import { CliError, EXIT, exitCodeOf, formatError, formatErrorJson, UsageError } from "./cli-error.ts";
import type { Io } from "./context.ts";
import { createProgram } from "./program.ts";

/** Runs one command line and returns its exit code: 0 ok, 1 the thing failed, 2 usage, 3 cannot reach. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const asked = asksForJson(args);
  const program = createProgram(io, { quiet: asked });
  try {
    await program.root.parseAsync([...args], { from: "user" });
    return program.outcome.exitCode;
  } catch (error) {
    const json = program.outcome.json ?? asked;
    if (error instanceof CommanderError) {
      if (error.code === "commander.helpDisplayed" || error.code === "commander.version") return EXIT.ok;
      // Without --json the parser has said it already.
      if (json)
        io.stderr.write(formatErrorJson(new UsageError(error.message.replace(/^error: /, ""), "holdfast --help")));
      return EXIT.usage;
    }
    io.stderr.write(json ? formatErrorJson(error) : formatError(error));
    if (io.env.HOLDFAST_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

/** Whether --json is among our own arguments, for a command line that could not be parsed to its end. */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).includes("--json");
}

/** A stream of ours that nobody reads any more, or that has no room: no reason for a stack trace. */
function onStreamError(error: NodeJS.ErrnoException): never {
  // A reader that goes away (`holdfast logs 7 | head`) is no error of ours.
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  try {
    const message = `the output cannot be written: ${error.message}`;
    writeSync(2, formatError(new CliError(message, { hint: "make room, or write it elsewhere" })));
  } catch {
    // stderr is the stream that failed.
  }
  process.exit(EXIT.failed);
}

if (import.meta.main) {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onStreamError);
  process.exitCode = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
  });
}
