import { Link } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { duration } from "../../parts/format.ts";
import { Empty, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { type IncidentRow, Subject, Timeline, type TimelineEvent } from "./card.tsx";

/** Incidents that are over, newest first; one at a time shows its timeline, at an address of its own. */
export function Closed({
  incidents,
  shown,
  events,
}: {
  incidents: readonly IncidentRow[];
  shown: string | null;
  events: readonly TimelineEvent[];
}) {
  const columns: Column<IncidentRow>[] = [
    {
      id: "what",
      header: "Incident",
      cell: (incident) => {
        const opened = shown === String(incident.id);
        return (
          <div id={String(incident.id)}>
            <span className="clip" title={incident.sentence}>
              {incident.sentence}
            </span>
            <Link
              to={opened ? "?" : `?incident=${incident.id}`}
              preventScrollReset
              aria-expanded={opened}
              aria-label={`Timeline of incident ${incident.id}`}
            >
              {opened ? "Hide timeline" : "Timeline"}
            </Link>
            {opened && (
              <Timeline
                events={events.filter((event) => event.subject_id === String(incident.id))}
                incident={incident}
              />
            )}
          </div>
        );
      },
    },
    { id: "severity", header: "Severity", cell: ({ severity }) => <State state={severity} /> },
    { id: "about", header: "About", by: ({ subject }) => subject, cell: ({ subject }) => <Subject text={subject} /> },
    { id: "opened", header: "Opened", by: (each) => each.opened_at, cell: (each) => <Ago at={each.opened_at} /> },
    {
      id: "lasted",
      header: "Lasted",
      right: true,
      by: lasted,
      cell: (each) => duration(lasted(each)),
    },
    {
      id: "steps",
      header: "Steps done",
      right: true,
      cell: ({ runbook }) => `${runbook.filter(({ done_at }) => done_at !== null).length} of ${runbook.length}`,
    },
    {
      id: "closed",
      header: "Closed",
      by: (each) => each.closed_at,
      cell: (each) => (
        <>
          <Ago at={each.closed_at} /> <span className="dim">by {each.closed_by_name}</span>
          <div className="dim clip" title={each.closed_reason ?? undefined}>
            {each.closed_reason}
          </div>
        </>
      ),
    },
  ];
  return (
    <Section title="Closed">
      <DataTable
        label="Closed incidents, the newest 50"
        columns={columns}
        rows={incidents}
        rowId={({ id }) => `incident-${id}`}
        empty={<Empty title="None was closed yet">Close one once its cause is gone; the reason is kept with it.</Empty>}
      />
    </Section>
  );
}

function lasted({ opened_at, closed_at }: IncidentRow): number | undefined {
  return closed_at === null ? undefined : (Date.parse(closed_at) - Date.parse(opened_at)) / 1000;
}
