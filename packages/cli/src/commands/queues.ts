import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { table } from "../terminal/table.ts";
import { formatTime, shortSpan } from "../terminal/time.ts";

/** A row of `holdfast.queue_overview`. */
interface QueueLine {
  queue: string;
  status: "active" | "paused";
  paused_at: string | null;
  paused_by: string | null;
  paused_reason: string | null;
  max_running: number | null;
  pending: number;
  running: number;
  failed_24h: number;
  quarantined: number;
  oldest_pending_seconds: number | null;
}

/** `holdfast queues`: what waits in each queue, and whether it is paused. */
export function addQueues(program: Program): void {
  const command = asPerson(
    addCommand(program, "queues", "List queues: what waits, runs and failed, and who paused them", ["holdfast queues"]),
  );
  onCall(program, command, async (context) => {
    const holdfast = await openHoldfast(context);
    const workspaceId = await holdfast.data.workspaceId();
    const queues = await holdfast.data.read<QueueLine[]>((db) =>
      db.from("queue_overview").select("*").eq("workspace_id", workspaceId).order("queue"),
    );
    if (context.json) printJson(context, queues);
    else print(context, queueTable(context, queues));
  });
}

function queueTable(context: Context, queues: readonly QueueLine[]): string[] {
  const time = timeStyle(context);
  return table(
    [
      { title: "queue" },
      { title: "status" },
      { title: "pending", align: "right" },
      { title: "oldest", align: "right" },
      { title: "running", align: "right" },
      { title: "limit", align: "right" },
      { title: "failed 24h", align: "right" },
      { title: "quarantined", align: "right" },
      { title: "", flexible: true },
    ],
    queues.map((queue) => [
      queue.queue,
      { text: queue.status, style: queue.status === "active" ? "green" : "yellow" },
      queue.pending,
      queue.oldest_pending_seconds === null ? null : shortSpan(queue.oldest_pending_seconds * 1000),
      queue.running,
      queue.max_running,
      queue.failed_24h === 0 ? 0 : { text: String(queue.failed_24h), style: "red" },
      queue.quarantined,
      queue.paused_at
        ? `paused ${formatTime(queue.paused_at, time)} by ${queue.paused_by}: ${queue.paused_reason}`
        : " ",
    ]),
    { width: context.width, colour: context.colour },
  );
}
