import { pino } from "pino";
import { z } from "zod";
import { defineTask, onKeeperGone, startWorker } from "../../src/index.ts";

onKeeperGone(() => process.exit(1));

// What a keeper runs in the tests: `hangs` never ends on its first attempt, so that its worker can be killed under it.
const worker = await startWorker({
  databaseUrl: process.env.HOLDFAST_DATABASE_URL ?? "",
  logger: pino({ level: process.env.HOLDFAST_LOG_LEVEL ?? "silent" }),
  stateDirectory: process.env.HOLDFAST_STATE ?? ".holdfast",
  capacity: 300,
  commands: 25,
  tasks: [
    defineTask({
      kind: "hangs",
      payload: z.object({}),
      run: (job) => (job.attempt === 1 ? new Promise(() => {}) : `attempt ${job.attempt}`),
    }),
  ],
});
process.on("SIGTERM", () => void worker.stop({ graceSeconds: 0 }));
await worker.ended;
process.exit(0);
