import { formatDuration } from "../terminal/duration.ts";
import { paint, type Style, stateStyle } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { progressBar } from "../terminal/progress-bar.ts";
import { type Cell, type Column, table, truncate } from "../terminal/table.ts";
import { formatTime, shortSpan, type TimeStyle } from "../terminal/time.ts";
import type { Duty, StatusNow, StatusReport } from "./status-report.ts";

/** How a report is shown. */
export interface ShowOptions {
  time: TimeStyle;
  colour: boolean;
  width: number | undefined;
}

/** The report as one screen of lines. */
export function showStatus(report: StatusReport, options: ShowOptions): string[] {
  return [
    ...who(report, options),
    ...running(report, options),
    ...next(report, options),
    ...failed(report, options),
    ...retried(report, options),
    ...finished(report, options),
  ];
}

function who(report: StatusReport, { colour, time, width }: ShowOptions): string[] {
  const { now, duties, paused, workers } = report;
  const lines = [`${paint(`workspace ${printable(report.workspace)}`, "bold", colour)}  ${counts(now)}`];
  const label = (text: string, live: boolean) => paint(text, live ? "green" : "red", colour);
  const live = now.worker_label === "LIVE";
  lines.push(
    `worker      ${label(now.worker_label, live)}${
      live
        ? `  ${now.live_workers} at work, last heartbeat ${age(now.worker_heartbeat_age_seconds)}`
        : `  ${now.worker_heartbeat_age_seconds === null ? "none ever registered" : `last heartbeat ${age(now.worker_heartbeat_age_seconds)}`}: start one with holdfast worker`
    }`,
  );
  const late = duties.filter((duty) => isLate(duty, time.now));
  lines.push(
    `supervisor  ${label(now.supervisor_label, now.supervisor_label === "LIVE")}${
      now.supervisor === null ? "" : `  ${printable(now.supervisor)}, renewed ${age(now.supervisor_age_seconds)}`
    }${late.length === 0 ? ", every duty in time" : ""}`,
  );
  for (const duty of late) lines.push(paint(`  duty ${lateness(duty, time)}`, "yellow", colour));
  for (const worker of workers.filter((each) => each.label !== "LIVE")) {
    const what = `  worker ${worker.id} ${worker.name} (${worker.host}:${worker.pid}) ${worker.label}, last heartbeat ${age(worker.heartbeat_age_seconds)}`;
    lines.push(paint(printable(what), worker.label === "DRAINING" ? "yellow" : "red", colour));
  }
  for (const room of paused) {
    const what = `  ${room.subject} ${room.name} paused ${formatTime(room.paused_at, time)} by ${room.paused_by}: ${room.paused_reason}`;
    lines.push(paint(printable(what), "yellow", colour));
  }
  for (const job of report.stuck) {
    const since = job.for_seconds === null ? "" : `, for ${shortSpan(job.for_seconds * 1000)}`;
    lines.push(paint(printable(`  job ${job.job_id} is stuck: ${job.problem}${since}`), "red", colour));
  }
  return lines.map((line) => (width === undefined || colour ? line : truncate(line, width)));
}

function counts(now: StatusNow): string {
  const count = (value: number, what: string) =>
    value === 0 ? "" : `${value > 10_000 ? "over 10000" : value} ${what}`;
  const parts = [
    `${now.running} running`,
    `${now.waiting > 10_000 ? "over 10000" : now.waiting} waiting`,
    count(now.retrying, "retrying"),
    count(now.blocked, "blocked"),
    count(now.awaiting_approval, "waiting for consent"),
    count(now.quarantined, "quarantined"),
    `24 h: ${now.completed_24h > 10_000 ? "over 10000" : now.completed_24h} completed`,
    `${now.failed_24h} failed`,
  ];
  return parts.filter((part) => part !== "").join(", ");
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
        `${job.attempt} of ${job.max_attempts}`,
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

function age(seconds: number | null): string {
  return seconds === null ? "never" : `${shortSpan(seconds * 1000)} ago`;
}

/** A duty is late when it missed three of its times; the grace keeps the one-second duties from crying wolf. */
function isLate(duty: Duty, now: number): boolean {
  const since = duty.last_succeeded_at === null ? Number.POSITIVE_INFINITY : now - Date.parse(duty.last_succeeded_at);
  return since > duty.every_seconds * 3000 + 10_000;
}

function lateness(duty: Duty, time: TimeStyle): string {
  const last = duty.last_succeeded_at === null ? "never done" : `last done ${formatTime(duty.last_succeeded_at, time)}`;
  return printable(
    `${duty.name}: ${last}, due every ${shortSpan(duty.every_seconds * 1000)}${duty.last_error ? `; ${duty.last_error}` : ""}`,
  );
}
