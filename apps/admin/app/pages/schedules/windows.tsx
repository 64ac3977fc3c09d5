import { Tooltip } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Ago } from "../../parts/ago.tsx";

/** A window that has been decided, with its time on the schedule's own clock. */
export interface PastWindow {
  window_at: string;
  local: string;
  outcome: string;
  reason: string | null;
  job_id: number | null;
}

/** Form and colour of each outcome: told apart without colour too. */
const MARKS: Record<string, { mark: string; tone: string }> = {
  fired: { mark: "●", tone: "ok" },
  late: { mark: "◐", tone: "info" },
  skipped: { mark: "○", tone: "quiet" },
  missed: { mark: "✕", tone: "bad" },
};

/** What became of the last windows, the newest on the right. Each says when and why; one that fired leads to its job. */
export function PastWindows({ windows, schedule }: { windows: readonly PastWindow[]; schedule: string }) {
  const { workspace } = useParams();
  if (windows.length === 0) return <span className="dim">none yet</span>;
  return (
    <ol className="hf-windows" aria-label={`Last windows of ${schedule}, oldest first`}>
      {[...windows].reverse().map(({ window_at, local, outcome, reason, job_id }) => {
        const { mark, tone } = MARKS[outcome] ?? { mark: "?", tone: "warn" };
        const says = `${outcome}: ${local}${job_id === null ? "" : `, job ${job_id}`}${reason ? `. ${reason}` : ""}`;
        const look = { className: `hf-window hf-tone-${tone}`, "aria-label": says, "data-outcome": outcome };
        return (
          <li key={window_at}>
            <Tooltip label={says} multiline maw={340} events={{ hover: true, focus: true, touch: true }}>
              {job_id === null ? (
                <button type="button" {...look}>
                  {mark}
                </button>
              ) : (
                <Link to={`/w/${workspace}/history/${job_id}`} {...look}>
                  {mark}
                </Link>
              )}
            </Tooltip>
          </li>
        );
      })}
    </ol>
  );
}

/** The windows to come, on the schedule's own clock. */
export function NextWindows({
  windows,
  enabled,
}: {
  windows: readonly { at: string; local: string }[];
  enabled: boolean;
}) {
  if (windows.length === 0)
    return <span className="dim">{enabled ? "not known yet: no supervisor has stepped it" : "none: disabled"}</span>;
  return (
    <ol className="hf-list">
      {windows.map(({ at, local }) => (
        <li key={at}>
          <span className="num">{local}</span>{" "}
          <span className="dim">
            <Ago at={at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What the marks mean. */
export function Legend() {
  return (
    <span className="dim" aria-hidden>
      {Object.entries(MARKS).map(([outcome, { mark, tone }]) => (
        <span key={outcome} style={{ marginLeft: 10 }}>
          <span className={`hf-tone-${tone}`} style={{ color: "var(--dot)" }}>
            {mark}
          </span>{" "}
          {outcome}
        </span>
      ))}
    </span>
  );
}
