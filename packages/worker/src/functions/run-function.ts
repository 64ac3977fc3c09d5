import type { Finish } from "@holdfast/db";
import type { z } from "zod";
import type { Task, TaskJob } from "../tasks/define-task.ts";
import { finalFailure, finishOfEnding, finishOfError, finishOfResult } from "./finish-of.ts";
import type { FunctionRun } from "./function-run.ts";

/** A started function run. */
export interface StartedFunction {
  /** How the run ends; undefined when its lease was lost. Settles early when the handler is given up. */
  finish: Promise<Finish | undefined>;
  /** When the handler itself has returned; never rejects. */
  returned: Promise<unknown>;
}

/** Parses the payload and calls the handler. */
export function runFunction(run: FunctionRun, task: Task): StartedFunction {
  const returned = handle(run, task);
  const finish = new Promise<Finish | undefined>((resolve) => {
    run.onAbandon(() => {
      run.log.warn({ ending: run.ending }, "the handler is given up; its slot stays taken until it returns");
      resolve(finishOfEnding(run, run.ending ?? "kill"));
    });
    void returned.then(resolve);
  });
  return { finish, returned };
}

async function handle(run: FunctionRun, task: Task): Promise<Finish | undefined> {
  let finish: Finish;
  try {
    const parsed = await parse(task.payload, run.lease.payload);
    if ("problem" in parsed) return finalFailure(run.token, "invalid_payload", parsed.problem);
    finish = finishOfResult(run, await task.run(jobOf(run, parsed.payload), run));
  } catch (thrown) {
    finish = finishOfError(run, thrown);
  }
  return run.ending ? finishOfEnding(run, run.ending) : finish;
}

async function parse(schema: z.ZodType, payload: unknown): Promise<{ payload: unknown } | { problem: string }> {
  const pending = schema["~standard"].validate(payload);
  const parsed = pending instanceof Promise ? await pending : pending;
  if (!parsed.issues) return { payload: parsed.value };
  const problems = parsed.issues.slice(0, 10).map((issue) => {
    const path = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part)).join(".");
    return path === "" ? issue.message : `payload.${path}: ${issue.message}`;
  });
  return {
    problem: `the payload does not match the kind's schema: ${problems.join("; ")}`,
  };
}

function jobOf(run: FunctionRun, payload: unknown): TaskJob<unknown> {
  const { lease } = run;
  return {
    id: lease.job_id,
    kind: lease.kind,
    payload,
    name: lease.name,
    attempt: lease.attempt,
    workspace: lease.workspace,
    queue: lease.queue,
    lane: lease.lane,
    labels: lease.labels,
    idempotencyKey: lease.idempotency_key,
  };
}
