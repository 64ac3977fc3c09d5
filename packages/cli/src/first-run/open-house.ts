import { join } from "node:path";
import { createHoldfast, type Holdfast, signIn } from "@holdfast/client";
import { type Stack, startStack } from "@holdfast/local";
import { passwords } from "../commands/stack.ts";
import type { Screen } from "./screen.ts";
import { freshWorker, WorkerProcess } from "./worker-process.ts";

/** Where the local stack listens. */
export interface Ports {
  apiPort?: number;
  dbPort?: number;
}

/** What the first run started, and so ends. */
export interface House {
  stack: Stack;
  holdfast: Holdfast;
  worker: WorkerProcess | undefined;
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

/** Starts worker and supervisor over a stack, unless a worker is already at work there. Ends both when that fails. */
export async function openHouse(screen: Screen, stack: Stack): Promise<House> {
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
