import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

/** The repository. */
export const ROOT = resolve(import.meta.dirname, "../../../..");

/** A program ended with an error; the message is all that it printed. */
export class ProgramFailed extends Error {
  override readonly name = "ProgramFailed";
}

/**
 * Runs a Node program to its end and returns what it printed.
 *
 * @throws {ProgramFailed} when it ends with another code than 0
 */
export async function runNode(script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DO_NOT_TRACK: "1", SUPABASE_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
  });
  let printed = "";
  const keep = (text: string) => {
    printed += text;
  };
  child.stdout.setEncoding("utf8").on("data", keep);
  child.stderr.setEncoding("utf8").on("data", keep);
  const code = await new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  if (code !== 0) throw new ProgramFailed(printed.trim() || `ended with code ${code}`);
  return printed.trim();
}

/** The script behind a program of an installed npm package, e.g. `tsc` of `typescript`. */
export function programOf(packageName: string, program: string): string {
  const manifest = createRequire(join(ROOT, "package.json")).resolve(`${packageName}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: string | Record<string, string> };
  const path = typeof bin === "string" ? bin : bin[program];
  if (path === undefined) throw new Error(`the package ${packageName} has no program ${program}`);
  return join(dirname(manifest), path);
}
