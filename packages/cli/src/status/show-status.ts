import { whatIsAsked } from "../reads/approvals.ts";
import { formatDuration } from "../terminal/duration.ts";
import { paint, type Style, stateStyle } from "../terminal/paint.ts";
import { progressBar } from "../terminal/progress-bar.ts";
import { type Cell, type Column, table } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";
import { age, type ShowOptions, showWho } from "./show-who.ts";
import type { StatusReport } from "./status-report.ts";

/** The report as one screen of lines. */
export function showStatus(report: StatusReport, options: ShowOptions): string[] {
  return [
    ...showWho(report, options),
    ...running(report, options),
    ...next(report, options),
    ...consent(report, options),
    ...windows(report, options),
    ...failed(report, options),
    ...retried(report, options),
    ...finished(report, options),
  ];
}

function running(report: StatusReport, options: ShowOptions): string[] {
  return section("running", report.running.length, report.now.running, options, () =>
    rows(
      [
        { title: "job", align: "right" },
        { title: "what", flexible: true },
        { title: "progress" },
        { title: "", flexible: true },
        { title: "for", align: "right" },
        { title: "worker" },
        { title: "heartbeat", align: "right" },
      ],
      report.running.map((job) => [
        job.job_id,
        title(job),
        progressBar(job.progress),
        job.verdict === "keep" ? (job.progress_message ?? " ") : `told to ${job.verdict}`,
        formatDuration(job.running_seconds * 1000),
        `${job.worker_id}${job.host ? ` ${job.host}` : ""}`,
        job.label === "LIVE"
          ? age(job.heartbeat_age_seconds)
          : { text: `${job.label} ${age(job.heartbeat_age_seconds)}`, style: "red" as Style },
      ]),
      options,
    ),
  );
}

function next(report: StatusReport, options: ShowOptions): string[] {
  const { now } = report;
  const all = now.waiting + now.retrying + now.blocked + now.awaiting_approval;
  return section("next", report.next.length, all, options, () =>
    rows(
      [
        { title: "job", align: "right" },
        { title: "what", flexible: true },
        { title: "state" },
        { title: "due", align: "right" },
        { title: "why it waits", flexible: true },
      ],
      report.next.map((job) => [
        job.job_id,
        title(job),
        { text: job.state, style: stateStyle(job.state) ?? "bold" },
        formatTime(job.run_at, options.time),
        job.why,
      ]),
      options,
    ),
  );
}

function consent(report: StatusReport, options: ShowOptions): string[] {
  const { approvals } = report;
  const all = Math.max(approvals.length, report.now.awaiting_approval);
  return section("waiting for consent", approvals.length, all, options, () =>
    rows(
      [
        { title: "approval", align: "right" },
        { title: "for" },
        { title: "what", flexible: true },
        { title: "asked by", flexible: true },
        { title: "least role" },
        { title: "expires", align: "right" },
      ],
      approvals.map((approval) => [
        approval.id,
        approval.purpose,
        whatIsAsked(approval),
        approval.requested_by,
        approval.least_role,
        formatTime(approval.expires_at, options.time),
      ]),
      options,
    ),
  );
}

function windows(report: StatusReport, options: ShowOptions): string[] {
  return section("next windows", report.windows.length, report.windows.length, options, () =>
    rows(
      [
        { title: "schedule" },
        { title: "next", align: "right" },
        { title: "rule" },
        { title: "zone" },
        { title: "kind" },
      ],
      report.windows.map((schedule) => [
        schedule.name,
        formatTime(schedule.next_window, options.time),
        schedule.cron,
        schedule.time_zone,
        schedule.kind,
      ]),
      options,
    ),
  );
}

function failed(report: StatusReport, options: ShowOptions): string[] {
  return section("failed, alike ones together (7 days)", report.failures.length, report.failures.length, options, () =>
    rows(
      [
        { title: "jobs", align: "right" },
        { title: "last", align: "right" },
        { title: "kind", flexible: true },
        { title: "why", flexible: true },
        { title: "newest" },
      ],
      report.failures.map((group) => [
        { text: String(group.jobs), style: "red" as Style },
        formatTime(group.last_at, options.time),
        group.kind,
        `${group.error_message ?? "no message"}${group.error_class ? ` (${group.error_class})` : ""}`,
        group.job_ids.slice(0, 3).join(", "),
      ]),
      options,
    ),
  );
}

function retried(report: StatusReport, options: ShowOptions): string[] {
  return section("tried more than once", report.retried.length, report.retried.length, options, () =>
    rows(
      [
        { title: "job", align: "right" },
        { title: "what", flexible: true },
        { title: "state" },
        { title: "attempt", align: "right" },
        { title: "last error", flexible: true },
      ],
      report.retried.map((job) => [
        job.id,
        title(job),
        { text: job.state, style: stateStyle(job.state) ?? "bold" },
        `${job.attempt - job.crash_count} of ${job.max_attempts}`,
        job.error_message ?? " ",
      ]),
      options,
    ),
  );
}

function finished(report: StatusReport, options: ShowOptions): string[] {
  return section("finished", report.finished.length, report.now.completed_24h, options, () =>
    rows(
      [
        { title: "job", align: "right" },
        { title: "what", flexible: true },
        { title: "when", align: "right" },
        { title: "took", align: "right" },
      ],
      report.finished.map((job) => [
        job.id,
        title(job),
        formatTime(job.finished_at, options.time),
        job.started_at && job.finished_at
          ? formatDuration(Date.parse(job.finished_at) - Date.parse(job.started_at))
          : null,
      ]),
      options,
    ),
  );
}

/** A heading with its rows, or one line that says there is nothing. */
function section(name: string, shown: number, all: number, options: ShowOptions, lines: () => string[]): string[] {
  if (shown === 0) return ["", `${paint(name, "bold", options.colour)}: none`];
  const more = all > shown ? `, ${shown} of ${all > 10_000 ? "over 10000" : all}` : "";
  return ["", paint(`${name}${more}`, "bold", options.colour), ...lines().map((line) => `  ${line}`)];
}

function rows(columns: readonly Column[], cells: readonly (readonly Cell[])[], options: ShowOptions): string[] {
  return table(columns, cells, {
    width: options.width === undefined ? undefined : options.width - 2,
    colour: options.colour,
  });
}

function title(job: { kind: string; name: string | null }): string {
  return job.name ? `${job.name} (${job.kind})` : job.kind;
}
