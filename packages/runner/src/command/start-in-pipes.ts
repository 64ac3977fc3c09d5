import { execFileSync, spawn } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { writeFailure } from "../run/run-failure.ts";
import { readPipe } from "./byte-reader.ts";
import { spawnFailure } from "./spawn-failure.ts";
import type { ByteSink, CommandEnd, CommandToStart, StartedCommand } from "./started-command.ts";

/**
 * Starts a command with its output in two pipes and nothing on its input.
 *
 * The pipes are FIFOs opened here and unlinked at once. Node's own would be sockets, which a program cannot open by
 * name: `echo x > /dev/stderr` in a shell script would fail.
 *
 * @throws {RunFailure} `spawn_failed`, or `disk_full` when not even the FIFOs can be made.
 */
export async function startInPipes(
  command: CommandToStart,
  runDirectory: string,
  sinks: { stdout: ByteSink; stderr: ByteSink },
): Promise<StartedCommand> {
  const pipes = openPipes(runDirectory);
  const child = spawn(command.program, [...command.args], {
    cwd: command.cwd,
    env: { ...command.environment },
    detached: true,
    stdio: ["ignore", pipes.stdout.write, pipes.stderr.write],
  });
  const readers = [readPipe(pipes.stdout.read, sinks.stdout), readPipe(pipes.stderr.read, sinks.stderr)];
  const closeOutput = () => {
    for (const reader of readers) reader.close();
  };
  // Our copies of the writing ends: as long as they were open, the readers would never see an end.
  closeSync(pipes.stdout.write);
  closeSync(pipes.stderr.write);
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  if (child.pid === undefined) {
    closeOutput();
    throw spawnFailure(command.program, await new Promise((resolve) => child.once("error", resolve)));
  }
  child.on("error", () => {});
  const outputEnded = Promise.all(readers.map((reader) => reader.ended)).then(() => {});
  return { pid: child.pid, ended, outputEnded, closeOutput };
}

function openPipes(directory: string) {
  const paths = {
    stdout: join(directory, "stdout.pipe"),
    stderr: join(directory, "stderr.pipe"),
  };
  try {
    execFileSync("mkfifo", ["-m", "600", paths.stdout, paths.stderr], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    return { stdout: openPipe(paths.stdout), stderr: openPipe(paths.stderr) };
  } catch (error) {
    throw writeFailure(noSpaceFrom(error), directory);
  }
}

// A reader must be there before a writer can open a FIFO without waiting, and must not wait for the writer itself.
function openPipe(path: string): { read: number; write: number } {
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
