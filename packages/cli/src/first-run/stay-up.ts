import { pause } from "../output/follow-job.ts";
import { formatDuration } from "../terminal/duration.ts";
import type { Interrupt } from "./interrupt.ts";
import { type House, newestWorker } from "./open-house.ts";
import type { Screen } from "./screen.ts";
import { WorkerProcess, workersAtWork } from "./worker-process.ts";

const LOOK_MS = 500;
const QUICK_MS = 10_000;
const LONGEST_PAUSE_MS = 30_000;

/** Replaces the proof's worker by one for everybody's jobs, unless somebody else's already does that work. */
export async function settle(screen: Screen, house: House, interrupt: Interrupt): Promise<void> {
  const began = performance.now();
  await house.worker?.stop();
  house.worker = undefined;
  if (interrupt.asked) return;
  const there = (await workersAtWork(house.holdfast)).find(
    (worker) => worker.name !== house.workerName && worker.lanes.includes("default"),
  );
  if (there) {
    screen.lines([""]);
    screen.done(`worker ${there.id} (pid ${there.pid}), which was not started here, takes your jobs`);
    return;
  }
  const before = await newestWorker(house.holdfast);
  // From here on the house knows it: whatever happens now, it is ended with the house.
  house.worker = WorkerProcess.start(house.stack, house.workerName);
  const ready = await interrupt.race(house.worker.ready(house.holdfast, before));
  screen.lines([""]);
  screen.done(
    `worker ${ready.id} (pid ${ready.pid}) for lanes ${ready.lanes.join(", ")}, its keeper and the supervisor (pid ${house.worker.pid})`,
    began,
  );
}

/**
 * Stays until Ctrl-C. A keeper that ends is started again for as long as that takes: people's commands run in this house,
 * and they do not need the keeper, so its death is no reason to take their database away.
 */
export async function stayUp(screen: Screen, house: House, interrupt: Interrupt): Promise<void> {
  screen.lines(["", "  up until Ctrl-C"]);
  let since = Date.now();
  let quickDeaths = 0;
  while (!interrupt.asked) {
    if (house.worker && !house.worker.running) {
      quickDeaths = Date.now() - since < QUICK_MS ? quickDeaths + 1 : 0;
      await bringBack(screen, house, interrupt, quickDeaths);
      since = Date.now();
    }
    await interrupt.race(pause(LOOK_MS)).catch(() => {});
  }
}

async function bringBack(screen: Screen, house: House, interrupt: Interrupt, quickDeaths: number): Promise<void> {
  const dead = house.worker as WorkerProcess;
  const wait = quickDeaths === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, 500 * 2 ** quickDeaths);
  const when = wait === 0 ? "now" : `in ${formatDuration(wait)}`;
  screen.say(
    `the worker's keeper (pid ${dead.pid}) ended with ${dead.end}; running commands go on, it is started again ${when}`,
  );
  try {
    await interrupt.race(pause(wait));
    const before = await interrupt.race(newestWorker(house.holdfast));
    house.worker = WorkerProcess.start(house.stack, house.workerName);
    const ready = await interrupt.race(house.worker.ready(house.holdfast, before));
    screen.done(`worker ${ready.id} (pid ${ready.pid}) is at work, its keeper is pid ${house.worker.pid}`);
  } catch (error) {
    if (!interrupt.asked) screen.say(`no worker is at work: ${(error as Error).message.split("\n").join(" | ")}`);
  }
}
