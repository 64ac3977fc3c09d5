import { resolve } from "node:path";
import type { Holdfast, Job } from "@holdfast/client";
import { addCommand, asPerson, list, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson } from "../context.ts";
import { followJob } from "../output/follow-job.ts";
import { describeEnd, exitCodeFor, progressLine } from "../output/how-it-goes.ts";
import { OutputSink } from "../output/output-sink.ts";
import type { Run } from "../reads/run.ts";
import { listWorkers, workerState } from "../reads/workers.ts";
import { openHoldfast } from "../session/open.ts";
import { formatDuration, parseDuration } from "../terminal/duration.ts";
import { LiveLine } from "../terminal/live-line.ts";
import { printable } from "../terminal/printable.ts";
import { addJobOptions, type JobOptions, toEnqueueOptions } from "./job-options.ts";

interface RunOptions extends JobOptions {
  detach?: boolean;
  pty?: boolean;
  cwd?: string;
  env?: string[];
  grace?: string;
  raw?: boolean;
}

/** Exit code of a follower that Ctrl-C ended, as a shell gives it. */
const DETACHED = 130;

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
    .option("--env <names>", "names of variables the worker passes on to it", list)
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
  const job = await holdfast.enqueue("command", payload, how);
  if (options.detach) {
    if (context.json) printJson(context, job);
    else print(context, String(job.id));
    return 0;
  }
  if (!context.json) note(context, `job ${job.id}: ${printable(argv.join(" "))}`);
  return follow(context, holdfast, job, options);
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
          if (await isIgnored(holdfast, now)) {
            tellOnce(`-- WORKER NOT RUNNING: job ${now.id} waits until one takes it; start one with: holdfast worker`);
          }
          if (sink.atLineStart) line.draw(progressLine(now, run));
          if (["awaiting_approval", "quarantined"].includes(now.state)) {
            tellOnce(`job ${now.id} is ${now.state.replace("_", " ")}: see what it needs with: holdfast job ${now.id}`);
          }
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

/** How long a dispatched job may wait before it is worth asking whether anybody is there to take it, in milliseconds. */
const PATIENCE_MS = 3000;

async function isIgnored(holdfast: Holdfast, job: Job): Promise<boolean> {
  if (job.state !== "dispatched" || Date.now() - Date.parse(job.dispatched_at ?? "") < PATIENCE_MS) return false;
  const workers = await listWorkers(holdfast);
  return !workers.some((worker) => workerState(worker, Date.now()) === "working" && worker.lanes.includes(job.lane));
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
