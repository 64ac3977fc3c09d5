import { Link, useParams } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { Empty, Json } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import type { EventRow } from "./rows.ts";

/** Where the subject of an event is shown, under the workspace. */
const PLACES: Record<string, (id: string) => string> = {
  job: (id) => `/history/${id}`,
  queue: (id) => `/queues#${id}`,
  lane: (id) => `/queues#lane-${id}`,
  schedule: (id) => `/schedules#${id}`,
  approval: (id) => `/approvals#${id}`,
  budget: (id) => `/costs#${id}`,
  incident: (id) => `/incidents#${id}`,
  stop: (id) => `/safety#${id}`,
  worker: (id) => `/workers#${id}`,
  profile: (id) => `/profiles#${id}`,
};

/** Events, newest first, each with its particulars. */
export function Events({ events, filtered }: { events: readonly EventRow[]; filtered: boolean }) {
  const { workspace } = useParams();
  return (
    <div className="le-events">
      <DataTable<EventRow>
        label="Events, newest first"
        rows={events}
        rowId={({ seq }) => `event-${seq}`}
        empty={
          <Empty title={filtered ? "No event matches these filters" : "No event yet"}>
            {filtered
              ? "What every job leaves behind is left out unless it is asked for."
              : "Every act, launch, close and change is written here, and sealed."}
          </Empty>
        }
        columns={[
          { id: "seq", header: "Event", right: true, cell: ({ seq }) => <span className="num dim">{seq}</span> },
          { id: "at", header: "When", cell: ({ at }) => <Ago at={at} /> },
          {
            id: "actor",
            header: "By",
            cell: ({ actor, actor_name }) => (
              <span className="clip le-actor" title={actor}>
                {actor_name}
              </span>
            ),
          },
          { id: "action", header: "Action", cell: ({ action }) => <b>{action}</b> },
          {
            id: "subject",
            header: "About",
            cell: ({ subject_type, subject_id }) => {
              const place = PLACES[subject_type]?.(encodeURIComponent(subject_id));
              // There is one ledger and one workspace here: their long ids say nothing.
              const text = ["ledger", "workspace"].includes(subject_type)
                ? subject_type
                : `${subject_type.replaceAll("_", " ")} ${subject_id}`;
              return place ? (
                <Link className="clip le-subject" to={`/w/${workspace}${place}`} title={text}>
                  {text}
                </Link>
              ) : (
                <span className="clip le-subject" title={text}>
                  {text}
                </span>
              );
            },
          },
          { id: "data", header: "Particulars", cell: ({ seq, data }) => <Particulars seq={seq} data={data} /> },
        ]}
      />
    </div>
  );
}

function Particulars({ seq, data }: { seq: number; data: Record<string, unknown> }) {
  const fields = Object.entries(data);
  if (fields.length === 0) return <span className="dim">–</span>;
  return (
    <details className="le-data">
      <summary>
        <span className="mono">
          {fields
            .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
            .join(" · ")}
        </span>
      </summary>
      <Json value={data} label={`Particulars of event ${seq}`} />
    </details>
  );
}
