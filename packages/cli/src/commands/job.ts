import type { Job } from "@holdfast/client";
import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { lastLines } from "../output/last-lines.ts";
import { type AllowedAction, allowedActions } from "../reads/jobs.ts";
import { readPeople } from "../reads/people.ts";
import { type Run, runsOf } from "../reads/run.ts";
import { whyTheyWait } from "../reads/waiting.ts";
import { openHoldfast } from "../session/open.ts";
import { formatDuration } from "../terminal/duration.ts";
import { paint, stateStyle } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { progressBar } from "../terminal/progress-bar.ts";
import { table, truncate } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";
import { jobId } from "./act-on-jobs.ts";

const TAIL_LINES = 12;

/** `holdfast job ID`: the whole story of one job. */
export function addJob(program: Program): void {
  const command = addCommand(
    program,
    "job",
    "Tell the whole story of one job: state, why it waits, attempts, error, output",
    ["holdfast job 12"],
  ).argument("<id>", "id of the job");
  asPerson(command);
  onCall(program, command, async (context, _options, [id = ""]) => {
    const wanted = jobId(id);
    const holdfast = await openHoldfast(context);
    const job = await holdfast.get(wanted);
    const [runs, actions, waiting, nameOf] = await Promise.all([
      runsOf(holdfast, job.id),
      allowedActions(holdfast, job.id),
      whyTheyWait(holdfast, [job.id]),
      readPeople(holdfast),
    ]);
    const waits = waiting.get(job.id);
    const tail = await lastLines(holdfast, runs.at(-1), TAIL_LINES);
    if (context.json) {
      printJson(context, { job, waits_because: waits ?? null, runs, last_lines: tail, allowed_actions: actions });
      return;
    }
    print(context, [
      ...head(context, { ...job, created_by: nameOf(job.created_by) }, waits),
      ...attempts(context, runs),
      ...output(context, tail, runs.at(-1)),
      ...next(context, job, actions),
    ]);
  });
}

function head(context: Context, job: Job, waits: string | undefined): string[] {
  const time = timeStyle(context);
  const title = `job ${job.id}  ${printable(job.kind)}${job.name ? `  ${printable(job.name)}` : ""}`;
  const state = paint(job.state, stateStyle(job.state) ?? "bold", context.colour);
  const lines = [
    paint(title, "bold", context.colour),
    `state     ${state}${waits === undefined ? "" : `: ${printable(waits)}`}`,
  ];
  const add = (name: string, text: string | null | undefined) => {
    if (text) lines.push(`${name.padEnd(9)} ${text}`);
  };
  if (job.state === "running")
    add("progress", `${progressBar(job.progress)}  ${printable(job.progress_message ?? "")}`);
  if (job.error_message)
    add("error", `${printable(job.error_message)}${job.error_class ? ` (${printable(job.error_class)})` : ""}`);
  add("place", `queue ${job.queue}, lane ${job.lane}, class ${job.class}, priority ${job.priority}`);
  add("limits", `${triesOf(job)}, ${formatDuration(job.timeout_seconds * 1000)} each`);
  add("enqueued", `${formatTime(job.created_at, time)} by ${printable(job.created_by)}`);
  add("started", job.started_at ? formatTime(job.started_at, time) : null);
  add("ended", job.finished_at ? formatTime(job.finished_at, time) : null);
  add("key", job.idempotency_key === null ? null : printable(job.idempotency_key));
  add("after", job.depends_on.length ? `job ${job.depends_on.join(", ")}` : null);
  add("rerun of", job.rerun_of === null ? null : `job ${job.rerun_of}`);
  add("payload", truncate(printable(JSON.stringify(job.payload)), (context.width ?? 400) - 10));
  if (job.result !== null) add("result", truncate(printable(JSON.stringify(job.result)), (context.width ?? 400) - 10));
  return lines;
}

/** Tries against the limit, as SQL counts them: one that was lost with its worker is no failure of the job's. */
export function triesOf(job: Pick<Job, "attempt" | "crash_count" | "max_attempts">): string {
  const { attempt, crash_count: lost, max_attempts: most } = job;
  return `attempt ${attempt - lost} of ${most}${lost === 0 ? "" : ` (${lost} more lost with the worker, not counted)`}`;
}

function attempts(context: Context, runs: readonly Run[]): string[] {
  if (runs.length === 0) return ["", "it has not run yet"];
  const time = timeStyle(context);
  // Most commands report none: a column of dashes would only take room.
  const costs = runs.some((run) => run.cost !== null);
  return [
    "",
    ...table(
      [
        { title: "try", align: "right" },
        { title: "run", align: "right" },
        { title: "outcome" },
        { title: "exit" },
        { title: "started", align: "right" },
        { title: "took", align: "right" },
        { title: "worker", align: "right" },
        { title: "cpu", align: "right" },
        { title: "memory", align: "right" },
        ...(costs ? [{ title: "cost", align: "right" as const }] : []),
        { title: "error", flexible: true },
      ],
      runs.map((run) => [
        run.attempt,
        run.id,
        { text: run.outcome ?? "running", style: stateStyle(run.outcome ?? "running") ?? "bold" },
        run.signal ?? run.exit_code,
        formatTime(run.started_at, time),
        run.started_at
          ? formatDuration((run.finished_at ? Date.parse(run.finished_at) : time.now) - Date.parse(run.started_at))
          : null,
        run.worker_id,
        run.cpu_seconds === null ? null : `${run.cpu_seconds.toFixed(1)}s`,
        run.memory_bytes === null ? null : `${Math.round(run.memory_bytes / 1_048_576)} MB`,
        ...(costs ? [run.cost] : []),
        run.error_message ?? " ",
      ]),
      { width: context.width, colour: context.colour },
    ),
  ];
}

function output(context: Context, tail: string[], run: Run | undefined): string[] {
  if (!run || tail.length === 0) return [];
  const title = `last lines of run ${run.id} (all of it: holdfast logs ${run.id})`;
  return ["", paint(title, "dim", context.colour), ...tail.map((line) => `  ${line}`)];
}

function next(context: Context, job: Job, actions: readonly AllowedAction[]): string[] {
  if (actions.length === 0) return [];
  const commands = actions.map((action) => ({
    // The consent to a job is an approval with a number of its own; by the job it is asked for with --job.
    command: `holdfast ${action.verb} ${["approve", "reject"].includes(action.verb) ? "--job " : ""}${job.id}${action.needs_reason ? ' --reason "…"' : ""}`,
    sentence: printable(action.sentence),
  }));
  const width = Math.max(...commands.map(({ command }) => command.length));
  return [
    "",
    paint("you may", "dim", context.colour),
    ...commands.map(({ command, sentence }) => `  ${command.padEnd(width)}  ${sentence}`),
  ];
}
