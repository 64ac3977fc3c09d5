import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeFailure } from "../run/run-failure.ts";

/** Both ends of one pipe, as file descriptors. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** The pipes that a command writes to. */
export interface Pipes {
  readonly stdout: Pipe;
  readonly stderr: Pipe;
}

/**
 * Opens two pipes for a command's output. They are FIFOs, unlinked at once. Node's own would be sockets, which a program
 * cannot open by name: `echo x > /dev/stderr` in a shell script would fail.
 *
 * @throws {RunFailure} `disk_full` or `spool_failed` when they cannot be made in the run directory.
 */
export async function openPipes(runDirectory: string): Promise<Pipes> {
  const stdout = join(runDirectory, "stdout.pipe");
  const stderr = join(runDirectory, "stderr.pipe");
  try {
    // Nothing of our environment: by now it says how to log in to the database.
    const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
    await promisify(execFile)("mkfifo", ["-m", "600", stdout, stderr], { env });
    return { stdout: openPipe(stdout), stderr: openPipe(stderr) };
  } catch (error) {
    throw writeFailure(noSpaceFrom(error), runDirectory);
  }
}

/** Closes our copies of the writing ends: as long as they are open, a reader never sees an end. */
export function closeWritingEnds(pipes: Pipes): void {
  closeSync(pipes.stdout.write);
  closeSync(pipes.stderr.write);
}

// A reader must be there before a writer can open a FIFO without waiting, and must not wait for the writer itself.
function openPipe(path: string): Pipe {
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return { read, write };
}

// mkfifo reports a full disk in words.
function noSpaceFrom(error: unknown): unknown {
  const said = String((error as { stderr?: unknown }).stderr ?? "");
  return said.includes("No space left") ? Object.assign(new Error(said.trim()), { code: "ENOSPC" }) : error;
}
