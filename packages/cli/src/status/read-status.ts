import type { Holdfast, Job } from "@holdfast/client";
import { CliError } from "../cli-error.ts";
import { type Approval, listApprovals } from "../reads/approvals.ts";
import { listIncidents } from "../reads/incidents.ts";
import { readPeople } from "../reads/people.ts";
import type { Run } from "../reads/run.ts";
import { listSchedules } from "../reads/schedules.ts";
import { listStops } from "../reads/stops.ts";
import type {
  Duty,
  FailureGroup,
  PausedRoom,
  RunningJob,
  StatusNow,
  StatusReport,
  StuckJob,
  WaitingJob,
  WorkerLine,
} from "./status-report.ts";

/** How many rows each question may have: together they fit one screen. */
const ROWS = {
  running: 12,
  finished: 6,
  failures: 6,
  retried: 5,
  next: 8,
  workers: 8,
  stuck: 5,
  approvals: 6,
  incidents: 5,
  windows: 5,
};

/** Runs looked at to find what ended last and what was tried again: newest first, by index. */
const RECENT_RUNS = 100;

/** Answers the five questions, all at once; every read is bounded, so a million jobs cost no more than ten. */
export async function readStatus(holdfast: Holdfast): Promise<StatusReport> {
  const workspaceId = await holdfast.data.workspaceId();
  const mine = <T>(view: string, columns: string, order: string, limit: number, ascending = true) =>
    holdfast.data.read<T[]>((db) =>
      db.from(view).select(columns).eq("workspace_id", workspaceId).order(order, { ascending }).limit(limit),
    );
  const held = readHeld(holdfast);
  held.catch(() => {}); // it is awaited below; whatever fails first is what is told
  const [now, running, recent, failures, next, workers, duties, stuck, queues, lanes, nameOf] = await Promise.all([
    mine<StatusNow>("status_now", "*", "workspace", 1),
    mine<RunningJob>("lease_overview", "*", "acquired_at", ROWS.running),
    mine<Run>("runs", "id,job_id,attempt,started_at,finished_at,outcome", "started_at", RECENT_RUNS, false),
    mine<FailureGroup>("recent_failures", "*", "last_at", ROWS.failures, false),
    readNext(holdfast, workspaceId),
    readWorkers(holdfast),
    holdfast.data.read<Duty[]>((db) => db.from("duties").select("*").order("name")),
    mine<StuckJob>("stuck_jobs", "*", "for_seconds", ROWS.stuck, false),
    readPaused(holdfast, workspaceId, "queues"),
    readPaused(holdfast, workspaceId, "lanes"),
    readPeople(holdfast),
  ]);
  if (!now[0]) throw new CliError(`workspace "${holdfast.workspace}" has no row in holdfast.status_now`, {});
  const { finished, retried } = await readEnded(holdfast, recent);
  const { stops, approvals, incidents, windows } = await held;
  return {
    at: new Date().toISOString(),
    workspace: holdfast.workspace,
    now: now[0],
    running,
    finished,
    failures,
    retried,
    next,
    workers,
    duties,
    stuck,
    paused: [
      ...queues.map((room) => ({ ...room, paused_by: nameOf(room.paused_by), subject: "queue" as const })),
      ...lanes.map((room) => ({ ...room, paused_by: nameOf(room.paused_by), subject: "lane" as const })),
    ],
    stops: stops.map((stop) => ({ ...stop, engaged_by: nameOf(stop.engaged_by) })),
    approvals: approvals.map((approval): Approval => ({ ...approval, requested_by: nameOf(approval.requested_by) })),
    incidents,
    windows,
  };
}

/** What waits for people and for the clock. */
async function readHeld(holdfast: Holdfast) {
  const [stops, approvals, incidents, schedules] = await Promise.all([
    listStops(holdfast, true),
    listApprovals(holdfast, { all: false, limit: ROWS.approvals }),
    listIncidents(holdfast, { all: false, limit: ROWS.incidents }),
    listSchedules(holdfast, { enabled: true }),
  ]);
  const windows = schedules
    .sort((one, other) => (one.next_window ?? "9").localeCompare(other.next_window ?? "9"))
    .slice(0, ROWS.windows);
  return { stops, approvals, incidents, windows };
}

function readNext(holdfast: Holdfast, workspaceId: string): Promise<WaitingJob[]> {
  return holdfast.data.read<WaitingJob[]>((db) =>
    db
      .from("next_up")
      .select("job_id,kind,name,queue,lane,state,run_at,held_by,why")
      .eq("workspace_id", workspaceId)
      .order("effective_priority")
      .order("run_at")
      .limit(ROWS.next),
  );
}

function readWorkers(holdfast: Holdfast): Promise<WorkerLine[]> {
  return holdfast.data.read<WorkerLine[]>((db) =>
    db
      .from("worker_overview")
      .select("id,name,host,pid,lanes,capacity,running_jobs,heartbeat_age_seconds,label,started_at")
      .is("ended_at", null)
      .order("id", { ascending: false })
      .limit(ROWS.workers),
  );
}

function readPaused(holdfast: Holdfast, workspaceId: string, table: "queues" | "lanes") {
  return holdfast.data.read<Omit<PausedRoom, "subject">[]>((db) =>
    db
      .from(table)
      .select("name,paused_at,paused_by,paused_reason")
      .eq("workspace_id", workspaceId)
      .not("paused_at", "is", null)
      .order("name"),
  );
}

/** What ended last, and what was tried more than once, out of the newest runs. */
async function readEnded(holdfast: Holdfast, runs: readonly Run[]) {
  const ended = runs
    .filter((run) => run.finished_at !== null)
    .sort((one, other) => Date.parse(other.finished_at ?? "") - Date.parse(one.finished_at ?? ""));
  const wanted = new Set(
    ended
      .filter((run) => run.outcome === "completed")
      .slice(0, ROWS.finished * 2)
      .map((run) => run.job_id),
  );
  const again = new Set(
    runs
      .filter((run) => run.attempt > 1)
      .slice(0, ROWS.retried * 3)
      .map((run) => run.job_id),
  );
  const ids = [...new Set([...wanted, ...again])];
  if (ids.length === 0) return { finished: [], retried: [] };
  const jobs = await holdfast.data.read<Job[]>((db) =>
    db
      .from("jobs")
      .select(
        "id,kind,name,queue,state,attempt,crash_count,max_attempts,run_at,started_at,finished_at,error_message,held_by",
      )
      .in("id", ids),
  );
  const byEnd = jobs.sort((one, other) => endOf(other) - endOf(one));
  return {
    finished: byEnd.filter((job) => wanted.has(job.id) && job.state === "completed").slice(0, ROWS.finished),
    retried: byEnd.filter((job) => again.has(job.id)).slice(0, ROWS.retried),
  };
}

function endOf(job: Job): number {
  return job.finished_at === null ? Number.POSITIVE_INFINITY : Date.parse(job.finished_at);
}
