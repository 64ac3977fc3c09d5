import { HoldfastError } from "@holdfast/client";
import { addCommand, addGroup, asPerson, integer, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { rowsOf } from "../reads/rows.ts";
import { listSchedules, type Schedule, windowsOf } from "../reads/schedules.ts";
import { openHoldfast } from "../session/open.ts";
import type { Style } from "../terminal/paint.ts";
import { type Column, table } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";
import { carryOut, printRows } from "./acting.ts";

/** A row of `holdfast.schedule_windows`. */
interface Window {
  window_at: string;
  outcome: "fired" | "late" | "skipped" | "missed";
  reason: string | null;
  job_id: number | null;
  decided_at: string;
  decided_by: string;
}

const OUTCOMES: Record<Window["outcome"], Style> = { fired: "green", late: "yellow", skipped: "yellow", missed: "red" };

/** `holdfast schedule list|enable|disable|run|windows`. */
export function addSchedules(program: Program): void {
  const group = addGroup(program, "schedule", "List schedules and their windows, enable, disable and run them");
  addList(group);
  addAct(group, "enable", "Let a schedule fire; some need another person's consent first");
  addAct(group, "disable", "Let a schedule fire no more");
  addAct(group, "run", "Start a schedule's job now, outside its windows");
  addWindows(group);
}

function addList(program: Program): void {
  const command = asPerson(
    addCommand(program, "list", "List schedules: when they fire, whether they are enabled, and what is next", [
      "holdfast schedule list",
    ]),
  );
  onCall(program, command, async (context) => {
    const time = timeStyle(context);
    const schedules = await listSchedules(await openHoldfast(context));
    printRows(
      context,
      schedules,
      "there is no schedule",
      [
        { title: "schedule" },
        { title: "state" },
        { title: "rule" },
        { title: "zone" },
        { title: "next", align: "right" },
        { title: "last job", align: "right" },
        { title: "kind" },
        { title: "what it is for", flexible: true },
      ],
      (schedule) => [
        schedule.name,
        schedule.enabled
          ? { text: "enabled", style: "green" as Style }
          : { text: schedule.needs_approval ? "disabled, needs consent" : "disabled", style: "dim" as Style },
        schedule.cron,
        schedule.time_zone,
        formatTime(schedule.next_window, time),
        schedule.last_job_id,
        schedule.kind,
        schedule.description || " ",
      ],
    );
  });
}

function addAct(program: Program, verb: "enable" | "disable" | "run", summary: string): void {
  const command = asPerson(addCommand(program, verb, summary, [`holdfast schedule ${verb} health_scan`]))
    .argument("<name>", "name of the schedule; holdfast schedule list lists them")
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<{ reason?: string }>(program, command, (context, { reason }, [name = ""]) =>
    carryOut(context, [verb, "schedule", { schedule: name }], { reason }, ({ result }) => {
      if (verb === "run") return `schedule ${name} started job ${result.job}`;
      if (result.approval === undefined)
        return `schedule ${name} is ${result.state}${result.note ? ` (${result.note})` : ""}`;
      return `schedule ${name}: approval ${result.approval} ${result.state}`;
    }),
  );
}

function addWindows(program: Program): void {
  const command = asPerson(
    addCommand(program, "windows", "Show what became of a schedule's windows, and when the next ones are", [
      "holdfast schedule windows health_scan",
      "holdfast schedule windows portfolio_daily --past 30 --next 7 --utc",
    ]),
  )
    .argument("<name>", "name of the schedule")
    .option("--past <n>", "so many past windows", integer(0), 10)
    .option("--next <n>", "so many windows to come", integer(0), 5);
  onCall<{ past: number; next: number }>(program, command, async (context, options, [name = ""]) => {
    const holdfast = await openHoldfast(context);
    const [schedule] = await listSchedules(holdfast, { name });
    if (!schedule) throw unknownSchedule(name);
    const past = await rowsOf<Window>(holdfast, "schedule_windows", {
      order: "window_at",
      ascending: false,
      limit: options.past,
      where: { schedule_id: schedule.id },
    });
    const next = await windowsOf(schedule, options.next);
    past.reverse();
    if (context.json) printJson(context, { schedule, past, next });
    else print(context, windowLines(context, schedule, past, next));
  });
}

function unknownSchedule(name: string): HoldfastError {
  return new HoldfastError({
    rule: "unknown_schedule",
    status: 404,
    message: `there is no schedule "${name}" in this workspace`,
    hint: "holdfast schedule list",
  });
}

function windowLines(context: Context, schedule: Schedule, past: Window[], next: string[]): string[] {
  const time = timeStyle(context);
  const columns: Column[] = [
    { title: "window" },
    { title: "" },
    { title: "outcome" },
    { title: "job", align: "right" },
    { title: "", flexible: true },
  ];
  const absolute = { ...time, utc: true };
  return table(
    columns,
    [
      ...past.map((window) => [
        formatTime(window.window_at, absolute),
        formatTime(window.window_at, { ...time, utc: false }),
        { text: window.outcome, style: OUTCOMES[window.outcome] },
        window.job_id,
        window.reason ?? " ",
      ]),
      ...next.map((at) => [
        formatTime(at, absolute),
        formatTime(at, { ...time, utc: false }),
        { text: schedule.enabled ? "to come" : "would be", style: "dim" as Style },
        " ",
        schedule.enabled ? " " : "the schedule is disabled",
      ]),
    ],
    { width: context.width, colour: context.colour },
  );
}
