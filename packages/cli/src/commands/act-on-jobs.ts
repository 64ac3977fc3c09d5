import type { Action, Holdfast } from "@holdfast/client";
import { EXIT, exitCodeOf, formatError, formatErrorJson, UsageError } from "../cli-error.ts";
import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, print, printJson } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { printable } from "../terminal/printable.ts";

/** Acts on jobs: the verb, one sentence and an example. SQL decides whether each is allowed. */
const VERBS: Record<string, { summary: string; example: string }> = {
  cancel: {
    summary: "End jobs for good; a running command is asked to stop first",
    example: 'holdfast cancel 12 13 --reason "wrong input"',
  },
  kill: {
    summary: "End the running attempt of jobs at once, with everything it started",
    example: 'holdfast kill 12 --reason "eats the disk"',
  },
  retry: { summary: "Give the same jobs another attempt now", example: "holdfast retry 12" },
  rerun: { summary: "Make new jobs like these, which point back to them", example: "holdfast rerun 12" },
  release: {
    summary: "Let quarantined jobs go on, after a person looked at them",
    example: 'holdfast release 12 --reason "input corrected"',
  },
  discard: {
    summary: "Give quarantined jobs up: they are canceled",
    example: 'holdfast discard 12 --reason "no longer needed"',
  },
};

/** `holdfast cancel|kill|retry|rerun|release|discard ID…`. */
export function addJobActs(program: Program): void {
  for (const [verb, { summary, example }] of Object.entries(VERBS)) {
    const command = addCommand(program, verb, summary, [example])
      .argument("<ids...>", "ids of the jobs")
      .option("-r, --reason <text>", "why; kept in the record");
    asPerson(command);
    onCall<{ reason?: string }>(program, command, (context, { reason }, args) =>
      actOnJobs(context, verb, args.map(jobId), reason),
    );
  }
}

/** One verb on each of some jobs; answers with the exit code. */
export function actOnJobs(context: Context, verb: string, jobs: readonly number[], reason?: string): Promise<number> {
  return actOnEach(
    context,
    jobs,
    (holdfast, job) => holdfast.act(verb, "job", { job }, { reason }),
    (job, action) => describe(job, action),
  );
}

/** Acts on one thing after the other, says what happened to each, and answers with the worst exit code. */
export async function actOnEach<T>(
  context: Context,
  things: readonly T[],
  act: (holdfast: Holdfast, thing: T) => Promise<Action>,
  describeAct: (thing: T, action: Action) => string,
): Promise<number> {
  const holdfast = await openHoldfast(context);
  const actions: Action[] = [];
  let worst: number = EXIT.ok;
  for (const thing of things) {
    try {
      const action = await act(holdfast, thing);
      actions.push(action);
      if (!context.json) print(context, describeAct(thing, action));
    } catch (error) {
      // One refusal must not keep the others from being acted on.
      context.stderr.write(context.json ? formatErrorJson(error) : formatError(error));
      worst = Math.max(worst, exitCodeOf(error));
      if (worst === EXIT.unreachable) break;
    }
  }
  if (context.json) printJson(context, actions);
  return worst;
}

/** What the act did, as its row says. */
function describe(job: number, { result }: Action): string {
  if (result.job !== undefined) return `job ${job} made anew as job ${printable(result.job)}`;
  if (result.asked !== undefined) return `job ${job} is asked ${printable(result.asked)}`;
  const held =
    Array.isArray(result.held_by) && result.held_by.length > 0 ? `, held by ${result.held_by.join(", ")}` : "";
  return `job ${job} is ${printable(result.state ?? "acted on")}${printable(held)}`;
}

/** A job id from the command line. */
export function jobId(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id) && id > 0) return id;
  throw new UsageError(`"${text}" is not the id of a job`, "an id is a number such as 12; holdfast jobs lists them");
}
