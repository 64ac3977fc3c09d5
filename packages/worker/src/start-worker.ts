import "./delivery/quiet.ts";
import { createPool, registerKinds, retrying } from "@holdfast/db";
import { checkConnectionUrl } from "@holdfast/db/connection";
import { checkSchema } from "@holdfast/db/migrate";
import { BUILTIN_KINDS, builtinTasks } from "./tasks/builtin-tasks.ts";
import { describeKinds } from "./tasks/describe-kinds.ts";
import { Worker } from "./worker.ts";
import { checkedOptions, type WorkerOptions, WorkerOptionsError } from "./worker-options.ts";

/**
 * Starts a worker in this process: registers its kinds and itself, takes deliveries of its lanes, runs functions here
 * and commands in runners of their own. Waits while the database cannot be reached.
 *
 * @throws WorkerOptionsError for an option that makes no sense or two tasks of one kind.
 * @throws ConnectionUrlError for a connection string that a worker cannot use (port 6543).
 * @throws SchemaMismatchError when the database's schema is not the one of this code.
 * @throws HoldfastError `unknown_lane` when no workspace has one of the lanes.
 */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const checked = checkedOptions(options);
  const { databaseUrl, logger, signal } = options;
  checkConnectionUrl(databaseUrl);
  const own = byKind(options.tasks ?? []);
  const pool = createPool(databaseUrl, {
    max: 4,
    applicationName: "holdfast worker",
    logger,
  });
  const waiting = { signal, logger, what: "start the worker" };
  try {
    if (options.checkSchema ?? true) await retrying(() => checkSchema(pool), waiting);
    await retrying(() => registerKinds(pool, describeKinds([...own.values()])), waiting);
  } catch (error) {
    await pool.end();
    throw error;
  }
  // The database knows the built-in kinds by itself: registering them would only say the same again.
  const tasks = new Map([...builtinTasks(pool, databaseUrl), ...own.values()].map((task) => [task.kind, task]));
  // From here on the pool is the worker's, which also closes it when it cannot start.
  const worker = new Worker({ ...options, ...checked }, pool, tasks);
  await worker.start(signal);
  return worker;
}

function byKind(tasks: NonNullable<WorkerOptions["tasks"]>) {
  const map = new Map(tasks.map((task) => [task.kind, task]));
  if (map.size !== tasks.length) {
    const twice = tasks.find((task) => map.get(task.kind) !== task);
    throw new WorkerOptionsError(`tasks: the kind "${twice?.kind}" is given twice`);
  }
  const builtin = tasks.find((task) => BUILTIN_KINDS.some((kind) => kind === task.kind));
  if (builtin) throw new WorkerOptionsError(`tasks: the kind "${builtin.kind}" is built in; name yours otherwise`);
  return map;
}
