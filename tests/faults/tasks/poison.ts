import { defineTask, z } from "../support/task-kit.ts";

// Takes its whole worker with it.
export default defineTask({
  kind: "poison",
  payload: z.object({}),
  run() {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => {});
  },
});
