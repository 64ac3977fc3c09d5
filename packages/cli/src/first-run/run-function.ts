import { must } from "./first-run-error.ts";
import type { Happened } from "./happened.ts";
import type { House } from "./open-house.ts";
import type { Screen } from "./screen.ts";

/** Part 1: a function job, in process in the worker. */
export async function runFunction({ holdfast, lane, logFile }: House, screen: Screen): Promise<Happened> {
  screen.title("1  A function job");
  const began = performance.now();
  const job = await holdfast.enqueue(
    "hello",
    { name: "Holdfast" },
    { trigger: "manual", lane, name: "first-run-hello" },
  );
  const done = await holdfast.wait(job, { signal: AbortSignal.timeout(60_000), pollMs: 100 });
  must(
    done.state === "completed",
    `job ${done.id} (hello) ended ${done.state}: ${done.error_message}`,
    `read ${logFile}`,
  );
  screen.done(`job ${done.id} hello returned ${JSON.stringify(done.result)}`, began);
  return { job: done, proof: `returned ${JSON.stringify(done.result)}` };
}
