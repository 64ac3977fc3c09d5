import type { Logger } from "pino";
import type { Task } from "./tasks/define-task.ts";

/** How {@link startWorker} works. */
export interface WorkerOptions {
  /** Connection string of the role `holdfast_worker`; a direct connection or a session pooler, never port 6543. */
  databaseUrl: string;
  logger: Logger;
  /** Handlers of function jobs; see `loadTasks`. Default: none. */
  tasks?: readonly Task[];
  /** Which lanes to serve. Default `["default"]`. */
  lanes?: readonly string[];
  /** How many function jobs run at the same time. Default 16. */
  capacity?: number;
  /** How many commands run at the same time, adopted ones included. Default 4. */
  commands?: number;
  /** Where run directories are made. Default `.holdfast`. */
  stateDirectory?: string;
  /** Shown in overviews. Default `<host>:<pid>`. */
  name?: string;
  /** Name of this machine; worker rows with the same host and boot id are judged by pid. Default: the hostname. */
  host?: string;
  /** Seconds that `stop()` gives running functions before it aborts them. Default 30. */
  graceSeconds?: number;
  /** Seconds between heartbeats. Default 5, a third of a lease's life. */
  heartbeatSeconds?: number;
  /** How many deliveries of functions are fetched at once. Default: the capacity, at most 500. */
  localQueue?: number;
  /** Milliseconds between two looks for deliveries when no NOTIFY arrives. Default 1000. */
  pollInterval?: number;
  /** Environment that runners start with. Default: this process's. */
  runnerEnv?: NodeJS.ProcessEnv;
  /** Refuse a database whose schema is not the one of this code. Default true. */
  checkSchema?: boolean;
  /** Ends the waiting for an unreachable database at the start. */
  signal?: AbortSignal;
}

/** An option that makes no sense; the message names it. */
export class WorkerOptionsError extends Error {
  override readonly name = "WorkerOptionsError";
}

/** The options with their defaults filled in. @throws WorkerOptionsError */
export function checkedOptions(options: WorkerOptions) {
  const { lanes = ["default"], capacity = 16, commands = 4, heartbeatSeconds = 5, pollInterval = 1_000 } = options;
  if (lanes.length === 0) throw new WorkerOptionsError("lanes: name at least one lane, e.g. default");
  for (const lane of lanes) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(lane)) throw new WorkerOptionsError(`lanes: "${lane}" is not a lane's name`);
  }
  whole("capacity", capacity, 1, 10_000);
  whole("commands", commands, 1, 1_000);
  if (!(heartbeatSeconds > 0 && heartbeatSeconds <= 5)) {
    throw new WorkerOptionsError(
      `heartbeatSeconds: ${heartbeatSeconds} is not between 0 and 5; a lease lives for 15 s`,
    );
  }
  const { localQueue = Math.min(500, capacity) } = options;
  whole("localQueue", localQueue, 1, 5_000);
  return {
    lanes: [...new Set(lanes)],
    capacity,
    commands,
    heartbeatSeconds,
    pollInterval,
    localQueue,
  };
}

function whole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new WorkerOptionsError(`${name}: ${value} is not a whole number from ${least} to ${most}`);
}
