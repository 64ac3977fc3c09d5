import "./delivery/quiet.ts";
import { createPool, registerKinds, retrying } from "@holdfast/db";
import { checkConnectionUrl } from "@holdfast/db/connection";
import { checkSchema } from "@holdfast/db/migrate";
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
  const tasks = byKind(options.tasks ?? []);
  const pool = createPool(databaseUrl, {
    max: 4,
    applicationName: "holdfast worker",
    logger,
  });
  const waiting = { signal, logger, what: "start the worker" };
  try {
    if (options.checkSchema ?? true) await retrying(() => checkSchema(pool), waiting);
    await retrying(() => registerKinds(pool, describeKinds([...tasks.values()])), waiting);
  } catch (error) {
    await pool.end();
    throw error;
  }
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
  return map;
}
