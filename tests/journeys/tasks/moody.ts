import { existsSync } from "node:fs";
import { defineTask, z } from "../../faults/support/task-kit.ts";

// Fails until the file that its payload names is there: what a person mends before they retry.
export default defineTask({
  kind: "moody",
  payload: z.object({ needs: z.string() }),
  run(job) {
    if (!existsSync(job.payload.needs)) throw new Error(`the index is missing: ${job.payload.needs} was not found`);
    return { found: job.payload.needs };
  },
});
