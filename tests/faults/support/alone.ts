import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";

/** What a program prints. */
export interface Printed {
  stdout: Buffer;
  stderr: Buffer;
}

/** What a command prints when it is run alone, in pipes. */
export function aloneInPipes([program = "", ...args]: string[]): Printed {
  const { stdout, stderr } = spawnSync(program, args, { maxBuffer: 2 ** 30 });
  return { stdout, stderr };
}

interface Terminal {
  onData(listener: (bytes: Buffer) => void): void;
  onExit(listener: () => void): void;
}

/** What a command prints when it is run alone, in a terminal of the size that jobs get. */
export function aloneInTerminal([program = "", ...args]: string[]): Promise<Buffer> {
  const require = createRequire(new URL("../../../packages/runner/package.json", import.meta.url));
  const pty = require("@lydell/node-pty") as { spawn(file: string, args: string[], options: object): Terminal };
  const path = execFileSync("which", [program], { encoding: "utf8" }).trim();
  const terminal = pty.spawn(path, args, { cols: 120, rows: 40, encoding: null, env: process.env });
  const bytes: Buffer[] = [];
  terminal.onData((chunk) => bytes.push(chunk));
  return new Promise((resolve) => terminal.onExit(() => setImmediate(() => resolve(Buffer.concat(bytes)))));
}
