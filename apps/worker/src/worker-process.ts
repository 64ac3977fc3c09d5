import { explainConnectionError } from "@holdfast/db/connection";
import { loadTasks, onKeeperGone, startWorker, type Task } from "@holdfast/worker";
import { pino } from "pino";
import { readEnvironment } from "./environment.ts";
import { exitCodeOf, sentenceOf } from "./exit-codes.ts";

/**
 * One signal to a whole process group arrives here several times within milliseconds: every process above us gets it and
 * passes it on. Only a later one is somebody who says "now".
 */
const ECHO_MS = 1_000;

/** The child of the keeper: one worker, until it is told to stop. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const logger = pino({ name: "holdfast-worker", level: environment.logLevel });
  const starting = new AbortController();
  let stop = () => starting.abort(new Error("stopped while starting"));
  let askedAt: number | undefined;
  const ask = () => {
    askedAt ??= performance.now();
    stop();
  };
  const onSignal = () => {
    if (askedAt !== undefined && performance.now() - askedAt >= ECHO_MS) process.exit(1);
    ask();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  // Never the second request: a keeper that is killed while we drain must not cost the functions their time.
  onKeeperGone(ask);

  const { databaseUrl, lanes, capacity, commands, stateDirectory, name } = environment;
  const options = {
    databaseUrl,
    lanes,
    capacity,
    commands,
    stateDirectory,
    logger,
    signal: starting.signal,
  };
  const tasks: Task[] = (await Promise.all(environment.tasks.map(loadTasks))).flat();
  const worker = await startWorker({
    ...options,
    tasks,
    ...(name === undefined ? {} : { name }),
  });
  stop = () => void worker.stop();
  if (askedAt !== undefined) stop();
  await worker.ended;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const login = exitCodeOf(error) === 2 && typeof (error as { code?: unknown }).code === "string";
  const problem = login ? explainConnectionError(error, process.env.HOLDFAST_DATABASE_URL ?? "") : undefined;
  process.stderr.write(
    `holdfast worker: ${problem ? `${problem.message}\n  do: ${problem.remedy}` : sentenceOf(error)}\n`,
  );
  process.exit(exitCodeOf(error));
}
