import type { Holdfast } from "@holdfast/client";

/** A row of `holdfast.emergency_stops`. */
export interface Stop {
  id: number;
  workspace_id: string | null;
  scope: string;
  name: string | null;
  what: string[];
  kill_running: boolean;
  reason: string;
  engaged_by: string;
  engaged_at: string;
  released_by: string | null;
  released_at: string | null;
  released_reason: string | null;
}

/** A row of `holdfast.stop_report`: one worker that was alive when a stop was engaged. */
export interface StoppedWorker {
  worker_id: number;
  worker: string | null;
  acknowledged_at: string | null;
  seconds_to_acknowledge: number | null;
  runs: number;
  still_running: number;
  seconds_to_quiet: number | null;
  label: string;
}

/** The newest stops that concern the workspace, its own and those of the whole installation. */
export async function listStops(holdfast: Holdfast, engagedOnly = false): Promise<Stop[]> {
  const workspaceId = await holdfast.data.workspaceId();
  const stops = await holdfast.data.read<Stop[]>((db) => {
    const all = db.from("emergency_stops").select("*");
    return (engagedOnly ? all.is("released_at", null) : all).order("id", { ascending: false }).limit(200);
  });
  return stops.filter((stop) => stop.workspace_id === null || stop.workspace_id === workspaceId);
}

/** One stop, if it concerns the workspace. */
export async function getStop(holdfast: Holdfast, id: number): Promise<Stop | undefined> {
  const workspaceId = await holdfast.data.workspaceId();
  const [stop] = await holdfast.data.read<Stop[]>((db) => db.from("emergency_stops").select("*").eq("id", id));
  return stop && (stop.workspace_id === null || stop.workspace_id === workspaceId) ? stop : undefined;
}

/** A stop, worker by worker. */
export function readStopReport(holdfast: Holdfast, id: number): Promise<StoppedWorker[]> {
  return holdfast.data.read<StoppedWorker[]>((db) =>
    db.from("stop_report").select("*").eq("stop_id", id).order("worker_id"),
  );
}
