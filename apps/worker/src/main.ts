import { join } from "node:path";
import { startSupervisor } from "@holdfast/supervisor";
import { keepWorker } from "@holdfast/worker";
import { pino } from "pino";
import { readEnvironment } from "./environment.ts";
import { BAD_CONFIGURATION, exitCodeOf, sentenceOf } from "./exit-codes.ts";

/**
 * The process that a server runs. It keeps a worker process alive, and runs the supervisor itself: no handler's code
 * runs here, so nothing a handler does can take the supervisor down.
 */
async function main(): Promise<number> {
  const environment = readEnvironment(process.env);
  const logger = pino({ name: "holdfast", level: environment.logLevel });
  const { databaseUrl } = environment;
  const supervisor = environment.supervisor ? startSupervisor({ databaseUrl, logger }) : undefined;
  const entry = join(import.meta.dirname, "worker-process.ts");
  const kept = keepWorker({
    entry,
    databaseUrl,
    logger,
    finalExitCodes: [BAD_CONFIGURATION],
  });
  const stop = (signal: NodeJS.Signals) => void kept.stop(signal);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const code = await kept.ended;
  await supervisor?.stop();
  return code;
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`holdfast: ${sentenceOf(error)}\n`);
  process.exit(exitCodeOf(error));
}
