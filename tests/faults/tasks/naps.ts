import { setTimeout as delay } from "node:timers/promises";
import { defineTask, z } from "../support/task-kit.ts";

// Takes a while, and says which worker process did it.
export default defineTask({
  kind: "naps",
  payload: z.object({ ms: z.number() }),
  async run(job, ctx) {
    await delay(job.payload.ms, undefined, { signal: ctx.signal });
    return { pid: process.pid };
  },
});
