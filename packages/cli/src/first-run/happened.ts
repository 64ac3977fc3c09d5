import type { Job } from "@holdfast/client";
import { formatDuration } from "../terminal/duration.ts";
import { stateStyle } from "../terminal/paint.ts";
import { table } from "../terminal/table.ts";
import type { Screen } from "./screen.ts";

/** One finished part of the first run, and what it showed. */
export interface Happened {
  job: Job;
  proof: string;
}

/** The table of what happened. */
export function happenedTable(screen: Screen, parts: readonly Happened[]): string[] {
  return table(
    [
      { title: "job", align: "right" },
      { title: "kind" },
      { title: "state" },
      { title: "attempts", align: "right" },
      { title: "took", align: "right" },
      { title: "what it showed", flexible: true },
    ],
    parts.map(({ job, proof }) => [
      job.id,
      job.kind,
      { text: job.state, style: stateStyle(job.state) ?? "bold" },
      job.attempt,
      job.started_at && job.finished_at
        ? formatDuration(Date.parse(job.finished_at) - Date.parse(job.started_at))
        : null,
      proof,
    ]),
    { width: screen.width === undefined ? undefined : screen.width - 2, colour: screen.colour },
  ).map((line) => `  ${line}`);
}
