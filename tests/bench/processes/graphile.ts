import { Logger, runGraphile } from "../support/packages.ts";
import { begin, tell } from "./tell.ts";

// graphile-worker alone, with the settings that Holdfast gives it.
const runner = await runGraphile({
  connectionString: process.env.HOLDFAST_DATABASE_URL ?? "",
  concurrency: Number(process.env.BENCH_CONCURRENCY ?? 16),
  pollInterval: 1_000,
  noHandleSignals: true,
  logger: new Logger(() => () => {}),
  maxPoolSize: 6,
  preset: {
    worker: {
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      localQueue: { size: Number(process.env.BENCH_LOCAL_QUEUE ?? 500), ttl: 2_000 },
    },
  },
  taskList: {
    noop: (payload) => begin((payload as { job: number }).job),
  },
});
process.on("SIGTERM", () => void runner.stop().then(() => process.exit(0)));
tell("ready");
