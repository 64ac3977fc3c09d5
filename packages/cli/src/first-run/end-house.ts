import type { House } from "./open-house.ts";
import {
  endRunners,
  isWorker,
  type KnownProcess,
  killAll,
  knownProcesses,
  leftovers,
  parentOf,
  untilGone,
} from "./processes.ts";
import type { Screen } from "./screen.ts";

/** A worker gives its functions 30 s to end. */
const DRAIN_MS = 35_000;

/** How the house is ended. */
export interface EndOptions {
  /** End the commands that run in a stack which was started here. Not after an error: people's work did nothing wrong. */
  commands: boolean;
}

/** Ends what the first run started, in the order in which each can still store what it has. Returns what is still there. */
export async function endHouse(screen: Screen, house: House, { commands }: EndOptions): Promise<string[]> {
  const { stack } = house;
  screen.lines(["", stack.attached ? "  ending what was started here; the stack stays up" : "  ending everything"]);
  await house.admin?.stop();
  await house.worker?.stop();
  // Asked after the keeper has ended: a worker that it had started anew a moment ago is known by then.
  const known = await knownProcesses(house.holdfast).catch(() => undefined);
  const { workers, work, strangers } = sort(house, known ?? []);
  // The worker of a keeper that was killed is still giving its functions their time.
  await untilGone(workers, DRAIN_MS);
  // Commands of an attached stack belong to whoever started them: they go on, and their runners with them.
  const ends = !stack.attached && commands;
  if (ends) await endRunners(work);
  if (!stack.attached) await stack.stop();
  killAll(ends ? [...workers, ...work] : workers);
  const ours = ends ? [...workers, ...work] : workers;
  const left = await leftovers(ours, stack.attached ? undefined : stack);
  const staying = stack.attached ? [] : [...strangers, ...(ends ? [] : work)];
  if (left.length === 0 && known !== undefined) screen.done(sayEnd(stack.attached, staying.length > 0));
  if (known === undefined) screen.say("the database could not be asked what else runs here: look for holdfast in ps");
  for (const each of staying) screen.say(sayStaying(each));
  return left;
}

function sayEnd(attached: boolean, somethingStays: boolean): string {
  if (attached) return "the worker that was started here is ended";
  return somethingStays ? "the worker and the stack are ended" : "nothing is left running";
}

function sayStaying(each: KnownProcess): string {
  if (isWorker(each)) {
    return `${each.what} was not started here and stays; to end it: kill ${parentOf(each.pid) ?? each.pid}`;
  }
  return `${each.what} (pid ${each.pid}) goes on, and stores what it has when the stack is up again: npm start, or holdfast up`;
}

/** The second Ctrl-C: end at once what can be ended. */
export async function forceEnd(house: House): Promise<void> {
  const known = await Promise.race([
    knownProcesses(house.holdfast).catch((): KnownProcess[] => []),
    new Promise<KnownProcess[]>((resolve) => setTimeout(resolve, 500, [])),
  ]);
  const { workers, work } = sort(house, known);
  house.worker?.kill();
  void house.admin?.stop();
  killAll(house.stack.attached ? workers : [...workers, ...work]);
  if (!house.stack.attached) await house.stack.postgres.stop("immediate").catch(() => {});
  process.exit(130);
}

/** Workers started here, runners with their commands, and workers of somebody else's. */
function sort(house: House, known: readonly KnownProcess[]): Record<"workers" | "work" | "strangers", KnownProcess[]> {
  const isOurs = (each: KnownProcess) => each.name === house.workerName;
  return {
    workers: known.filter((each) => isWorker(each) && isOurs(each)),
    work: known.filter((each) => !isWorker(each)),
    strangers: known.filter((each) => isWorker(each) && !isOurs(each)),
  };
}
