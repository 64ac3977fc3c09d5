import type { Holdfast } from "@holdfast/client";
import { HoldfastError } from "@holdfast/client";

/** One row of `holdfast.runs`: one attempt at a job. */
export interface Run {
  id: number;
  job_id: number;
  attempt: number;
  worker_id: number | null;
  host: string | null;
  runner_pid: number | null;
  command_pid: number | null;
  argv: string[] | null;
  program: string | null;
  cwd: string | null;
  run_directory: string | null;
  started_at: string | null;
  finished_at: string | null;
  exit_code: number | null;
  signal: string | null;
  outcome: string | null;
  error_message: string | null;
  error_class: string | null;
  memory_bytes: number | null;
  cpu_seconds: number | null;
  stdout_bytes: number | null;
  stderr_bytes: number | null;
  raw_bytes: number | null;
  cost: number | null;
}

/** A stream of a run's output: `raw` for a terminal, the other two for pipes. */
export type OutputStream = "raw" | "stdout" | "stderr";

/** The streams, in the order they are shown. */
export const OUTPUT_STREAMS: readonly OutputStream[] = ["raw", "stdout", "stderr"];

/** All runs of a job, first attempt first. */
export async function runsOf(holdfast: Holdfast, jobId: number): Promise<Run[]> {
  return holdfast.data.read<Run[]>((db) => db.from("runs").select("*").eq("job_id", jobId).order("id"));
}

/** One run of the workspace. Errors: `unknown_run`. */
export async function getRun(holdfast: Holdfast, id: number): Promise<Run> {
  const workspaceId = await holdfast.data.workspaceId();
  const rows = await holdfast.data.read<Run[]>((db) =>
    db.from("runs").select("*").eq("workspace_id", workspaceId).eq("id", id).limit(1),
  );
  if (rows[0]) return rows[0];
  throw new HoldfastError({
    rule: "unknown_run",
    status: 404,
    message: `there is no run ${id} in workspace "${holdfast.workspace}"`,
    hint: "`holdfast job ID` lists the runs of a job; `holdfast logs --job ID` shows the latest one",
  });
}

/** Bytes stored of one stream of a run. */
export function storedBytes(run: Run, stream: OutputStream): number {
  return run[`${stream}_bytes`] ?? 0;
}
