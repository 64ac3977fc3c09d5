import { randomBytes } from "node:crypto";
import { createHoldfast, type Holdfast, signIn } from "@holdfast/client";
import { type Stack, startStack } from "@holdfast/local";
import { passwords } from "../commands/stack.ts";
import type { AdminProcess } from "./admin-process.ts";
import { takeLane } from "./own-lane.ts";
import type { Screen } from "./screen.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Where the local stack listens. */
export interface Ports {
  apiPort?: number;
  dbPort?: number;
}

/** What the first run started, and so ends. */
export interface House {
  stack: Stack;
  holdfast: Holdfast;
  /** Name of every worker started here: what tells them from everybody else's, also after their keeper died. */
  workerName: string;
  /** The lane of the first run's own jobs. Its worker is killed for the proof, so nobody else's job may be in it. */
  lane: string;
  /** The keeper that is kept now; none where somebody else's worker does the work. */
  worker: WorkerProcess | undefined;
  /** The admin app, once it has been started. */
  admin: AdminProcess | undefined;
  logFile: string;
}

/** Starts the local stack, or attaches to the one that is up. */
export async function openStack(screen: Screen, options: Ports): Promise<Stack> {
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

/** Starts a worker and a supervisor over a stack, for the first run's own lane alone. Ends both when that fails. */
export async function openHouse(screen: Screen, stack: Stack): Promise<House> {
  const began = performance.now();
  const workerName = `npm-start-${randomBytes(4).toString("hex")}`;
  let worker: WorkerProcess | undefined;
  try {
    const holdfast = await asOwner(stack);
    const lane = await takeLane(holdfast);
    const before = await newestWorker(holdfast);
    worker = WorkerProcess.start(stack, workerName, lane);
    const ready = await worker.ready(holdfast, before);
    screen.done(
      `worker ${ready.id} (pid ${ready.pid}) for lane ${lane}, its keeper and the supervisor (pid ${worker.pid})`,
      began,
    );
    return { stack, holdfast, workerName, lane, worker, admin: undefined, logFile: worker.logFile };
  } catch (error) {
    // Nobody else knows of these two yet.
    await worker?.stop();
    await stack.stop();
    throw error;
  }
}

/** Id of the newest worker that ever registered; 0 when there was none. */
export async function newestWorker(holdfast: Holdfast): Promise<number> {
  const rows = await holdfast.data.read<{ id: number }[]>((db) =>
    db.from("workers").select("id").order("id", { ascending: false }).limit(1),
  );
  return rows[0]?.id ?? 0;
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
