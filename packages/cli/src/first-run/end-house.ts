import { isAlive } from "@holdfast/local";
import type { House } from "./open-house.ts";
import { endRunners, type KnownProcess, killAll, knownProcesses, leftovers } from "./processes.ts";
import type { Screen } from "./screen.ts";

/** Ends what the first run started, in the order in which each can still store what it has. Returns what is still there. */
export async function endHouse(screen: Screen, house: House): Promise<string[]> {
  screen.lines([
    "",
    house.stack.attached ? "  ending what was started here; the stack stays up" : "  ending everything",
  ]);
  const known = await knownProcesses(house.holdfast).catch((): KnownProcess[] => []);
  const ours = house.worker ? known : [];
  await house.worker?.stop();
  // Commands of an attached stack belong to whoever started them: they go on, and their runners with them.
  if (house.stack.attached) return workersStillThere(ours);
  await endRunners(ours);
  await house.stack.stop();
  killAll(ours);
  const left = await leftovers(ours, house.stack);
  if (left.length === 0) screen.done("nothing is left running");
  return left;
}

function workersStillThere(processes: readonly KnownProcess[]): string[] {
  const workers = processes.filter(({ what }) => what.startsWith("worker"));
  return workers.filter(isAlive).map(({ what, pid }) => `${what} (pid ${pid})`);
}

/** The second Ctrl-C: end at once what can be ended. */
export async function forceEnd(house: House): Promise<void> {
  const known = await Promise.race([
    knownProcesses(house.holdfast).catch((): KnownProcess[] => []),
    new Promise<KnownProcess[]>((resolve) => setTimeout(resolve, 500, [])),
  ]);
  house.worker?.kill();
  if (house.worker) killAll(known);
  if (!house.stack.attached) await house.stack.postgres.stop("immediate").catch(() => {});
  process.exit(130);
}
