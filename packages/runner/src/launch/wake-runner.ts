import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isSameProcess } from "../process/identity.ts";
import { signalProcess } from "../process/process-tree.ts";

/** The runner to wake, as it was launched or as the database records it. */
export interface RunnerProcess {
  readonly pid: number;
  readonly started: string;
  readonly runDirectory: string;
}

const readyMilliseconds = 5_000;

/**
 * Makes a runner beat now (SIGUSR2), so that it hears a verdict at once. False when it is not alive.
 *
 * A runner that is just starting is waited for: until it listens, the signal would end it. `status.json` says when.
 */
export async function wakeRunner(runner: RunnerProcess): Promise<boolean> {
  const until = performance.now() + readyMilliseconds;
  while (!existsSync(join(runner.runDirectory, "status.json"))) {
    if (!isSameProcess(runner.pid, runner.started) || performance.now() > until) return false;
    await delay(10);
  }
  return signalProcess(runner.pid, runner.started, "SIGUSR2");
}
