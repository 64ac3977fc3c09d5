import type { Holdfast, Job } from "@holdfast/client";
import { Option } from "commander";
import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, integer, list, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson, timeStyle } from "../context.ts";
import { listJobs } from "../reads/jobs.ts";
import { whyTheyWait } from "../reads/waiting.ts";
import { openHoldfast } from "../session/open.ts";
import { parseDuration } from "../terminal/duration.ts";
import { stateStyle } from "../terminal/paint.ts";
import { progressBar } from "../terminal/progress-bar.ts";
import { type Cell, table } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";

interface JobsOptions {
  state?: string[];
  queue?: string;
  kind?: string;
  lane?: string;
  class?: string;
  name?: string;
  since?: string;
  limit: number;
  all?: boolean;
}

const STATES =
  "awaiting_approval,blocked,queued,dispatched,running,retrying,quarantined,completed,failed,timed_out,canceled";

/** `holdfast jobs`: a dense list, newest first. */
export function addJobs(program: Program): void {
  const command = addCommand(program, "jobs", "List jobs, newest first", [
    "holdfast jobs --state failed,timed_out --since 1d",
    "holdfast jobs --queue primary --kind command --json",
  ])
    .addOption(
      new Option("--state <states>", `only these states, with commas: ${STATES}`).argParser((text, before?: string[]) =>
        list(text, before).map(known),
      ),
    )
    .option("--queue <name>", "only this queue")
    .option("--kind <name>", "only this kind")
    .option("--lane <name>", "only this lane")
    .option("--class <name>", "only this class")
    .option("--name <prefix>", "only names that begin so")
    .option("--since <duration>", "only jobs enqueued in this last while, such as 2h")
    .option("--limit <n>", "at most this many", integer(1), 50)
    .option("--all", "every job that matches");
  asPerson(command);
  onCall<JobsOptions>(program, command, async (context, options) => {
    const since = options.since === undefined ? undefined : parseDuration(options.since, "--since");
    const holdfast = await openHoldfast(context);
    const jobs = await listJobs(holdfast, {
      states: options.state,
      queue: options.queue,
      kind: options.kind,
      lane: options.lane,
      class: options.class,
      name: options.name,
      since: since === undefined ? undefined : new Date(Date.now() - since * 1000),
      limit: options.all ? undefined : options.limit,
    });
    // An empty answer may be a slip of the pen; a full one cannot be.
    if (jobs.length === 0) await requireKnownNames(holdfast, options);
    if (context.json) printJson(context, jobs);
    else
      show(
        context,
        jobs,
        await whyTheyWait(
          holdfast,
          jobs.filter(isWaiting).map((job) => job.id),
        ),
        options,
      );
  });
}

const CATALOGUE = { queue: "queues", lane: "lanes", kind: "kinds", class: "job_classes" } as const;

/** Errors: usage, for a filter that names what the workspace does not have; lists what it has. */
async function requireKnownNames(holdfast: Holdfast, options: JobsOptions): Promise<void> {
  const workspaceId = await holdfast.data.workspaceId();
  for (const [what, table] of Object.entries(CATALOGUE)) {
    const wanted = options[what as keyof typeof CATALOGUE];
    if (wanted === undefined) continue;
    const rows = await holdfast.data.read<{ name: string }[]>((db) =>
      db.from(table).select("name").eq("workspace_id", workspaceId).order("name"),
    );
    if (rows.some(({ name }) => name === wanted)) continue;
    const names = rows.map(({ name }) => name).join(", ");
    const plural = table.replace("job_", "");
    throw new UsageError(`--${what}: there is no ${what} "${wanted}"`, `the ${plural} are ${names}`);
  }
}

function known(state: string): string {
  if (STATES.split(",").includes(state)) return state;
  throw new UsageError(`--state: there is no state "${state}"`, `the states are ${STATES.replaceAll(",", ", ")}`);
}

// Running and ended jobs are not asked about: most of a long list.
function isWaiting(job: Job): boolean {
  return job.state !== "running" && job.finished_at === null;
}

function show(context: Context, jobs: Job[], waits: ReadonlyMap<number, string>, options: JobsOptions): void {
  if (jobs.length === 0) {
    print(context, "no jobs match");
    return;
  }
  print(context, jobTable(context, jobs, waits));
  if (!options.all && jobs.length === options.limit)
    note(context, `the newest ${jobs.length}; --limit or --all shows more`);
}

/** Jobs as a table: what each is, where it stands, and the one thing worth knowing about it. */
export function jobTable(context: Context, jobs: readonly Job[], waits: ReadonlyMap<number, string>): string[] {
  const time = timeStyle(context);
  const rows = jobs.map((job): Cell[] => [
    job.id,
    { text: job.state, style: stateStyle(job.state) ?? "bold" },
    job.kind,
    job.name,
    job.queue,
    // As SQL counts: an attempt that was lost with its worker is not one of the job's own.
    `${job.attempt - job.crash_count}/${job.max_attempts}`,
    formatTime(job.finished_at ?? job.started_at ?? job.created_at, time),
    worthKnowing(job, waits.get(job.id)),
  ]);
  return table(
    [
      { title: "job", align: "right" },
      { title: "state" },
      { title: "kind", flexible: true },
      { title: "name", flexible: true },
      { title: "queue" },
      { title: "try", align: "right" },
      { title: "when", align: "right" },
      { title: "", flexible: true },
    ],
    rows,
    { width: context.width, colour: context.colour },
  );
}

function worthKnowing(job: Job, waits: string | undefined): string {
  if (job.state === "running") return `${progressBar(job.progress)} ${job.progress_message ?? ""}`.trim();
  if (waits !== undefined) return waits;
  return job.state === "completed" ? " " : (job.error_message ?? " ");
}
