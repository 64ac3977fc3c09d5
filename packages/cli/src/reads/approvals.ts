import type { Holdfast } from "@holdfast/client";
import { HoldfastError } from "@holdfast/client";
import { rowsOf } from "./rows.ts";

/** A row of `holdfast.approvals`, with its decisions where one is read alone. */
export interface Approval {
  id: number;
  subject: "job" | "schedule" | "budget";
  job_id: number | null;
  schedule: string | null;
  budget: string | null;
  purpose: string;
  requested_by: string;
  requested_at: string;
  reason: string | null;
  shown: Record<string, unknown>;
  digest: string;
  quorum: number;
  least_role: string;
  expires_at: string;
  state: string;
  closed_reason: string | null;
  decisions: { decided_by: string; decision: string; reason: string | null; decided_at: string }[];
}

/** Pending requests, the next to expire first; or all, newest first. */
export function listApprovals(holdfast: Holdfast, { all, limit }: { all: boolean; limit: number }) {
  return rowsOf<Approval>(holdfast, "approvals", {
    order: all ? "id" : "expires_at",
    ascending: !all,
    limit,
    where: { state: all ? undefined : "pending" },
  });
}

/** One request with its decisions. Errors: `unknown_approval`. */
export async function getApproval(holdfast: Holdfast, id: number): Promise<Approval> {
  const [[approval], decisions] = await Promise.all([
    rowsOf<Approval>(holdfast, "approvals", { order: "id", where: { id } }),
    rowsOf<Approval["decisions"][number]>(holdfast, "approval_decisions", {
      columns: "decided_by,decision,reason,decided_at",
      order: "decided_at",
      where: { approval_id: id },
    }),
  ]);
  if (approval) return { ...approval, decisions };
  throw new HoldfastError({
    rule: "unknown_approval",
    status: 404,
    message: `there is no approval ${id} in this workspace`,
    hint: "holdfast approvals --all",
  });
}

/** What would happen, in one line. */
export function whatIsAsked({ subject, job_id, schedule, budget, shown }: Approval): string {
  if (subject === "schedule") return `enable schedule ${schedule}: ${shown.cron} ${shown.time_zone}, ${shown.kind}`;
  if (subject === "budget") return `budget ${budget}: cap ${shown.cap_now} to ${shown.cap_then} ${shown.currency}`;
  const command = shown.command as { program: string; args: string[]; profile: string | null } | null;
  const what = command
    ? `${[command.program, ...command.args].join(" ")}${command.profile ? ` ${JSON.stringify(shown.payload)}` : ""}`
    : `${shown.kind} ${JSON.stringify(shown.payload)}`;
  const cost = shown.paid ? `, spends up to ${shown.est_cost}` : "";
  return `job ${job_id}: ${what}${cost}${shown.external ? ", reaches outside" : ""}`;
}
