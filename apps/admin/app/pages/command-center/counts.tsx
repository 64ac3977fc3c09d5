import { Link } from "react-router";
import { count } from "../../parts/format.ts";
import type { ShellData } from "../../shell/shell.tsx";

interface Tile {
  name: string;
  value: number;
  to: string;
  /** Its colour when it is more than none. */
  tone?: "info" | "ok" | "warn" | "bad";
  /** What it counts, exactly. */
  title: string;
}

/** The row of `holdfast.status_now`, as far as it is counted here. */
export interface Standing {
  running: number;
  waiting: number;
  retrying: number;
  blocked: number;
  awaiting_approval: number;
  quarantined: number;
  completed_24h: number;
  failed_24h: number;
  retried_24h: number;
}

/** How many of everything there are now; each leads to those that it counts. */
export function Counts({ shell, standing, stuck }: { shell: ShellData; standing: Standing; stuck: number }) {
  const { counts, workspace } = shell;
  const base = `/w/${workspace}`;
  const tiles: Tile[] = [
    {
      name: "Running",
      value: standing.running,
      to: "/history?state=running",
      tone: "info",
      title: "Jobs that run now",
    },
    {
      name: "Waiting",
      value: standing.waiting,
      to: "/history?state=queued,dispatched",
      title: "Jobs queued or dispatched",
    },
    {
      name: "Retrying",
      value: standing.retrying,
      to: "/history?state=retrying",
      tone: "warn",
      title: "Jobs waiting out a backoff",
    },
    { name: "Blocked", value: standing.blocked, to: "/history?state=blocked", title: "Jobs waiting for other jobs" },
    { name: "Stuck", value: stuck, to: "#stuck", tone: "bad", title: "Jobs that will not move by themselves" },
    {
      name: "To decide",
      value: counts.approvals,
      to: "/approvals",
      tone: "warn",
      title: `Requests that you may decide; ${count(standing.awaiting_approval)} jobs wait for anybody's consent`,
    },
    {
      name: "Quarantined",
      value: standing.quarantined,
      to: "/reviews",
      tone: "bad",
      title: "Jobs isolated for a review",
    },
    {
      name: "Done 24 h",
      value: standing.completed_24h,
      to: "/history?state=completed&after=24h",
      tone: "ok",
      title: "Jobs enqueued in the last 24 hours that completed",
    },
    {
      name: "Failed 24 h",
      value: standing.failed_24h,
      to: "/history?state=failed,timed_out&after=24h",
      tone: "bad",
      title: "Jobs enqueued in the last 24 hours that failed or timed out",
    },
    {
      name: "Retried 24 h",
      value: standing.retried_24h,
      to: "#retried",
      tone: "warn",
      title: "Attempts of the last 24 hours that were not the first",
    },
  ];
  return (
    <nav aria-label="Counts" className="cc-tiles">
      {tiles.map(({ name, value, to, tone, title }) => (
        <Link
          key={name}
          to={to.startsWith("#") ? to : `${base}${to}`}
          className={`cc-tile${tone && value > 0 ? ` hf-tone-${tone}` : ""}`}
          title={title}
          data-count={name}
        >
          <b className="num">{count(value)}</b>
          <span>{name}</span>
        </Link>
      ))}
    </nav>
  );
}
