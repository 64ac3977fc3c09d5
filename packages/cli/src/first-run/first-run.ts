import { join } from "node:path";
import { createHoldfast, type Holdfast, signIn } from "@holdfast/client";
import { type Stack, startStack } from "@holdfast/local";
import { exitCodeOf, formatError } from "../cli-error.ts";
import { passwords } from "../commands/stack.ts";
import { paint } from "../terminal/paint.ts";
import { must } from "./first-run-error.ts";
import { type Happened, happenedTable } from "./happened.ts";
import { endRunners, type KnownProcess, killAll, knownProcesses, leftovers } from "./processes.ts";
import { proveSurvival } from "./prove-survival.ts";
import { runCommand } from "./run-command.ts";
import { runFunction } from "./run-function.ts";
import { Screen } from "./screen.ts";
import { freshWorker, WorkerProcess } from "./worker-process.ts";

/** How the first run goes. */
export interface FirstRunOptions {
  once: boolean;
  apiPort?: number;
  dbPort?: number;
}

/** What the first run started, and so ends. */
interface House {
  stack: Stack;
  holdfast: Holdfast;
  worker: WorkerProcess | undefined;
  logFile: string;
}

/** Everything that `npm start` shows. Returns the exit code: 0 only if every part held and, with `once`, nothing is left. */
export async function firstRun(options: FirstRunOptions): Promise<number> {
  const screen = new Screen(process.stdout, process.env);
  const interrupt = new Interrupt();
  let house: House | undefined;
  let exitCode = 0;
  try {
    screen.lines([paint("Holdfast: the first run", "bold", screen.colour)]);
    const stack = await openStack(screen, options);
    const opened = await openHouse(screen, stack);
    house = opened;
    interrupt.onForce = () => force(opened);
    const parts = await interrupt.race(showParts(opened, screen));
    showEnd(screen, opened, parts);
    if (!options.once) await stayUp(screen, opened, interrupt);
  } catch (error) {
    if (!interrupt.asked) {
      exitCode = Math.max(1, exitCodeOf(error));
      screen.lines(["", formatError(error).trimEnd()]);
      if (house)
        screen.lines([`  log: ${house.logFile}`, `  log: ${join(house.stack.stateDir, "logs", "postgres.log")}`]);
    } else if (options.once) {
      exitCode = 130;
    }
  }
  const left = house ? await close(screen, house) : [];
  interrupt.end();
  for (const each of left) process.stderr.write(`error: ${each} is still there\n  do: end it by its pid\n`);
  return left.length > 0 ? Math.max(1, exitCode) : exitCode;
}

async function openStack(screen: Screen, options: FirstRunOptions): Promise<Stack> {
  screen.title("The local stack");
  const began = performance.now();
  const stack = await startStack({
    ...(options.apiPort === undefined ? {} : { apiPort: options.apiPort }),
    ...(options.dbPort === undefined ? {} : { dbPort: options.dbPort }),
    onProgress: (line) => screen.say(line),
  });
  const what = `Postgres on port ${stack.dbPort}, Data API at ${stack.apiUrl}`;
  if (stack.attached) screen.done(`a stack is already up, attached to it: ${what}; it stays up at the end`, began);
  else screen.done(what, began);
  if (stack.firstStart) screen.lines(passwords(stack).map((line) => `  ${line}`));
  return stack;
}

async function openHouse(screen: Screen, stack: Stack): Promise<House> {
  const began = performance.now();
  let worker: WorkerProcess | undefined;
  try {
    const holdfast = await asOwner(stack);
    const there = stack.attached ? await freshWorker(holdfast) : undefined;
    if (there) {
      screen.done(`worker ${there.id} (pid ${there.pid}) is already at work`, began);
      return { stack, holdfast, worker, logFile: join(stack.stateDir, "logs", "worker.log") };
    }
    const before = await holdfast.data.read<{ id: number }[]>((db) =>
      db.from("workers").select("id").order("id", { ascending: false }).limit(1),
    );
    worker = WorkerProcess.start(stack);
    const ready = await worker.ready(holdfast, before[0]?.id ?? 0);
    screen.done(
      `worker ${ready.id} (pid ${ready.pid}) for lanes ${ready.lanes.join(", ")}, its keeper and the supervisor (pid ${worker.pid})`,
      began,
    );
    return { stack, holdfast, worker, logFile: worker.logFile };
  } catch (error) {
    // Nobody else knows of these two yet.
    await worker?.stop();
    await stack.stop();
    throw error;
  }
}

/** The workspace `local` as its owner, signing in again whenever the access token is about to end. */
async function asOwner(stack: Stack): Promise<Holdfast> {
  const project = { url: stack.apiUrl, key: stack.publishableKey };
  let session = await signIn({ ...project, ...stack.users.owner });
  const accessToken = async () => {
    if (session.expiresAt - 60 < Date.now() / 1000) session = await signIn({ ...project, ...stack.users.owner });
    return session.accessToken;
  };
  return createHoldfast({ ...project, accessToken }, { workspace: "local" });
}

async function showParts({ holdfast, logFile }: House, screen: Screen): Promise<Happened[]> {
  return [
    await runFunction(holdfast, screen, logFile),
    await runCommand(holdfast, screen, logFile),
    await proveSurvival(holdfast, screen, logFile),
  ];
}

function showEnd(screen: Screen, { stack }: House, parts: readonly Happened[]): void {
  const last = parts.at(-1)?.job.id;
  screen.title("What happened");
  screen.lines(happenedTable(screen, parts));
  screen.title("What to try next");
  const holdfast = "npm run -s holdfast --";
  screen.lines([
    `  ${holdfast} status                          what runs, what ended, what failed and why, what is next`,
    `  ${holdfast} run -- ls -l                    any command as a durable job; Ctrl-C leaves it running`,
    `  ${holdfast} job ${String(last).padEnd(28)}the whole story of one job`,
    `  ${holdfast} logs --job ${String(last).padEnd(21)}every line it printed`,
    `  ${holdfast} enqueue hello --payload '{"name": "you"}' --wait`,
    "",
    `  Data API  ${stack.apiUrl}   key ${stack.publishableKey.slice(0, 20)}… (secrets.json)`,
    `  people    ${Object.values(stack.users)
      .map((user) => user.email)
      .join(", ")}`,
    `  passwords ${join(stack.stateDir, "users.json")}`,
  ]);
}

/** Stays until Ctrl-C, or until the worker's keeper ends, which it should not. */
async function stayUp(screen: Screen, house: House, interrupt: Interrupt): Promise<void> {
  screen.lines(["", "  up until Ctrl-C"]);
  while (!interrupt.asked) {
    must(
      house.worker?.running !== false,
      `the worker's keeper ended:\n${house.worker?.logTail()}`,
      `read ${house.logFile}`,
    );
    await interrupt.race(new Promise((resolve) => setTimeout(resolve, 500))).catch(() => {});
  }
}

/** Ends what the first run started, in the order in which each can still store what it has. Returns what is still there. */
async function close(screen: Screen, house: House): Promise<string[]> {
  screen.lines([
    "",
    house.stack.attached ? "  ending what was started here; the stack stays up" : "  ending everything",
  ]);
  const known = await knownProcesses(house.holdfast).catch((): KnownProcess[] => []);
  const ours = house.worker ? known : [];
  await house.worker?.stop();
  if (house.stack.attached)
    return ours.filter(({ what }) => what.startsWith("worker")).length > 0 ? stillThere(ours) : [];
  await endRunners(ours);
  await house.stack.stop();
  killAll(ours);
  const left = await leftovers(ours, house.stack);
  if (left.length === 0) screen.done("nothing is left running");
  return left;
}

async function stillThere(processes: readonly KnownProcess[]): Promise<string[]> {
  const { isAlive } = await import("@holdfast/local");
  return processes
    .filter(({ what }) => what.startsWith("worker"))
    .filter(isAlive)
    .map(({ what, pid }) => `${what} (pid ${pid})`);
}

/** The second Ctrl-C: end at once what can be ended. */
async function force(house: House): Promise<void> {
  const known = await Promise.race([
    knownProcesses(house.holdfast).catch((): KnownProcess[] => []),
    new Promise<KnownProcess[]>((resolve) => setTimeout(resolve, 500, [])),
  ]);
  house.worker?.kill();
  if (house.worker) killAll(known);
  if (!house.stack.attached) await house.stack.postgres.stop("immediate").catch(() => {});
  process.exit(130);
}

/** Ctrl-C: the first asks to end, the second forces it. */
class Interrupt {
  asked = false;
  onForce: () => Promise<void> = async () => process.exit(130);
  readonly #asked = Promise.withResolvers<never>();
  readonly #listener = () => {
    if (this.asked) {
      process.stderr.write("\nforced\n");
      void this.onForce();
      return;
    }
    this.asked = true;
    process.stderr.write("\n");
    this.#asked.reject(new Error("interrupted"));
  };

  constructor() {
    this.#asked.promise.catch(() => {});
    process.on("SIGINT", this.#listener).on("SIGTERM", this.#listener);
  }

  /** The work, or a rejection as soon as Ctrl-C is pressed. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#asked.promise]);
  }

  end(): void {
    process.removeListener("SIGINT", this.#listener).removeListener("SIGTERM", this.#listener);
  }
}
