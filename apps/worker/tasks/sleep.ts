import { setTimeout as delay } from "node:timers/promises";
import { defineTask } from "@holdfast/worker";
import { z } from "zod";

const DAY = 86_400_000;

export default defineTask({
  kind: "sleep",
  description: "Waits for some milliseconds and reports progress; ends at once when it is canceled.",
  payload: z.object({ ms: z.number().int().min(0).max(DAY) }),
  async run(job, ctx) {
    const { ms } = job.payload;
    const steps = Math.min(100, Math.max(1, Math.ceil(ms / 1_000)));
    for (let step = 1; step <= steps; step++) {
      await delay(ms / steps, undefined, { signal: ctx.signal });
      ctx.progress(step / steps, `slept ${Math.round((ms * step) / steps)} of ${ms} ms`);
    }
    return { slept: ms };
  },
});
