import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Holdfast, Job } from "@holdfast/client";
import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson } from "../context.ts";
import { DETACHED } from "../output/how-it-goes.ts";
import { whyNothingHappens } from "../output/why-nothing-happens.ts";
import { openHoldfast } from "../session/open.ts";
import { printable } from "../terminal/printable.ts";
import { enqueueOnce } from "./enqueue-once.ts";
import { addJobOptions, type JobOptions, toEnqueueOptions } from "./job-options.ts";

interface EnqueueCommandOptions extends JobOptions {
  payload?: string;
  wait?: boolean;
}

/** `holdfast enqueue KIND --payload JSON`: one job of any kind. */
export function addEnqueue(program: Program): void {
  const command = addCommand(program, "enqueue", "Add a job of a kind", [
    `holdfast enqueue hello --payload '{"name": "Ada"}'`,
    "holdfast enqueue report --payload @report.json --run-at 2026-12-01T06:00:00Z --key report-december",
  ])
    .argument("<kind>", "what the job is; `holdfast kinds` lists them")
    .option("-p, --payload <json>", "the payload: JSON, @file, or - for stdin (default: {})")
    .option("--wait", "wait until the job is final; exit code 1 unless it completed");
  addJobOptions(asPerson(command));
  onCall<EnqueueCommandOptions>(program, command, async (context, options, [kind = ""]) => {
    const payload = await readPayload(context, options.payload);
    const how = { trigger: "manual", ...toEnqueueOptions(options) };
    const holdfast = await openHoldfast(context);
    const job = await enqueueOnce(context, holdfast, kind, payload, how);
    if (!options.wait) {
      if (context.json) printJson(context, job);
      else print(context, String(job.id));
      return 0;
    }
    if (!context.json) note(context, `job ${job.id}: ${printable(kind)}`);
    const done = await waitFor(context, holdfast, job);
    if (done === undefined) return DETACHED;
    if (context.json) printJson(context, done);
    else if (done.state === "completed") print(context, JSON.stringify(done.result));
    else note(context, `job ${done.id} ${done.state}: ${printable(done.error_message ?? "")}`);
    return done.state === "completed" ? 0 : 1;
  });
}

/** The job once it is final; undefined when Ctrl-C ended the waiting, which the job does not notice. */
async function waitFor(context: Context, holdfast: Holdfast, job: Job): Promise<Job | undefined> {
  const detach = new AbortController();
  const onInterrupt = () => detach.abort();
  process.once("SIGINT", onInterrupt);
  let told: string | undefined;
  let asking = false;
  const look = async (now: Job) => {
    const why = await whyNothingHappens(holdfast, now);
    if (why !== undefined && why !== told) note(context, why);
    told = why ?? told;
  };
  const onLook = (now: Job) => {
    if (asking) return;
    asking = true;
    // The next look asks again what this one could not find out.
    void look(now)
      .catch(() => {})
      .finally(() => {
        asking = false;
      });
  };
  try {
    return await holdfast.wait(job, { signal: detach.signal, onLook });
  } catch (error) {
    if (!detach.signal.aborted) throw error;
    note(context, `\ndetached: job ${job.id} goes on. See: holdfast job ${job.id}   End it: holdfast cancel ${job.id}`);
    return undefined;
  } finally {
    process.removeListener("SIGINT", onInterrupt);
  }
}

async function readPayload(context: Context, given: string | undefined): Promise<unknown> {
  if (given === undefined) return {};
  if (given === "-") return parseJson(await readAll(context.stdin), "stdin");
  if (!given.startsWith("@")) return parseJson(given, "--payload");
  const path = resolve(context.cwd, given.slice(1));
  try {
    return parseJson(await readFile(path, "utf8"), path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      `--payload: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      "check the path",
    );
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${where} is not JSON: ${(error as Error).message}`,
      `quote it for the shell, as in --payload '{"name": "Ada"}', or use --payload @file`,
    );
  }
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}
