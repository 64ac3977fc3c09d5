import { CommanderError } from "commander";
import { EXIT, exitCodeOf, formatError } from "./cli-error.ts";
import type { Io } from "./context.ts";
import { createProgram } from "./program.ts";

/** Runs one command line and returns its exit code: 0 ok, 1 the thing failed, 2 usage, 3 cannot reach. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  try {
    await program.root.parseAsync([...args], { from: "user" });
    return program.outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.code === "commander.helpDisplayed" || error.code === "commander.version" ? EXIT.ok : EXIT.usage;
    }
    io.stderr.write(formatError(error));
    if (io.env.HOLDFAST_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

if (import.meta.main) {
  // A reader that goes away (`holdfast logs 7 | head`) is no error of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    throw error;
  });
  process.exitCode = await main(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
  });
}
