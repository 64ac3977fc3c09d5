import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { runnerEntry, runnerFlags, runnerVariables } from "./runner-process.ts";

const warmed = new Map<string, Promise<void>>();

/**
 * Compiles the code of runners into the state directory, once per process and directory (70 ms when it is there already).
 *
 * `launchRunner` waits for it; a worker that calls it when it starts spares its first command the wait. Never rejects: a
 * runner that finds nothing compiled is slower and larger, nothing else.
 */
export function warmRunner(stateDirectory: string): Promise<void> {
  const key = resolve(stateDirectory);
  const known = warmed.get(key);
  if (known) return known;
  const warming = compile(key);
  warmed.set(key, warming);
  return warming;
}

function compile(stateDirectory: string): Promise<void> {
  const { promise, resolve: done } = Promise.withResolvers<void>();
  const child = spawn(process.execPath, [...runnerFlags, runnerEntry, "--warm"], {
    env: runnerVariables(stateDirectory),
    stdio: "ignore",
  });
  child.once("error", () => done());
  child.once("exit", () => done());
  return promise;
}
