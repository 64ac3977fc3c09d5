import { startSupervisor } from "../../../packages/supervisor/src/index.ts";
import { pino } from "../../../packages/worker/node_modules/pino/pino.js";

// A supervisor alone, without a worker beside it.
const supervisor = startSupervisor({
  databaseUrl: process.env.HOLDFAST_DATABASE_URL ?? "",
  name: process.env.HOLDFAST_WORKER_NAME ?? "",
  logger: pino({ level: process.env.HOLDFAST_LOG_LEVEL ?? "silent" }),
});
process.on("SIGTERM", () => void supervisor.stop().then(() => process.exit(0)));
