import { defineTask, pino, startWorker, z } from "../support/packages.ts";
import { begin, tell } from "./tell.ts";

// A worker whose one task does nothing.
const worker = await startWorker({
  databaseUrl: process.env.HOLDFAST_DATABASE_URL ?? "",
  logger: pino({ level: process.env.HOLDFAST_LOG_LEVEL ?? "warn" }),
  stateDirectory: process.env.HOLDFAST_STATE ?? ".holdfast",
  capacity: Number(process.env.BENCH_CONCURRENCY ?? 16),
  localQueue: Number(process.env.BENCH_LOCAL_QUEUE ?? 500),
  commands: 1,
  tasks: [
    defineTask({
      kind: "noop",
      payload: z.object({}),
      run: (job) => begin(job.id),
    }),
  ],
});
process.on("SIGTERM", () => void worker.stop({ graceSeconds: 0 }).then(() => process.exit(0)));
tell("ready");
