import { defineTask, z } from "../../faults/support/task-kit.ts";

// Says back what it was given, in every way a handler can: as its progress, as its result, or as its failure.
export default defineTask({
  kind: "echoes",
  payload: z.object({ text: z.string(), fails: z.boolean().default(false) }),
  run(job, ctx) {
    ctx.progress(0.5, job.payload.text);
    if (job.payload.fails) throw new Error(job.payload.text);
    return { said: job.payload.text, [job.payload.text]: true };
  },
});
