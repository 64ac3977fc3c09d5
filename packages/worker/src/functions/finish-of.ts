import type { Finish, RunError } from "@holdfast/db";
import type { Ending } from "./ending.ts";
import type { FunctionRun } from "./function-run.ts";

const LONGEST_MESSAGE = 8_000;

/**
 * How a run that was told to end is reported; undefined for a lost lease, which must not be finished by us.
 * What the handler returned or threw afterwards does not count: it may be half of the work.
 */
export function finishOfEnding(run: FunctionRun, ending: Ending): Finish | undefined {
  const base = withCost({ token: run.token, outcome: "canceled" }, run);
  switch (ending) {
    case "lost":
      return undefined;
    case "cancel":
    case "kill":
      return base;
    case "stop":
      return { ...base, outcome: "stopped" };
    case "timeout": {
      const message = `timed out after ${run.lease.timeout_seconds} s`;
      return {
        ...base,
        outcome: "timed_out",
        error: { message, class: "timeout" },
      };
    }
    case "shutdown": {
      const message = "the worker was shut down before the handler had finished";
      return {
        ...base,
        outcome: "failed",
        error: { message, class: "worker_shutdown" },
      };
    }
  }
}

/** A completed run, with the handler's result. */
export function finishOfResult(run: FunctionRun, result: unknown): Finish {
  const finish = withCost({ token: run.token, outcome: "completed" }, run);
  if (result === undefined) return finish;
  try {
    // Here and not in the batch, where one result that JSON cannot say would take the others down with it.
    JSON.stringify(result);
  } catch (error) {
    const message = `the handler's result is not JSON: ${(error as Error).message}`;
    return {
      ...finish,
      outcome: "failed",
      error: {
        message: storable(message),
        class: "invalid_result",
        retry: false,
      },
    };
  }
  return { ...finish, result };
}

/** A failed run, from what the handler threw. */
export function finishOfError(run: FunctionRun, thrown: unknown): Finish {
  return withCost({ token: run.token, outcome: "failed", error: errorOf(thrown) }, run);
}

/** A failure that no retry can cure. */
export function finalFailure(token: number, errorClass: string, message: string): Finish {
  return {
    token,
    outcome: "failed",
    error: { message: storable(message), class: errorClass, retry: false },
  };
}

function errorOf(thrown: unknown): RunError {
  const { message, name, retry } = (typeof thrown === "object" && thrown !== null ? thrown : {}) as {
    message?: unknown;
    name?: unknown;
    retry?: unknown;
  };
  return {
    message: storable(typeof message === "string" && message !== "" ? message : `the handler threw ${String(thrown)}`),
    class: storable(typeof name === "string" && name !== "" ? name : "Error"),
    ...(retry === false ? { retry: false } : {}),
  };
}

function withCost(finish: Finish, run: FunctionRun): Finish {
  return run.totalCost === undefined ? finish : { ...finish, cost: run.totalCost };
}

/** Postgres text holds neither NUL nor half a surrogate pair. */
function storable(text: string): string {
  return text.slice(0, LONGEST_MESSAGE).toWellFormed().replaceAll("\0", "");
}
