import { explainConnectionError } from "@holdfast/db/connection";
import { loadTasks, onKeeperGone, startWorker, type Task } from "@holdfast/worker";
import { pino } from "pino";
import { readEnvironment } from "./environment.ts";
import { exitCodeOf, sentenceOf } from "./exit-codes.ts";

/** The child of the keeper: one worker, until it is told to stop. */
async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const logger = pino({ name: "holdfast-worker", level: environment.logLevel });
  const starting = new AbortController();
  let stop = () => starting.abort(new Error("stopped while starting"));
  let asked = 0;
  const onSignal = () => {
    asked++;
    if (asked > 1) process.exit(1);
    stop();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  onKeeperGone(onSignal);

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
  if (asked > 0) stop();
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
