import { RunFailure } from "../run/run-failure.ts";

// The machine is short of something; another attempt may find it.
const passing = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE", "ENOSPC"]);

/** The failure of a command that the system refused to start although its program is there. */
export function spawnFailure(program: string, error: unknown): RunFailure {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const hint = code === "ENOENT" ? " (a script whose interpreter, named in its first line, is missing?)" : "";
  return new RunFailure(
    {
      message: `Cannot start ${program}: ${message}${hint}`,
      class: "spawn_failed",
      retry: passing.has(code),
    },
    { cause: error },
  );
}
