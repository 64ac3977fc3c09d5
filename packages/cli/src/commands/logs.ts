import type { Holdfast } from "@holdfast/client";
import { CliError, UsageError } from "../cli-error.ts";
import { addCommand, asPerson, integer, onCall, type Program } from "../command.ts";
import { type Context, note, printJson } from "../context.ts";
import { followJob } from "../output/follow-job.ts";
import { OutputReader, readTail } from "../output/output-reader.ts";
import { OutputSink } from "../output/output-sink.ts";
import { getRun, type Run, runsOf } from "../reads/run.ts";
import { openHoldfast } from "../session/open.ts";

interface LogsOptions {
  job?: number;
  follow?: boolean;
  raw?: boolean;
  tail?: number;
}

/** `holdfast logs`: the output of a run, as it was written. */
export function addLogs(program: Program): void {
  const command = addCommand(program, "logs", "Show the output of a run, or follow it", [
    "holdfast logs --job 12 -f",
    "holdfast logs 31 > output.txt",
  ])
    .argument("[run]", "id of the run; leave it out with --job", integer(1))
    .option("--job <id>", "the latest run of this job", integer(1))
    .option("-f, --follow", "go on until the run (with --job: the job) ends")
    .option("--tail <bytes>", "start this many bytes before the end of what is stored", integer(0))
    .option("--raw", "byte for byte, even on a terminal");
  asPerson(command);
  onCall<LogsOptions>(program, command, logs);
}

async function logs(context: Context, options: LogsOptions, [runText]: string[]): Promise<number> {
  if ((runText === undefined) === (options.job === undefined)) {
    throw new UsageError("name a run, or a job with --job: one of the two", "holdfast logs --job 12");
  }
  const holdfast = await openHoldfast(context);
  const runId = runText === undefined ? undefined : Number(runText);
  if (options.follow) return follow(context, holdfast, options, runId);
  const run = await findRun(holdfast, options, runId);
  if (context.json) {
    const pieces = await readTail(holdfast, run, options.tail ?? Number.MAX_SAFE_INTEGER);
    const output = pieces.map(({ stream, data }) => ({ stream, text: new TextDecoder().decode(data) }));
    printJson(context, { run, output });
    return 0;
  }
  const sink = new OutputSink(context.stdout, context.stderr, options.raw ?? false);
  const pieces =
    options.tail === undefined
      ? new OutputReader(holdfast, run.id).readUpTo(run)
      : await readTail(holdfast, run, options.tail);
  for await (const piece of pieces) await sink.write(piece);
  await sink.end();
  return 0;
}

async function follow(
  context: Context,
  holdfast: Holdfast,
  options: LogsOptions,
  runId: number | undefined,
): Promise<number> {
  if (context.json) throw new UsageError("--json and --follow do not go together", "leave one of them out");
  const sink = new OutputSink(context.stdout, context.stderr, options.raw ?? false);
  const jobId = options.job ?? (await getRun(holdfast, runId as number)).job_id;
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  try {
    await followJob(
      holdfast,
      jobId,
      { onOutput: (piece) => sink.write(piece) },
      { signal: stop.signal, ...(runId === undefined ? {} : { runId }) },
    );
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    note(context, `\nno longer following; job ${jobId} goes on`);
    return 130;
  } finally {
    process.removeListener("SIGINT", onInterrupt);
    await sink.end();
  }
  return 0;
}

async function findRun(holdfast: Holdfast, options: LogsOptions, runId: number | undefined): Promise<Run> {
  if (runId !== undefined) return getRun(holdfast, runId);
  const job = await holdfast.get(options.job as number);
  const run = (await runsOf(holdfast, job.id)).at(-1);
  if (run) return run;
  throw new CliError(`job ${job.id} is ${job.state} and has not run yet, so there is no output`, {
    hint: `holdfast job ${job.id} says why it waits; holdfast logs -f --job ${job.id} waits for it`,
  });
}
