import { type Queryable, runBuiltin } from "@holdfast/db";
import { z } from "zod";
import { defineTask, type Task } from "./define-task.ts";

/** Kinds that every worker has, as `holdfast_private.builtin_kinds()` names them. */
export const BUILTIN_KINDS = [
  "health_scan",
  "venture_review",
  "portfolio_daily",
  "portfolio_weekly",
  "strategy_monthly",
  "retry_scan",
  "quarantine_review",
  "approval_reminder",
  "cost_summary",
  "candidate_scan",
  "ledger_verify",
  "send_alert",
] as const;

/**
 * The built-in tasks. Their work is done where the facts are: one call (`holdfast_private.run_builtin`), whose answer is
 * the job's result. The alert channel `log` ends here, with a line `holdfast alert` in the worker's log.
 */
export function builtinTasks(db: Queryable): Task[] {
  return BUILTIN_KINDS.map((kind) =>
    defineTask({
      kind,
      // The database has checked the payload against the kind's schema.
      payload: z.looseObject({}),
      async run(_job, ctx) {
        const result = await runBuiltin(db, ctx.token);
        if (kind === "send_alert") ctx.log.warn(result, "holdfast alert");
        return result;
      },
    }),
  );
}
