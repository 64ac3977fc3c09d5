import type { Holdfast, Job } from "@holdfast/client";
import { lastLines } from "../output/last-lines.ts";
import { readPeople } from "../reads/people.ts";
import { type Run, runsOf } from "../reads/run.ts";
import { readStatus } from "../status/read-status.ts";
import type { StatusReport } from "../status/status-report.ts";
import { redactDeep } from "./redact.ts";

/** One line of the ledger, from `holdfast.events`. */
export interface LedgerEvent {
  seq: number;
  at: string;
  actor: string;
  action: string;
  subject_type: string;
  subject_id: string;
  data: Record<string, unknown>;
}

/** A failed job with its runs and the end of its output. */
export interface FailureStory {
  job: Job;
  runs: Run[];
  last_lines: string[];
}

/** Everything a person needs to understand the state of a workspace later or elsewhere, without its secrets. */
export interface Snapshot {
  taken_at: string;
  workspace: string;
  status: StatusReport;
  events: LedgerEvent[];
  failures: FailureStory[];
}

const EVENTS = 100;
const FAILURES = 5;
const LINES = 40;

/** Reads status, recent events and the tails of the last failures, and redacts all of it. */
export async function takeSnapshot(holdfast: Holdfast): Promise<Snapshot> {
  const workspaceId = await holdfast.data.workspaceId();
  const [status, events, nameOf] = await Promise.all([
    readStatus(holdfast),
    holdfast.data.read<LedgerEvent[]>((db) =>
      db
        .from("events")
        .select("seq,at,actor,action,subject_type,subject_id,data")
        .eq("workspace_id", workspaceId)
        .order("seq", { ascending: false })
        .limit(EVENTS),
    ),
    readPeople(holdfast),
  ]);
  const failed = [...new Set(status.failures.flatMap((group) => group.job_ids.slice(0, 2)))].slice(0, FAILURES);
  const failures = await Promise.all(failed.map((id) => readFailure(holdfast, id)));
  const snapshot: Snapshot = {
    taken_at: status.at,
    workspace: holdfast.workspace,
    status,
    events: events.map((event) => ({ ...event, actor: nameOf(event.actor) })),
    failures,
  };
  return redactDeep(snapshot) as Snapshot;
}

async function readFailure(holdfast: Holdfast, id: number): Promise<FailureStory> {
  const [job, runs] = await Promise.all([holdfast.get(id), runsOf(holdfast, id)]);
  return { job, runs, last_lines: await lastLines(holdfast, runs.at(-1), LINES) };
}
