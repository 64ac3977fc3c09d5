import { appendFileSync } from "node:fs";
import { defineTask, z } from "../support/task-kit.ts";

// Every execution leaves a line; two executions of one job leave two.
export default defineTask({
  kind: "notes_itself",
  payload: z.object({ file: z.string() }),
  run: (job) => appendFileSync(job.payload.file, `${job.id}\n`),
});
