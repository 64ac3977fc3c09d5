import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { RunFailure } from "../run/run-failure.ts";

/**
 * Finds the file that executes, as execvp would: a name is looked up in PATH, a path is taken from the working directory.
 *
 * Entries of PATH that are not absolute are skipped: a program must not depend on the directory a job happens to run in.
 *
 * @returns the absolute path, symbolic links not resolved (multi-call programs look at the name they were called by).
 * @throws {RunFailure} `program_not_found` or `program_not_executable`.
 */
export function resolveProgram(program: string, path: string, cwd: string): string {
  if (program.includes("/")) return checkFile(program, resolve(cwd, program));
  const directories = path.split(":").filter((directory) => isAbsolute(directory));
  let notExecutable: string | null = null;
  for (const directory of directories) {
    const candidate = join(directory, program);
    const kind = kindOf(candidate);
    if (kind === "executable") return candidate;
    if (kind === "file") notExecutable ??= candidate;
  }
  if (notExecutable) throw notExecutableFailure(program, notExecutable);
  throw notFound(program, `It is in no directory of PATH: ${directories.join(":") || "(empty)"}.`);
}

function checkFile(program: string, file: string): string {
  const kind = kindOf(file);
  if (kind === "executable") return file;
  if (kind === "file") throw notExecutableFailure(program, file);
  if (kind === "directory") throw directoryFailure(program, file);
  throw notFound(program, `There is no file ${file}.`);
}

function kindOf(file: string): "executable" | "file" | "directory" | "none" {
  try {
    const status = statSync(file);
    if (status.isDirectory()) return "directory";
    if (!status.isFile()) return "none";
  } catch {
    return "none";
  }
  try {
    accessSync(file, constants.X_OK);
    return "executable";
  } catch {
    return "file";
  }
}

function notFound(program: string, where: string): RunFailure {
  const message = `The program "${program}" was not found on this host. ${where} Install it, or correct the command.`;
  return new RunFailure({ message, class: "program_not_found", retry: false });
}

function directoryFailure(program: string, file: string): RunFailure {
  const where = program === file ? "" : ` (${file})`;
  const message = `"${program}"${where} is a directory, not a program: name the file in it that is to be run.`;
  return new RunFailure({ message, class: "program_not_executable", retry: false });
}

function notExecutableFailure(program: string, file: string): RunFailure {
  const message = `The program "${program}" is the file ${file}, which this worker's user may not execute: set its execute permission.`;
  return new RunFailure({
    message,
    class: "program_not_executable",
    retry: false,
  });
}
