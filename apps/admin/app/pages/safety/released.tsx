import { Link } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { count, duration, plural } from "../../parts/format.ts";
import { Empty } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import { HeardTable } from "./heard.tsx";
import { covers, type Heard, type Stop } from "./stop.ts";

/** Stops that are over, newest first; one of them worker by worker. */
export function Released({
  stops,
  open,
}: {
  stops: readonly Stop[];
  open: { stop: number; heard: readonly Heard[] } | undefined;
}) {
  return (
    <>
      <DataTable<Stop>
        label="Stops that were released"
        rows={stops}
        rowId={(stop) => `stop-${stop.stop_id}`}
        selected={(stop) => stop.stop_id === open?.stop}
        empty={<Empty title="No stop has been released">What every stop held, and how fast, is kept here.</Empty>}
        columns={[
          {
            id: "stop",
            header: "Stop",
            by: (stop) => stop.stop_id,
            cell: (stop) => (
              <div id={String(stop.stop_id)} style={{ minWidth: "12rem" }}>
                <b className="num">{stop.stop_id}</b> {covers(stop)}
              </div>
            ),
          },
          {
            id: "reason",
            header: "Engaged",
            by: (stop) => stop.engaged_at,
            cell: (stop) => (
              <>
                <span className="clip" title={stop.reason}>
                  {stop.reason}
                </span>
                <span className="dim">
                  {stop.engaged_by_name}, <Ago at={stop.engaged_at} />
                </span>
              </>
            ),
          },
          {
            id: "released",
            header: "Released",
            by: (stop) => stop.released_at,
            cell: (stop) => (
              <>
                <span className="clip" title={stop.released_reason ?? undefined}>
                  {stop.released_reason}
                </span>
                <span className="dim">
                  {stop.released_by_name}, <Ago at={stop.released_at} />
                </span>
              </>
            ),
          },
          {
            id: "lasted",
            header: "Lasted",
            right: true,
            by: lasted,
            cell: (stop) => duration(lasted(stop)),
          },
          {
            id: "known",
            header: "All knew after",
            right: true,
            by: (stop) => stop.seconds_to_acknowledge,
            cell: (stop) => duration(stop.seconds_to_acknowledge),
          },
          {
            id: "ended",
            header: "Runs ended",
            right: true,
            by: (stop) => stop.ordered,
            cell: (stop) => count(stop.ordered - stop.still_running),
          },
          {
            id: "quiet",
            header: "Quiet after",
            right: true,
            by: (stop) => stop.seconds_to_quiet,
            cell: (stop) => duration(stop.seconds_to_quiet),
          },
          {
            id: "report",
            header: "Report",
            cell: (stop) =>
              stop.stop_id === open?.stop ? (
                <Link to="?" preventScrollReset>
                  close
                </Link>
              ) : (
                <Link
                  to={`?stop=${stop.stop_id}`}
                  preventScrollReset
                  aria-label={`${plural(stop.workers, "worker")} that heard of stop ${stop.stop_id}`}
                >
                  {plural(stop.workers, "worker")}
                </Link>
              ),
          },
        ]}
      />
      {open && (
        <section aria-label={`Report of stop ${open.stop}`} style={{ marginTop: 8 }}>
          <h3 className="hf-name" style={{ marginBottom: 4 }}>
            Stop {open.stop}, worker by worker
          </h3>
          <HeardTable stop={open.stop} heard={open.heard} />
        </section>
      )}
    </>
  );
}

function lasted(stop: Stop): number | null {
  return stop.released_at === null ? null : (Date.parse(stop.released_at) - Date.parse(stop.engaged_at)) / 1000;
}
