import type { EnqueueOptions } from "@holdfast/client";
import { type Command, InvalidArgumentError } from "commander";
import { UsageError } from "../cli-error.ts";
import { ids, integer } from "../command.ts";
import { parseDuration } from "../terminal/duration.ts";

/** The options that `run` and `enqueue` share: how a job is to run. */
export interface JobOptions {
  queue?: string;
  lane?: string;
  class?: string;
  name?: string;
  priority?: number;
  key?: string;
  runAt?: string;
  timeout?: string;
  attempts?: number;
  concurrencyKey?: string;
  venture?: string;
  dependsOn?: number[];
  label?: Record<string, string>;
  estCost?: number;
}

/** The bounds that SQL has too; here they are named by their option. */
const THIRTY_DAYS = { seconds: 30 * 86_400, words: "30 days" };
const TEN_YEARS = { seconds: 3650 * 86_400, words: "ten years" };
/** What jobs.est_cost, numeric(14, 6), can hold. */
const LARGEST_AMOUNT = 99_999_999;

/** Adds the options of a job to a command. */
export function addJobOptions(command: Command): Command {
  return command
    .option("--queue <name>", "the queue it waits in")
    .option("--lane <name>", "which workers may take it")
    .option("--class <name>", "its rules for retries, timeout and approval")
    .option("--name <text>", "a name to find it by")
    .option("--priority <n>", "smaller runs first", integer(-1_000_000))
    .option("--key <text>", "idempotency key: a repeat returns the job that exists")
    .option("--run-at <time>", "not before this time (ISO 8601), or after a delay such as 10m")
    .option("--timeout <duration>", "end it after this long, such as 90s, 10m, 2h")
    .option("--attempts <n>", "how often it is tried at most", integer(1))
    .option("--concurrency-key <text>", "jobs with the same key never run together")
    .option("--venture <name>", "the line of work it belongs to")
    .option("--depends-on <ids>", "jobs that must complete first", ids)
    .option("--label <key=value>", "a label; may be given several times", label)
    .option("--est-cost <amount>", "what it is expected to cost", amount);
}

/** The options as the client takes them. Errors: usage, for a timeout or time that cannot be read. */
export function toEnqueueOptions(options: JobOptions): EnqueueOptions {
  return {
    queue: options.queue,
    lane: options.lane,
    class: options.class,
    name: options.name,
    priority: options.priority,
    idempotencyKey: options.key,
    runAt: options.runAt === undefined ? undefined : parseRunAt(options.runAt),
    timeoutSeconds:
      options.timeout === undefined ? undefined : parseDuration(options.timeout, "--timeout", THIRTY_DAYS),
    maxAttempts: options.attempts,
    concurrencyKey: options.concurrencyKey,
    venture: options.venture,
    dependsOn: options.dependsOn,
    labels: options.label,
    estCost: options.estCost,
  };
}

function parseRunAt(text: string): Date | string {
  if (/^(\d+[smhd])+$/.test(text)) return new Date(Date.now() + parseDuration(text, "--run-at", TEN_YEARS) * 1000);
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  if (day !== undefined && !Number.isNaN(Date.parse(text))) {
    // JavaScript moves a day that does not exist into the next month without a word.
    const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
    if (date.getUTCDate() === Number(day)) return new Date(text);
    throw new UsageError(`--run-at "${text}" is a day that the calendar does not have`, "correct the date");
  }
  throw new UsageError(
    `--run-at "${text}" is neither a time nor a delay`,
    "write a time as 2026-11-20T08:00:00Z, or a delay as 10m",
  );
}

function label(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it as key=value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= LARGEST_AMOUNT) return value;
  throw new InvalidArgumentError(`It must be a number from 0 to ${LARGEST_AMOUNT}.`);
}
