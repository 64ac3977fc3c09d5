import { pino } from "../../../packages/worker/node_modules/pino/pino.js";
import { loadTasks, startWorker } from "../../../packages/worker/src/index.ts";

// A worker that believes it is on another host: it judges no process of this one, and clears no orphans here.
const { env } = process;
const worker = await startWorker({
  databaseUrl: env.HOLDFAST_DATABASE_URL ?? "",
  stateDirectory: env.HOLDFAST_STATE ?? "",
  name: env.HOLDFAST_WORKER_NAME ?? "",
  host: "elsewhere",
  commands: Number(env.HOLDFAST_COMMANDS),
  tasks: await loadTasks(env.HOLDFAST_TASKS ?? ""),
  logger: pino({ level: env.HOLDFAST_LOG_LEVEL ?? "info" }),
});
process.on("SIGTERM", () => void worker.stop({ graceSeconds: 0 }));
await worker.ended;
process.exit(0);
