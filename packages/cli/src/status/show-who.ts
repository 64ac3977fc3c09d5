import { paint } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { truncate } from "../terminal/table.ts";
import { formatTime, shortSpan, type TimeStyle } from "../terminal/time.ts";
import type { Duty, StatusNow, StatusReport } from "./status-report.ts";

/** How a report is shown. */
export interface ShowOptions {
  time: TimeStyle;
  colour: boolean;
  width: number | undefined;
}

/** Who does the work, with the age of the evidence, and what keeps work from being done. */
export function showWho(report: StatusReport, { colour, time, width }: ShowOptions): string[] {
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
    }${now.supervisor !== null && late.length === 0 ? ", every duty in time" : ""}`,
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
  for (const stop of report.stops) {
    const scope = stop.name ? `${stop.scope} ${stop.name}` : stop.scope;
    const what = `  EMERGENCY STOP ${stop.id} of ${scope} (${stop.what.join(", ")}) engaged ${formatTime(stop.engaged_at, time)} by ${stop.engaged_by}: ${stop.reason}`;
    lines.push(paint(printable(what), "red", colour));
  }
  for (const incident of report.incidents) {
    const what = `  incident ${incident.id} (${incident.severity}) ${incident.subject}: ${incident.sentence}`;
    lines.push(paint(printable(what), "red", colour));
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

/** An age in seconds as `12s ago`. */
export function age(seconds: number | null): string {
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
