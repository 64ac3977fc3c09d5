import { showStatus } from "../status/show-status.ts";
import { printable } from "../terminal/printable.ts";
import type { FailureStory, LedgerEvent, Snapshot } from "./take-snapshot.ts";

/** The snapshot as one Markdown file. Times are absolute: it is read later. */
export function toMarkdown(snapshot: Snapshot): string {
  const time = { utc: true, now: Date.parse(snapshot.taken_at) };
  return [
    `# Holdfast: workspace ${printable(snapshot.workspace)}, ${snapshot.taken_at}`,
    "",
    "Secrets are redacted: passwords in addresses, keys, tokens, and fields that are named so.",
    "",
    "## Status",
    ...fenced(showStatus(snapshot.status, { time, colour: false, width: undefined })),
    "",
    `## The last ${snapshot.events.length} events, newest first`,
    ...fenced(snapshot.events.map(eventLine)),
    "",
    "## The last failures",
    ...(snapshot.failures.length === 0 ? ["", "none"] : snapshot.failures.flatMap(failure)),
    "",
  ].join("\n");
}

function eventLine(event: LedgerEvent): string {
  const data = JSON.stringify(event.data);
  return printable(
    `${event.at}  ${event.action}  ${event.subject_type} ${event.subject_id}  by ${event.actor}  ${data === "{}" ? "" : data}`,
  );
}

function failure({ job, runs, last_lines }: FailureStory): string[] {
  return [
    "",
    `### Job ${job.id}: ${printable(job.kind)}${job.name ? `, ${printable(job.name)}` : ""}`,
    "",
    `- ${job.state} ${job.finished_at ?? ""}: ${printable(job.error_message ?? "no message")} (${printable(job.error_class ?? "no class")})`,
    ...runs.map(
      (run) =>
        `- attempt ${run.attempt}, run ${run.id}: ${run.outcome ?? "running"}, exit ${run.signal ?? run.exit_code ?? "-"}, ${printable(run.error_message ?? "")}`,
    ),
    "",
    ...(last_lines.length === 0 ? ["It printed nothing."] : fenced(last_lines)),
  ];
}

/** Lines in a fence longer than any run of backticks inside, so that what was printed cannot end it. */
function fenced(lines: readonly string[]): string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => line.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return ["", `${fence}text`, ...lines, fence];
}
