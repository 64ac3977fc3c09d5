import { defineTask } from "@holdfast/worker";
import { z } from "zod";

export default defineTask({
  kind: "hello",
  description: "Greets somebody; shows that the way from a job to its result works.",
  payload: z.object({ name: z.string().min(1).max(200) }),
  run(job, ctx) {
    ctx.progress(1, "greeted");
    return { greeting: `Hello, ${job.payload.name}!` };
  },
});
