import type { Holdfast } from "@holdfast/client";
import { rowsOf } from "./rows.ts";

/** A row of `holdfast.incidents`. */
export interface Incident {
  id: number;
  rule: string;
  subject: string;
  severity: string;
  sentence: string;
  evidence: Record<string, unknown>;
  opened_by: string;
  opened_at: string;
  last_seen_at: string;
  times_seen: number;
  contained_at: string | null;
  closed_at: string | null;
  closed_by: string | null;
  closed_reason: string | null;
}

/** A step of a runbook, with who ticked it off. */
export interface RunbookStep {
  step: number;
  title: string;
  sentence: string;
  done_by: string | null;
  done_at: string | null;
  note: string | null;
}

/** Open incidents, or all; newest first. */
export function listIncidents(holdfast: Holdfast, { all, limit }: { all: boolean; limit: number }) {
  return rowsOf<Incident>(holdfast, "incidents", {
    order: "opened_at",
    ascending: false,
    limit,
    where: { closed_at: all ? undefined : null },
  });
}

/** One incident with its runbook. */
export async function getIncident(holdfast: Holdfast, id: number) {
  const [incident] = await rowsOf<Incident>(holdfast, "incidents", { order: "id", where: { id } });
  if (!incident) return undefined;
  const [steps, done] = await Promise.all([
    holdfast.data.read<Pick<RunbookStep, "step" | "title" | "sentence">[]>((db) =>
      db.from("runbook_steps").select("step,title,sentence").eq("rule", incident.rule).order("step"),
    ),
    rowsOf<Pick<RunbookStep, "step" | "done_by" | "done_at" | "note">>(holdfast, "incident_steps", {
      columns: "step,done_by,done_at,note",
      order: "step",
      where: { incident_id: id },
    }),
  ]);
  const runbook = steps.map(
    (step): RunbookStep => ({
      ...step,
      ...(done.find((each) => each.step === step.step) ?? { done_by: null, done_at: null, note: null }),
    }),
  );
  return { incident, runbook };
}
