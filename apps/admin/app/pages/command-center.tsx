import { type LoaderFunctionArgs, useLoaderData, useOutletContext } from "react-router";
import { type Asked, one, read } from "../data/holdfast.server.ts";
import { type ActedOn, subjectActions } from "../data/subject-actions.server.ts";
import { total } from "../parts/format.ts";
import { Page, Section } from "../parts/page.tsx";
import type { BudgetRow } from "../parts/spend-bar.tsx";
import type { ShellData } from "../shell/shell.tsx";
import { Counts, type Standing } from "./command-center/counts.tsx";
import { Money } from "./command-center/money.tsx";
import { NextActions } from "./command-center/next-actions.tsx";
import { Failed, Finished, Next, Retried, Running, Stuck } from "./command-center/questions.tsx";
import type {
  FailureRow,
  FinishedRow,
  NextRow,
  Recommended,
  RetryRow,
  RunningRow,
  RuntimeRow,
  StuckRow,
  WindowRow,
} from "./command-center/rows.ts";
import { Runtime } from "./command-center/runtime.tsx";
import "./command-center.css";
import { keep } from "../data/keep.ts";

/** How many rows each question may have: all of them together fit one screen on a quiet day. */
const ROWS = { running: 5, finished: 4, failures: 3, retries: 3, next: 4, windows: 3, stuck: 4, budgets: 4 };

export async function loader(args: LoaderFunctionArgs) {
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const rows = <T,>(view: string, columns: string, order: string, limit: number, ascending = true) =>
      data.read<T[]>((db) =>
        db.from(view).select(columns).eq("workspace_id", workspace).order(order, { ascending }).limit(limit),
      );
    const [runtime, recommended, running, finished, failures, retries, next, windows, stuck, budgets, spend, standing] =
      await Promise.all([
        rows<RuntimeRow>("runtime_labels", "subject, label, sentence, age_seconds", "place", 20),
        rows<Recommended>("recommended_actions", "place, urgency, sentence, page, subject, target, verb", "place", 20),
        rows<RunningRow>(
          "lease_overview",
          "job_id, kind, name, acquired_at, running_seconds, label, heartbeat_age_seconds, progress, progress_message",
          "acquired_at",
          ROWS.running,
        ),
        data.call<FinishedRow[]>("match_jobs", {
          p_workspace: workspace,
          p_filter: { state: "completed" },
          p_order: "finished",
          p_limit: ROWS.finished,
        }),
        rows<FailureRow>(
          "recent_failures",
          "fingerprint, error_class, error_message, kind, jobs, job_ids, last_at",
          "last_at",
          ROWS.failures,
          false,
        ),
        rows<RetryRow>(
          "recent_retries",
          "job_id, kind, name, state, attempt, max_attempts, started_at, before_outcome, before_error",
          "started_at",
          ROWS.retries,
          false,
        ),
        data.read<NextRow[]>((db) =>
          db
            .from("next_up")
            .select("job_id, kind, name, state, why")
            .eq("workspace_id", workspace)
            .order("effective_priority")
            .order("run_at")
            .order("job_id")
            .limit(ROWS.next),
        ),
        data.read<WindowRow[]>((db) =>
          db
            .from("schedules")
            .select("name, kind, next_window_at")
            .eq("workspace_id", workspace)
            .eq("enabled", true)
            .order("next_window_at")
            .order("name")
            .limit(ROWS.windows),
        ),
        rows<StuckRow>("stuck_jobs", "job_id, kind, name, problem, for_seconds", "for_seconds", ROWS.stuck, false),
        data.read<BudgetRow[]>((db) =>
          db
            .from("budget_overview")
            .select("*")
            .eq("workspace_id", workspace)
            .order("share", { ascending: false })
            .order("name")
            .limit(ROWS.budgets),
        ),
        data.read<{ spent: number; reserved: number; currency: string }[]>((db) =>
          db.from("spend").select("spent, reserved, currency").eq("workspace_id", workspace).eq("period", "day"),
        ),
        data.read<Standing[]>((db) => db.from("status_now").select("*").eq("workspace_id", workspace)),
      ]);
    const kinds = [...new Set(running.map(({ kind }) => kind))];
    const [typical, actions]: [(number | null)[], ActedOn] = await Promise.all([
      Promise.all(
        kinds.map((kind) => data.call<number | null>("typical_seconds", { p_workspace: workspace, p_kind: kind })),
      ),
      // Read only when something is recommended that one act does.
      recommended.some(({ verb }) => verb)
        ? subjectActions(
            data,
            workspace,
            recommended.filter(({ verb }) => verb).map(({ subject }) => subject),
          )
        : {},
    ]);
    return {
      standing: one(standing, "workspace"),
      runtime,
      recommended: recommended.map((each) => ({
        ...each,
        allowed: actions[each.subject]?.[each.target ?? ""]?.find(({ verb }) => verb === each.verb) ?? null,
      })),
      running: running.map((row) => ({ ...row, typical: typical[kinds.indexOf(row.kind)] ?? null })),
      finished,
      failures,
      retries,
      next,
      windows,
      stuck,
      budgets,
      today: {
        spent: total(spend.map(({ spent }) => spent)),
        reserved: total(spend.map(({ reserved }) => reserved)),
        currency: spend[0]?.currency ?? budgets[0]?.currency ?? "",
      },
    };
  });
}

export const clientLoader = keep();

export default function CommandCenter() {
  const center = useLoaderData<typeof loader>();
  const shell = useOutletContext<ShellData>();
  return (
    <Page title="Command center">
      <NextActions recommended={center.recommended} />
      <Counts shell={shell} standing={center.standing} stuck={center.stuck.length} />
      <div className="cc-columns">
        <div className="cc-column">
          {center.stuck.length > 0 && <Stuck rows={center.stuck} />}
          <Running rows={center.running} all={center.standing.running} />
          <Failed rows={center.failures} />
          <Finished rows={center.finished} />
          <Retried rows={center.retries} retrying={center.standing.retrying} />
          <Next rows={center.next} windows={center.windows} />
          <Money today={center.today} budgets={center.budgets} />
        </div>
        <div className="cc-column">
          <Section title="Is the runtime live?">
            <Runtime rows={center.runtime} />
          </Section>
        </div>
      </div>
    </Page>
  );
}
