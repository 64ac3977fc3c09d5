import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { listWorkers, type Worker, workerState } from "../reads/workers.ts";
import { openHoldfast } from "../session/open.ts";
import type { Style } from "../terminal/paint.ts";
import { table } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";

const STYLES: Record<ReturnType<typeof workerState>, Style> = {
  working: "green",
  draining: "yellow",
  silent: "red",
  ended: "dim",
};

/** `holdfast workers`: who takes jobs, with the age of the evidence. */
export function addWorkers(program: Program): void {
  const command = asPerson(
    addCommand(program, "workers", "List workers, with the age of their last heartbeat", [
      "holdfast workers",
      "holdfast workers --ended",
    ]),
  ).option("--ended", "those that ended, too");
  onCall<{ ended?: boolean }>(program, command, async (context, { ended }) => {
    const holdfast = await openHoldfast(context);
    const workers = await listWorkers(holdfast, { ended: ended ?? false, limit: 200 });
    if (context.json)
      printJson(
        context,
        workers.map((worker) => ({ ...worker, state: workerState(worker, Date.now()) })),
      );
    else if (workers.length === 0) print(context, "no worker is known: start one with holdfast worker");
    else print(context, workerTable(context, workers));
  });
}

/** Workers as a table. */
export function workerTable(context: Context, workers: readonly Worker[]): string[] {
  const time = timeStyle(context);
  const rows = workers.map((worker) => {
    const state = workerState(worker, time.now);
    return [
      worker.id,
      { text: state === "silent" ? "NOT RUNNING?" : state, style: STYLES[state] },
      worker.name,
      `${worker.host}:${worker.pid}`,
      worker.lanes.join(","),
      worker.capacity,
      formatTime(worker.last_seen_at, time),
      formatTime(worker.started_at, time),
      worker.ended_reason ?? " ",
    ];
  });
  return table(
    [
      { title: "worker", align: "right" },
      { title: "state" },
      { title: "name", flexible: true },
      { title: "host:pid", flexible: true },
      { title: "lanes" },
      { title: "slots", align: "right" },
      { title: "last seen", align: "right" },
      { title: "started", align: "right" },
      { title: "", flexible: true },
    ],
    rows,
    { width: context.width, colour: context.colour },
  );
}
