import { execFileSync } from "node:child_process";

/** A shell script as a command line. */
export function sh(script: string, ...args: string[]): string[] {
  return ["sh", "-c", script, "sh", ...args];
}

/** A Node script as a command line. */
export function js(script: string, ...args: string[]): string[] {
  return [process.execPath, "-e", script, ...args];
}

/** What a command prints when it is run alone. */
export function alone(argv: string[]): Buffer {
  const [program = "", ...args] = argv;
  return execFileSync(program, args, { maxBuffer: 2 ** 30 });
}
