import type { Data } from "@holdfast/client";
import type { Allowed } from "../parts/act.tsx";

/** One row of `holdfast.subject_actions`. */
export interface SubjectAction extends Allowed {
  subject: string;
  target: string;
}

/** What the signed-in person may do now: by subject, then by the target's name or id. */
export type ActedOn = Record<string, Record<string, SubjectAction[]>>;

/**
 * What may be done to every thing of some subjects now, or only to those named in `targets`: name them where there may be
 * hundreds, because an answer has 1000 rows at most. Reads `holdfast.subject_actions`.
 */
export async function subjectActions(
  data: Data,
  workspace: string,
  subjects: readonly string[],
  targets?: readonly (string | number)[],
): Promise<ActedOn> {
  const rows = await data.read<SubjectAction[]>((db) => {
    const query = db
      .from("subject_actions")
      .select("subject, target, verb, sentence, needs_reason, needs_approval")
      .eq("workspace_id", workspace)
      .in("subject", subjects);
    return (targets ? query.in("target", targets.map(String)) : query).order("verb");
  });
  const acted: ActedOn = {};
  for (const row of rows) {
    acted[row.subject] ??= {};
    const of = acted[row.subject] as Record<string, SubjectAction[]>;
    of[row.target] = [...(of[row.target] ?? []), row];
  }
  return acted;
}
