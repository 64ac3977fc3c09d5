import { spawn } from "node:child_process";
import { readPipe } from "./byte-reader.ts";
import { closeWritingEnds, type Pipes } from "./pipes.ts";
import { spawnFailure } from "./spawn-failure.ts";
import type { ByteSink, CommandEnd, CommandToStart, StartedCommand } from "./started-command.ts";

/**
 * Starts a command with its output in two pipes and nothing on its input.
 *
 * @throws {RunFailure} `spawn_failed`.
 */
export async function startInPipes(
  command: CommandToStart,
  pipes: Pipes,
  sinks: { stdout: ByteSink; stderr: ByteSink },
): Promise<StartedCommand> {
  const child = spawn(command.program, [...command.args], {
    cwd: command.cwd,
    env: { ...command.environment },
    detached: true,
    stdio: ["ignore", pipes.stdout.write, pipes.stderr.write],
  });
  closeWritingEnds(pipes);
  const readers = [readPipe(pipes.stdout.read, sinks.stdout), readPipe(pipes.stderr.read, sinks.stderr)];
  const closeOutput = () => {
    for (const reader of readers) reader.close();
  };
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
