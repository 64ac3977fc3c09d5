import { defineTask, z } from "../support/task-kit.ts";

// Never ends on its first attempt, so that its worker can be killed under it.
export default defineTask({
  kind: "hangs_at_first",
  payload: z.object({}),
  run: (job) => (job.attempt === 1 ? new Promise(() => {}) : { attempt: job.attempt }),
});
