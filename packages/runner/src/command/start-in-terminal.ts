import { createRequire } from "node:module";
import { constants } from "node:os";
import { readTerminal } from "./byte-reader.ts";
import { spawnFailure } from "./spawn-failure.ts";
import type { ByteSink, CommandEnd, CommandToStart, StartedCommand } from "./started-command.ts";

/** The part of node-pty's native addon that starts a process. */
interface PtyAddon {
  fork(
    file: string,
    args: string[],
    environment: string[],
    cwd: string,
    columns: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (exitCode: number, signal: number) => void,
  ): { fd: number; pid: number; pty: string };
}

const require = createRequire(import.meta.url);

/**
 * Starts a command in a pseudo-terminal.
 *
 * This calls the addon of node-pty and not its `spawn`, which stops reading 200 ms after the process has ended: on a busy
 * machine that loses the last output, and with a child still writing it loses everything after.
 *
 * @throws {RunFailure} `spawn_failed`.
 */
export function startInTerminal(command: CommandToStart, sink: ByteSink): StartedCommand {
  const { promise: ended, resolve } = Promise.withResolvers<CommandEnd>();
  const environment = Object.entries(command.environment).map(([name, value]) => `${name}=${value}`);
  const { columns, rows, program, cwd } = command;
  const onExit = (exitCode: number, signal: number) =>
    resolve(signal > 0 ? { exitCode: null, signal: signalName(signal) } : { exitCode, signal: null });
  let started: { fd: number; pid: number };
  try {
    // -1: keep the user and group; no UTF-8 mode on the terminal, because bytes are kept as they are.
    started = addon().fork(
      program,
      [...command.args],
      environment,
      cwd,
      columns,
      rows,
      -1,
      -1,
      false,
      helperPath(),
      onExit,
    );
  } catch (error) {
    throw spawnFailure(program, error);
  }
  const reader = readTerminal(started.fd, sink);
  return {
    pid: started.pid,
    ended,
    outputEnded: reader.ended,
    closeOutput: () => reader.close(),
  };
}

function addon(): PtyAddon {
  const { requireBinary } = require("@lydell/node-pty/requireBinary.js") as {
    requireBinary(file: string): PtyAddon;
  };
  return requireBinary("pty.node");
}

// Used on macOS only; elsewhere the addon ignores it.
function helperPath(): string {
  if (process.platform !== "darwin") return "";
  const fromPty = createRequire(require.resolve("@lydell/node-pty"));
  return fromPty.resolve(`@lydell/node-pty-darwin-${process.arch}/spawn-helper`);
}

function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return (found?.[0] ?? "SIGKILL") as NodeJS.Signals;
}
