import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { defineTask, z } from "../support/task-kit.ts";

// Stubborn on its first attempt: goes on until the file exists, whatever its signal says, and then claims success.
export default defineTask({
  kind: "waits_for_file",
  payload: z.object({ file: z.string() }),
  async run(job, ctx) {
    while (job.attempt === 1 && !existsSync(job.payload.file)) {
      await delay(20);
      ctx.progress(0.5, `attempt ${job.attempt} in ${process.pid}`);
    }
    return { pid: process.pid, attempt: job.attempt };
  },
});
