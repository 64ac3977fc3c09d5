import { defineTask, pino, startWorker, z } from "../support/packages.ts";
import { begin, tell } from "./tell.ts";

// One Holdfast worker: a task that does nothing, one that never ends by itself, and slots for commands.
const worker = await startWorker({
  databaseUrl: process.env.HOLDFAST_DATABASE_URL ?? "",
  logger: pino({ level: process.env.HOLDFAST_LOG_LEVEL ?? "error" }),
  stateDirectory: process.env.HOLDFAST_STATE ?? ".holdfast",
  capacity: Number(process.env.BENCH_CONCURRENCY ?? 16),
  localQueue: Number(process.env.BENCH_LOCAL_QUEUE ?? 500),
  commands: Number(process.env.BENCH_COMMANDS ?? 1),
  tasks: [
    defineTask({ kind: "noop", payload: z.object({}), run: (job) => begin(job.id) }),
    defineTask({
      kind: "holds",
      payload: z.object({}),
      run: (_job, ctx) =>
        new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason))),
    }),
  ],
});
process.on("SIGTERM", () => void worker.stop({ graceSeconds: 0 }).then(() => process.exit(0)));
tell("ready");
