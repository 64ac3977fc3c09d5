import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { timeStyle } from "../context.ts";
import { readPeople } from "../reads/people.ts";
import { rowsOf } from "../reads/rows.ts";
import { openHoldfast } from "../session/open.ts";
import type { Style } from "../terminal/paint.ts";
import { formatTime } from "../terminal/time.ts";
import { actOnJobs, jobId } from "./act-on-jobs.ts";
import { printRows } from "./acting.ts";

/** A row of `holdfast.quarantine`. */
interface Review {
  job_id: number;
  reason_code: string;
  source: string;
  severity: string;
  evidence: { error?: string; crashes?: number };
  recommended_action: string;
  state: string;
  opened_at: string;
  reviewer: string | null;
  note: string | null;
}

/** The colour of a severity. */
export const SEVERITIES: Record<string, Style> = { critical: "red", high: "red", medium: "yellow", low: "dim" };

/** `holdfast quarantine [list | JOB…]`: what is isolated until somebody has looked at it; or isolate jobs. */
export function addQuarantine(program: Program): void {
  const command = asPerson(
    addCommand(program, "quarantine", "List jobs that are isolated until a person looked at them, or isolate jobs", [
      "holdfast quarantine",
      'holdfast quarantine 12 --reason "prints customer data"',
    ]),
  )
    .argument("[jobs...]", "ids of jobs to isolate; none, or list: show what is isolated")
    .option("--all", "reviewed ones too; the newest 200")
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<{ all?: boolean; reason?: string }>(program, command, async (context, { all, reason }, args) => {
    if (args.length > 0 && args[0] !== "list") return actOnJobs(context, "quarantine", args.map(jobId), reason);
    const holdfast = await openHoldfast(context);
    const [reviews, nameOf] = await Promise.all([
      rowsOf<Review>(holdfast, "quarantine", {
        order: "opened_at",
        ascending: !all,
        where: { state: all ? undefined : "open" },
      }),
      readPeople(holdfast),
    ]);
    const time = timeStyle(context);
    printRows(
      context,
      reviews,
      "nothing is in quarantine",
      [
        { title: "job", align: "right" },
        { title: "severity" },
        { title: "reason" },
        { title: "since", align: "right" },
        { title: "by" },
        { title: "last error", flexible: true },
        { title: "what to do", flexible: true },
      ],
      (review) => [
        review.job_id,
        { text: review.severity, style: SEVERITIES[review.severity] ?? "dim" },
        review.reason_code,
        formatTime(review.opened_at, time),
        nameOf(review.source),
        review.evidence.error ?? " ",
        review.state === "open"
          ? review.recommended_action
          : `${review.state} by ${nameOf(review.reviewer ?? "")}: ${review.note ?? ""}`,
      ],
    );
    return 0;
  });
}
