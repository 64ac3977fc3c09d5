import type { ReactNode } from "react";
import { Link } from "react-router";
import { Ago, Since } from "../../parts/ago.tsx";
import { bytes, duration, money } from "../../parts/format.ts";
import { Bar } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import type { Order } from "./filter.ts";
import type { JobRow } from "./row.ts";

/** A column of History. */
export interface HistoryColumn {
  id: string;
  header: string;
  /** The order that a click on its head asks the database for: every row is in it, not only those that are shown. */
  order?: Order;
  cell: (row: JobRow, search: string) => ReactNode;
  right?: boolean;
  /** Shown without having been chosen. */
  usual?: boolean;
}

/** Every column, in order. */
export const COLUMNS: readonly HistoryColumn[] = [
  { id: "status", header: "Status", usual: true, cell: (row) => <Status row={row} /> },
  {
    id: "name",
    header: "Job",
    usual: true,
    cell: (row, search) => (
      <Link to={{ pathname: String(row.id), search }} className="clip" title={row.name ?? row.kind} preventScrollReset>
        <span className="num dim">{row.id}</span> {row.name ?? row.kind}
      </Link>
    ),
  },
  { id: "kind", header: "Kind", usual: true, cell: (row) => text(row.kind) },
  { id: "profile", header: "Profile", cell: (row) => text(row.profile) },
  {
    id: "trigger",
    header: "Trigger",
    usual: true,
    cell: (row) => text(row.schedule ? `schedule ${row.schedule}` : row.trigger),
  },
  { id: "queue", header: "Queue", usual: true, cell: (row) => text(row.queue) },
  { id: "lane", header: "Lane", cell: (row) => text(row.lane) },
  { id: "venture", header: "Venture", usual: true, cell: (row) => text(row.venture) },
  { id: "class", header: "Class", cell: (row) => text(row.class) },
  { id: "created", header: "Enqueued", usual: true, order: "newest", cell: (row) => <Ago at={row.created_at} /> },
  { id: "started", header: "Started", usual: true, cell: (row) => <Ago at={row.started_at} /> },
  { id: "finished", header: "Finished", order: "finished", cell: (row) => <Ago at={row.finished_at} /> },
  {
    id: "duration",
    header: "Duration",
    usual: true,
    right: true,
    order: "longest",
    cell: (row) =>
      row.state === "running" && row.started_at ? <Since at={row.started_at} /> : duration(row.duration_seconds),
  },
  { id: "attempt", header: "Attempt", right: true, cell: (row) => `${row.attempt} of ${row.max_attempts}` },
  {
    id: "exit",
    header: "Exit",
    usual: true,
    right: true,
    cell: (row) => row.signal ?? (row.exit_code === null ? <span className="dim">–</span> : row.exit_code),
  },
  {
    id: "memory",
    header: "Peak memory",
    usual: true,
    right: true,
    order: "memory",
    cell: (row) => bytes(row.memory_bytes),
  },
  { id: "cpu", header: "CPU", right: true, cell: (row) => duration(row.cpu_seconds) },
  { id: "cost", header: "Cost", usual: true, right: true, order: "costliest", cell: (row) => money(row.cost) },
  { id: "worker", header: "Worker", cell: (row) => text(row.worker) },
  { id: "by", header: "By", cell: (row) => text(row.created_by_name) },
  {
    id: "error",
    header: "Error",
    cell: (row) => (
      <span className="clip" title={row.error_message ?? undefined}>
        {row.error_message ?? <span className="dim">–</span>}
      </span>
    ),
  },
  {
    id: "labels",
    header: "Labels",
    cell: (row) =>
      text(
        Object.entries(row.labels)
          .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
          .join(" "),
      ),
  },
];

/** The columns an address asks for, or the usual ones. */
export function columnsOf(search: URLSearchParams): HistoryColumn[] {
  const chosen = search.get("columns")?.split(",");
  return COLUMNS.filter(({ id, usual }) => (chosen ? chosen.includes(id) || id === "name" : usual));
}

function Status({ row }: { row: JobRow }) {
  const why = row.held_by.length > 0 ? `held by: ${row.held_by.join(", ").replaceAll("_", " ")}` : row.error_message;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 8 }}>
      <State state={row.state} title={why ?? undefined} />
      {row.state === "running" && row.progress !== null && (
        <Bar share={row.progress} label={`${Math.round(row.progress * 100)} % done: ${row.progress_message ?? ""}`} />
      )}
    </span>
  );
}

function text(value: string | null): ReactNode {
  if (!value) return <span className="dim">–</span>;
  return (
    <span className="clip" style={{ maxWidth: "12rem" }} title={value}>
      {value}
    </span>
  );
}
