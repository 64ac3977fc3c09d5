import { resolve } from "node:path";
import type { Holdfast, Job } from "@holdfast/client";
import { InvalidArgumentError } from "commander";
import { addCommand, asPerson, list, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson } from "../context.ts";
import { followJob } from "../output/follow-job.ts";
import { DETACHED, describeEnd, exitCodeFor, progressLine } from "../output/how-it-goes.ts";
import { OutputSink } from "../output/output-sink.ts";
import { whyNothingHappens } from "../output/why-nothing-happens.ts";
import type { Run } from "../reads/run.ts";
import { openHoldfast } from "../session/open.ts";
import { formatDuration, parseDuration } from "../terminal/duration.ts";
import { LiveLine } from "../terminal/live-line.ts";
import { printable } from "../terminal/printable.ts";
import { enqueueOnce, work } from "./enqueue-once.ts";
import { addJobOptions, type JobOptions, toEnqueueOptions } from "./job-options.ts";

interface RunOptions extends JobOptions {
  detach?: boolean;
  pty?: boolean;
  cwd?: string;
  env?: string[];
  grace?: string;
  raw?: boolean;
}

/** `holdfast run -- CMD…`: one command as a durable job. */
export function addRun(program: Program): void {
  const command = addCommand(program, "run", "Run one command as a durable job, and follow it", [
    "holdfast run -- make test",
    "holdfast run --detach --timeout 2h --name nightly -- ./scripts/import.sh --full",
  ])
    .argument("<command...>", "the program and its arguments; put -- before them")
    .passThroughOptions()
    .option("-d, --detach", "print the job's id and return at once")
    .option("--pty", "give the command a terminal (default: when stdout is one)")
    .option("--no-pty", "give the command pipes, with stdout and stderr apart")
    .option("--cwd <folder>", "where it runs (default: here)")
    .option("--env <names>", "names of variables the worker passes on to it", environmentNames)
    .option("--grace <duration>", "time between SIGTERM and SIGKILL when it is ended")
    .option("--raw", "show output byte for byte, even on a terminal");
  addJobOptions(asPerson(command));
  onCall<RunOptions>(program, command, run);
}

async function run(context: Context, options: RunOptions, argv: string[]): Promise<number> {
  // A person who runs a command decides themselves whether to run it again, so it is tried once unless they say so.
  const how = { trigger: "manual", ...toEnqueueOptions({ attempts: 1, ...options }) };
  const payload = toPayload(context, options, argv);
  const holdfast = await openHoldfast(context);
  const job = await enqueueOnce(context, holdfast, "command", payload, how);
  if (options.detach) {
    if (context.json) printJson(context, job);
    else print(context, String(job.id));
    return 0;
  }
  // The job's own words, not those typed: a repeated key leads to a job that may do something else.
  if (!context.json) note(context, `job ${job.id}: ${work(job)}`);
  return follow(context, holdfast, job, options);
}

/** Refused here, before anything is enqueued: the runner would refuse them too, but only when the job has failed by it. */
function environmentNames(text: string, before: string[] = []): string[] {
  for (const name of list(text)) {
    if (name.includes("=")) {
      throw new InvalidArgumentError("It takes names, not values: set the variable where the worker starts.");
    }
    if (!/^HOLDFAST_/i.test(name)) continue;
    throw new InvalidArgumentError(
      "Holdfast's own variables are never passed on: a command gets those of its run anyway.",
    );
  }
  return list(text, before);
}

function toPayload(context: Context, options: RunOptions, argv: string[]): Record<string, unknown> {
  const pty = options.pty ?? (context.stdout.isTTY === true && !context.json);
  return {
    argv,
    cwd: resolve(context.cwd, options.cwd ?? "."),
    ...(options.env ? { env: options.env } : {}),
    pty,
    ...(pty && context.stdout.isTTY ? { columns: context.stdout.columns || 80 } : {}),
    ...(options.grace ? { grace_seconds: parseDuration(options.grace, "--grace") } : {}),
  };
}

async function follow(context: Context, holdfast: Holdfast, job: Job, options: RunOptions): Promise<number> {
  // With --json stdout carries the document alone, so the command's own output goes to stderr.
  const sink = new OutputSink(context.json ? context.stderr : context.stdout, context.stderr, options.raw ?? false);
  const line = new LiveLine(context.stderr);
  const detach = new AbortController();
  const onInterrupt = () => detach.abort();
  process.once("SIGINT", onInterrupt);
  const say = (text: string) => {
    line.clear();
    note(context, text);
  };
  let told = "";
  const tellOnce = (text: string) => {
    if (text === told) return;
    told = text;
    say(text);
  };
  try {
    const end = await followJob(
      holdfast,
      job.id,
      {
        onOutput: async (piece) => {
          line.clear();
          await sink.write(piece);
        },
        onLook: async (now, run) => {
          const why = await whyNothingHappens(holdfast, now);
          if (why !== undefined) tellOnce(why);
          if (sink.atLineStart) line.draw(progressLine(now, run));
        },
        onRunEnd: (now, run) =>
          say(`-- attempt ${run.attempt} ended: ${describeEnd(run)}; job ${now.id} is now ${now.state}`),
        onOutage: (error) => tellOnce(`-- ${printable(error.message)}; the job goes on, still trying`),
      },
      { signal: detach.signal },
    );
    line.clear();
    await sink.end();
    return finish(context, end.job, end.run);
  } catch (error) {
    if (!detach.signal.aborted) throw error;
    line.clear();
    await sink.end();
    say(
      `\ndetached: job ${job.id} goes on. Follow it: holdfast logs -f --job ${job.id}   End it: holdfast cancel ${job.id}`,
    );
    return DETACHED;
  } finally {
    line.clear();
    process.removeListener("SIGINT", onInterrupt);
  }
}

function finish(context: Context, job: Job, run: Run | undefined): number {
  if (context.json) printJson(context, { job, run: run ?? null });
  const exitCode = exitCodeFor(job, run);
  const took = run?.started_at && run.finished_at ? Date.parse(run.finished_at) - Date.parse(run.started_at) : 0;
  if (job.state !== "completed") {
    const why = job.error_message ? `: ${printable(job.error_message)}` : "";
    note(context, `job ${job.id} ${job.state.replace("_", " ")}${why} (see: holdfast job ${job.id})`);
  } else if (context.stderr.isTTY) {
    note(context, `job ${job.id} completed in ${formatDuration(took)}, attempt ${job.attempt}`);
  }
  return exitCode;
}
