import type { House } from "./open-house.ts";
import { endRunners, isKeptBy, type KnownProcess, killAll, knownProcesses, leftovers, parentOf } from "./processes.ts";
import type { Screen } from "./screen.ts";

/** Ends what the first run started, in the order in which each can still store what it has. Returns what is still there. */
export async function endHouse(screen: Screen, house: House): Promise<string[]> {
  const { stack, worker } = house;
  screen.lines(["", stack.attached ? "  ending what was started here; the stack stays up" : "  ending everything"]);
  const known = await knownProcesses(house.holdfast).catch((): KnownProcess[] => []);
  const { ours, strangers } = sort(house, known);
  await worker?.stop();
  // Commands of an attached stack belong to whoever started them: they go on, and their runners with them.
  if (!stack.attached) {
    await endRunners(ours);
    await stack.stop();
    killAll(ours);
  }
  const left = await leftovers(ours, stack.attached ? undefined : stack);
  if (left.length === 0) screen.done(stack.attached ? "the worker is ended" : "nothing is left running");
  for (const stranger of stack.attached ? [] : strangers) {
    screen.say(
      `${stranger.what} was not started here and stays; to end it: kill ${parentOf(stranger.pid) ?? stranger.pid}`,
    );
  }
  return left;
}

/** The second Ctrl-C: end at once what can be ended. */
export async function forceEnd(house: House): Promise<void> {
  const known = await Promise.race([
    knownProcesses(house.holdfast).catch((): KnownProcess[] => []),
    new Promise<KnownProcess[]>((resolve) => setTimeout(resolve, 500, [])),
  ]);
  const { ours } = sort(house, known);
  house.worker?.kill();
  killAll(ours);
  if (!house.stack.attached) await house.stack.postgres.stop("immediate").catch(() => {});
  process.exit(130);
}

/** Our workers are those of our keeper; runners and commands are ours when their database is. */
function sort({ stack, worker }: House, known: readonly KnownProcess[]): Record<"ours" | "strangers", KnownProcess[]> {
  const isWorker = (each: KnownProcess) => each.what.startsWith("worker");
  const isOurs = (each: KnownProcess) =>
    isWorker(each) ? worker !== undefined && isKeptBy(each, worker.pid) : !stack.attached;
  return { ours: known.filter(isOurs), strangers: known.filter((each) => isWorker(each) && !isOurs(each)) };
}
