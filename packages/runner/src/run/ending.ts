import type { Outcome } from "@holdfast/db/runs";
import type { CommandEnd } from "../command/started-command.ts";
import type { RunError, RunFailure } from "./run-failure.ts";

/** Why a command is being ended before it ends by itself. */
export type EndReason =
  | {
      readonly kind: "cancel" | "kill" | "stop" | "timeout" | "runner_terminated" | "lost";
    }
  | { readonly kind: "failure"; readonly failure: RunFailure };

/** How the run ended, as it is delivered. */
export interface Ending {
  readonly outcome: Outcome;
  readonly error?: RunError;
}

/** Judges the end of a run: what was done to the command comes before what the command did. */
export function judgeEnding(reason: EndReason | null, end: CommandEnd | null, timeoutSeconds: number | null): Ending {
  switch (reason?.kind) {
    case "cancel":
    case "kill":
      return { outcome: "canceled" };
    case "stop":
      return { outcome: "stopped" };
    case "timeout":
      return {
        outcome: "timed_out",
        error: {
          message: `timed out after ${timeoutSeconds} s`,
          class: "timeout",
        },
      };
    case "runner_terminated":
      return {
        outcome: "failed",
        error: {
          message: "the runner was told to end (SIGTERM)",
          class: "runner_terminated",
        },
      };
    case "failure":
      return { outcome: "failed", error: reason.failure.toRunError() };
    default:
      return judgeEnd(end);
  }
}

function judgeEnd(end: CommandEnd | null): Ending {
  if (end?.exitCode === 0) return { outcome: "completed" };
  const message = end?.signal ? `killed by ${end.signal}` : `exit code ${end?.exitCode ?? "unknown"}`;
  return { outcome: "failed", error: { message, class: "exit_code" } };
}
