import { HoldfastError } from "@holdfast/client";
import { Option } from "commander";
import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, list, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { readPeople } from "../reads/people.ts";
import { getStop, listStops, readStopReport, type Stop, type StoppedWorker } from "../reads/stops.ts";
import { openHoldfast } from "../session/open.ts";
import type { Style } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";
import { carryOut, numberOf, printRows } from "./acting.ts";

interface StopOptions {
  scope?: string;
  name?: string;
  what?: string[];
  killRunning?: boolean;
  reason?: string;
}

const LABELS: Record<string, Style> = { STOPPED: "green", STOPPING: "yellow", "NOT VERIFIED": "red" };

/** `holdfast stop`, `holdfast stop release ID`, `holdfast stop report [ID]`. */
export function addStops(program: Program): void {
  const command = asPerson(
    addCommand(program, "stop", "Emergency stop: from its commit nothing it covers starts", [
      'holdfast stop --reason "it mails customers" --kill-running',
      'holdfast stop --scope lane --name agent --what paid,external --reason "look at the bill"',
      'holdfast stop release 3 --reason "fixed"',
      "holdfast stop report 3",
    ]),
  )
    .addOption(
      new Option("--scope <scope>", "what it covers (default: the workspace)").choices([
        "global",
        "workspace",
        "venture",
        "lane",
        "queue",
        "kind",
      ]),
    )
    .option("--name <name>", "name of the venture, lane, queue or kind")
    .option("--what <list>", "workers (everything), paid, external; with commas (default: workers)", list)
    .option("--kill-running", "end what runs, too")
    .option("-r, --reason <text>", "why; kept in the record, and shown to whoever waits");
  onCall<StopOptions>(program, command, engage);
  const group: Program = { ...program, root: command };
  addRelease(group);
  addReport(group);
}

async function engage(context: Context, options: StopOptions, args: string[]): Promise<void> {
  if (args.length > 0) {
    throw new UsageError(`stop takes no argument: got "${args[0]}"`, "holdfast stop --scope lane --name agent");
  }
  const { scope, name, what, killRunning, reason } = options;
  const params = {
    ...(scope && { scope }),
    ...(name && { name }),
    ...(what && { what }),
    ...(killRunning && { kill_running: true }),
  };
  await carryOut(context, ["engage", "stop", {}], { reason, params }, ({ result }) => {
    const ended = killRunning ? `, ${result.ordered_to_end} running ordered to end` : "; what runs goes on";
    return `stop ${result.stop} engaged: ${result.taken_back} taken back${ended} (see: holdfast stop report ${result.stop})`;
  });
}

function addRelease(program: Program): void {
  const command = asPerson(
    addCommand(program, "release", "End an emergency stop; never by the person who engaged it", [
      'holdfast stop release 3 --reason "fixed"',
    ]),
  )
    .argument("<id>", "number of the stop; holdfast stop report lists them")
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<{ reason?: string }>(program, command, (context, { reason }, [id = ""]) => {
    const stop = numberOf("a stop", id, "holdfast stop report");
    return carryOut(
      context,
      ["release", "stop", { stop }],
      { reason },
      ({ result }) => `stop ${stop} is released: ${result.dispatched} jobs dispatched`,
    );
  });
}

function addReport(program: Program): void {
  const command = asPerson(
    addCommand(program, "report", "List emergency stops, or show one worker by worker: who knows of it, who is quiet", [
      "holdfast stop report",
      "holdfast stop report 3",
    ]),
  ).argument("[id]", "number of the stop");
  onCall(program, command, async (context, _options, [id]) => {
    const wanted = id === undefined ? undefined : numberOf("a stop", id, "holdfast stop report");
    const holdfast = await openHoldfast(context);
    const nameOf = await readPeople(holdfast);
    if (wanted === undefined) {
      showStops(context, await listStops(holdfast), nameOf);
      return;
    }
    const [stop, workers] = await Promise.all([getStop(holdfast, wanted), readStopReport(holdfast, wanted)]);
    if (!stop) {
      throw new HoldfastError({
        rule: "unknown_stop",
        status: 404,
        message: `there is no stop ${wanted} in this workspace`,
        hint: "holdfast stop report",
      });
    }
    if (context.json) printJson(context, { stop, workers });
    else print(context, reportLines(context, stop, workers, nameOf));
  });
}

function covers(stop: Stop): string {
  return `${stop.name ? `${stop.scope} ${stop.name}` : stop.scope}: ${stop.what.join(", ")}`;
}

function showStops(context: Context, stops: Stop[], nameOf: (actor: string) => string): void {
  const time = timeStyle(context);
  printRows(
    context,
    stops,
    "no emergency stop was ever engaged",
    [
      { title: "stop", align: "right" },
      { title: "state" },
      { title: "covers" },
      { title: "engaged", align: "right" },
      { title: "by", flexible: true },
      { title: "why", flexible: true },
      { title: "released", flexible: true },
    ],
    (stop) => [
      stop.id,
      stop.released_at ? { text: "released", style: "dim" } : { text: "ENGAGED", style: "red" },
      covers(stop),
      formatTime(stop.engaged_at, time),
      nameOf(stop.engaged_by),
      stop.reason,
      stop.released_at
        ? `${formatTime(stop.released_at, time)} by ${nameOf(stop.released_by ?? "")}: ${stop.released_reason}`
        : " ",
    ],
  );
}

function reportLines(
  context: Context,
  stop: Stop,
  workers: readonly StoppedWorker[],
  nameOf: (actor: string) => string,
): string[] {
  const time = timeStyle(context);
  const seconds = (value: number | null) => (value === null ? null : `${value.toFixed(1)}s`);
  const head = [
    printable(
      `stop ${stop.id} (${covers(stop)}) engaged ${formatTime(stop.engaged_at, time)} by ${nameOf(stop.engaged_by)}: ${stop.reason}`,
    ),
    stop.released_at
      ? printable(
          `released ${formatTime(stop.released_at, time)} by ${nameOf(stop.released_by ?? "")}: ${stop.released_reason}`,
        )
      : `it is engaged (holdfast stop release ${stop.id} ends it)`,
  ];
  if (workers.length === 0) return [...head, "no worker was alive when it was engaged"];
  return [
    ...head,
    ...table(
      [
        { title: "worker", align: "right" },
        { title: "name", flexible: true },
        { title: "state" },
        { title: "acknowledged after", align: "right" },
        { title: "runs to end", align: "right" },
        { title: "still running", align: "right" },
        { title: "quiet after", align: "right" },
      ],
      workers.map((worker) => [
        worker.worker_id,
        worker.worker,
        { text: worker.label, style: LABELS[worker.label] ?? "bold" },
        seconds(worker.seconds_to_acknowledge),
        worker.runs,
        worker.still_running,
        seconds(worker.seconds_to_quiet),
      ]),
      { width: context.width, colour: context.colour },
    ),
  ];
}
