import { createPool, type Queryable, runBuiltin } from "@holdfast/db";
import { z } from "zod";
import { defineTask, type Task, type TaskContext } from "./define-task.ts";

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

/** Kinds whose one call may take longer than the worker's connections wait for an answer. */
const LONG: readonly string[] = ["ledger_verify"];

/**
 * The built-in tasks. Their work is done where the facts are: one call (`holdfast_private.run_builtin`), whose answer is
 * the job's result. The alert channel `log` ends here, with a line `holdfast alert` in the worker's log.
 */
export function builtinTasks(db: Queryable, databaseUrl: string): Task[] {
  return BUILTIN_KINDS.map((kind) =>
    defineTask({
      kind,
      // The database has checked the payload against the kind's schema.
      payload: z.looseObject({}),
      async run(_job, ctx) {
        const result = LONG.includes(kind) ? await runAtLength(databaseUrl, ctx) : await runBuiltin(db, ctx.token);
        if (kind === "send_alert") ctx.log.warn(result, "holdfast alert");
        return result;
      },
    }),
  );
}

/** On a connection of its own, without a limit but the job's: when the run is ended, so is the connection, and with it the call. */
async function runAtLength(databaseUrl: string, { token, signal, log }: TaskContext): Promise<Record<string, unknown>> {
  const pool = createPool(databaseUrl, {
    max: 1,
    queryTimeout: 0,
    applicationName: "holdfast worker at length",
    logger: log,
  });
  const client = await pool.connect();
  const cut = () => client.release(true);
  signal.addEventListener("abort", cut, { once: true });
  try {
    return await runBuiltin(client, token);
  } finally {
    signal.removeEventListener("abort", cut);
    if (!signal.aborted) client.release();
    await pool.end();
  }
}
