import { parseArgs } from "node:util";
import { exitCodeOf, formatError, UsageError } from "../cli-error.ts";
import { firstRun } from "./first-run.ts";

const HELP = `npm start [-- options]

Starts the local stack, a worker and a supervisor, runs three jobs that show what Holdfast is for, and stays up until Ctrl-C.

  --once             end after the three jobs; exit code 0 only if all of it held and nothing is left running
  --api-port <port>  port of the Data API (default: supabase/config.toml)
  --db-port <port>   port of Postgres (default: supabase/config.toml)
  --help             this text

Example:
  $ npm start -- --once
`;

function readOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        once: { type: "boolean", default: false },
        "api-port": { type: "string" },
        "db-port": { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    return {
      once: values.once,
      help: values.help,
      ...port("apiPort", "--api-port", values["api-port"]),
      ...port("dbPort", "--db-port", values["db-port"]),
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message.split(". ")[0] ?? "", "npm start -- --help");
  }
}

function port<Name extends string>(name: Name, option: string, text: string | undefined): { [name in Name]?: number } {
  if (text === undefined) return {};
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return { [name]: value } as { [name in Name]: number };
  throw new UsageError(`${option} "${text}" is not a port`, "give a number from 1 to 65535");
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  // An interrupted part may still be waiting for an answer that nobody gives any more: do not wait for it.
  else process.exit(await firstRun(options));
} catch (error) {
  process.stderr.write(`\n${formatError(error)}`);
  process.exitCode = exitCodeOf(error);
}
