import { Link, useParams } from "react-router";
import type { SubjectAction } from "../../data/subject-actions.server.ts";
import { AskActs, type Asking } from "../../parts/act-dialog.tsx";
import { Ago } from "../../parts/ago.tsx";
import { count } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { Empty, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import { Subject } from "./card.tsx";

/** One row of `holdfast.alerts`. */
export interface Alert {
  id: number;
  rule: string;
  subject: string;
  severity: string;
  text: string;
  incident_id: number | null;
  channel: string;
  job_id: number | null;
  folded: number;
  state: string;
  created_at: string;
  sent_at: string | null;
}

/** One row of `holdfast.alert_channels`, with the name of who changed it. */
export interface Channel {
  channel: string;
  enabled: boolean;
  changed_by: string;
  changed_at: string;
}

/** The row of `holdfast.runtime_labels` about contact. */
export interface Contact {
  label: string;
  sentence: string;
  age_seconds: number | null;
}

/** Where alerts go. */
export function Channels({
  channels,
  contact,
  actions,
  onAsk,
}: {
  channels: readonly Channel[];
  /** What the database says about whether anybody is contacted. */
  contact: Contact | undefined;
  actions: Readonly<Record<string, SubjectAction[]>>;
  onAsk: (asking: Asking & { params?: Record<string, unknown> }) => void;
}) {
  return (
    <Section
      title="Alert channels"
      aside={
        contact && (
          <>
            <span className="dim">{contact.sentence}</span>
            <Label label={contact.label} age={contact.age_seconds} />
          </>
        )
      }
    >
      <DataTable
        label="Channels"
        columns={[
          { id: "channel", header: "Channel", cell: ({ channel }) => <b id={`channel-${channel}`}>{channel}</b> },
          {
            id: "enabled",
            header: "Status",
            cell: ({ enabled }) => <State state={enabled ? "active" : "disabled"} />,
          },
          {
            id: "changed",
            header: "Changed",
            cell: ({ changed_at, changed_by }) => (
              <>
                <Ago at={changed_at} /> <span className="dim">by {changed_by}</span>
              </>
            ),
          },
          {
            id: "acts",
            header: "Acts",
            hidden: Object.keys(actions).length === 0,
            cell: ({ channel, enabled }) => (
              <AskActs
                allowed={actions[channel] ?? []}
                labels={{ set: enabled ? "Disable" : "Enable" }}
                about={`channel ${channel}`}
                onAsk={(allowed, label) =>
                  onAsk({
                    allowed,
                    label,
                    subject: "alert_channel",
                    target: { channel },
                    about: `channel ${channel}`,
                    params: { enabled: !enabled },
                  })
                }
              />
            ),
          },
        ]}
        rows={channels}
        rowId={({ channel }) => `channel-${channel}`}
        empty={<Empty title="No channels" />}
      />
    </Section>
  );
}

/** The outbox, newest first. */
export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  const { workspace } = useParams();
  const columns: Column<Alert>[] = [
    { id: "state", header: "State", by: ({ state }) => state, cell: ({ state }) => <State state={state} /> },
    { id: "severity", header: "Severity", cell: ({ severity }) => <State state={severity} /> },
    {
      id: "text",
      header: "Alert",
      cell: ({ id, text, subject, channel }) => (
        <>
          <span id={`alert-${id}`} className="clip" title={text}>
            {text}
          </span>
          <span className="dim">
            about <Subject text={subject} />, to {channel}
          </span>
        </>
      ),
    },
    {
      id: "incident",
      header: "Incident",
      right: true,
      cell: ({ incident_id }) => (incident_id === null ? "–" : <a href={`#${incident_id}`}>{incident_id}</a>),
    },
    {
      id: "folded",
      header: "Folded in",
      right: true,
      by: ({ folded }) => folded,
      cell: ({ folded }) => <span title="Alike ones within the hour, not sent again">{count(folded)}</span>,
    },
    {
      id: "raised",
      header: "Raised",
      by: (alert) => alert.created_at,
      cell: (alert) => <Ago at={alert.created_at} />,
    },
    {
      id: "sent",
      header: "Sent",
      by: (alert) => alert.sent_at,
      cell: ({ sent_at, job_id }) => (
        <>
          <Ago at={sent_at} />
          {job_id !== null && (
            <>
              {" "}
              by <Link to={`/w/${workspace}/history/${job_id}`}>job {job_id}</Link>
            </>
          )}
        </>
      ),
    },
  ];
  return (
    <Section title="Alerts">
      <DataTable
        label="Alerts, the newest 50"
        columns={columns}
        rows={alerts}
        rowId={({ id }) => `alert-${id}`}
        empty={<Empty title="No alerts">Each incident that opens tells of itself here, once an hour at most.</Empty>}
      />
    </Section>
  );
}
