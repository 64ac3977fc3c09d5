import { TextInput } from "@mantine/core";
import { useState } from "react";
import { type LoaderFunctionArgs, useLoaderData } from "react-router";
import { type Asked, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { peopleOf } from "../data/people.server.ts";
import { subjectActions } from "../data/subject-actions.server.ts";
import { ActDialog, AskActs, type Asking } from "../parts/act-dialog.tsx";
import { Empty, Page, Section } from "../parts/page.tsx";
import { type Alert, Alerts, type Channel, Channels, type Contact } from "./incidents/alerts.tsx";
import { IncidentCard, type IncidentRow, type TimelineEvent } from "./incidents/card.tsx";
import { Closed } from "./incidents/closed.tsx";

/** So many open incidents are drawn at once; the next ones move up. */
const CARDS = 50;

export async function loader(args: LoaderFunctionArgs) {
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const shown = args.url.searchParams.get("incident");
    const incidents = (open: boolean) =>
      data.read<IncidentRow[]>((db) => {
        const query = db.from("incident_overview").select("*").eq("workspace_id", workspace);
        return open
          ? query.is("closed_at", null).order("severity_place").order("opened_at").order("id").limit(CARDS)
          : query.not("closed_at", "is", null).order("opened_at", { ascending: false }).order("id").limit(CARDS);
      });
    const [open, closed, alerts, channels, contact, actions, nameOf] = await Promise.all([
      incidents(true),
      incidents(false),
      data.read<Alert[]>((db) =>
        db
          .from("alerts")
          .select("id, rule, subject, severity, text, incident_id, channel, job_id, folded, state, created_at, sent_at")
          .eq("workspace_id", workspace)
          .order("created_at", { ascending: false })
          .order("id", { ascending: false })
          .limit(50),
      ),
      data.read<Channel[]>((db) =>
        db
          .from("alert_channels")
          .select("channel, enabled, changed_by, changed_at")
          .eq("workspace_id", workspace)
          .order("channel"),
      ),
      data.read<Contact[]>((db) =>
        db
          .from("runtime_labels")
          .select("label, sentence, age_seconds")
          .eq("workspace_id", workspace)
          .eq("subject", "contact"),
      ),
      subjectActions(data, workspace, ["incident", "alert_channel"]),
      peopleOf(data, workspace),
    ]);
    const told = [...open.map(({ id }) => String(id)), ...(shown === null ? [] : [shown])];
    const events = await data.read<TimelineEvent[]>((db) =>
      db
        .from("events")
        .select("seq, at, actor, action, subject_id, data")
        .eq("workspace_id", workspace)
        .eq("subject_type", "incident")
        .in("subject_id", told)
        .order("seq", { ascending: false })
        .limit(500),
    );
    return {
      open,
      closed,
      shown,
      alerts,
      contact: contact[0],
      channels: channels.map((channel) => ({ ...channel, changed_by: nameOf(channel.changed_by) })),
      actions: { incident: actions.incident ?? {}, channel: actions.alert_channel ?? {} },
      events: events.map((event) => ({ ...event, actor: nameOf(event.actor) })),
    };
  });
}

export const clientLoader = keep();

export default function Incidents() {
  const { open, closed, shown, alerts, channels, contact, actions, events } = useLoaderData<typeof loader>();
  const [asking, setAsking] = useState<Asking & { params?: Record<string, unknown> }>();
  const [subject, setSubject] = useState("");
  const opening = asking?.about === NEW;
  const id = asking && "incident" in asking.target ? asking.target.incident : undefined;
  const closedMeanwhile = closed.find((each) => each.id === id);
  return (
    <Page
      title="Incidents"
      aside={
        <AskActs
          allowed={actions.incident[""] ?? []}
          labels={{ open: "Open an incident" }}
          about={NEW}
          onAsk={(allowed, label) => {
            setSubject("");
            setAsking({ allowed, label, subject: "incident", target: {}, about: NEW });
          }}
        />
      }
    >
      <Section title={open.length === CARDS ? `Open (the ${CARDS} gravest)` : "Open"}>
        {open.length > 0 ? (
          <div className="hf-deck">
            {open.map((incident) => (
              <IncidentCard
                key={incident.id}
                incident={incident}
                events={events.filter((event) => event.subject_id === String(incident.id))}
                allowed={actions.incident[incident.id] ?? []}
                onAsk={setAsking}
              />
            ))}
          </div>
        ) : (
          <Empty title="No incident is open">
            One opens by itself when a worker is stuck, a queue backs up, a budget is breached, a build fails, or an
            output rule matches; and by hand.
          </Empty>
        )}
      </Section>
      <Channels channels={channels} contact={contact} actions={actions.channel} onAsk={setAsking} />
      <Alerts alerts={alerts} />
      <Closed incidents={closed} shown={shown} events={events} />
      <ActDialog
        asking={asking}
        params={opening ? { subject: subject.trim() } : asking?.params}
        ready={!opening || subject.trim() !== ""}
        onClose={() => setAsking(undefined)}
      >
        {opening && (
          <>
            <TextInput
              label="What it is about"
              description="For example queue:primary or lane:agent, which can then be contained; or job:12, worker:3."
              required
              maxLength={200}
              value={subject}
              onChange={(event) => setSubject(event.currentTarget.value)}
            />
            <div className="dim">The reason is what the incident says.</div>
          </>
        )}
        {closedMeanwhile && (
          <div role="status">
            {closedMeanwhile.closed_by_name} has closed it meanwhile: {closedMeanwhile.closed_reason}
          </div>
        )}
      </ActDialog>
    </Page>
  );
}

/** What the dialog is about that opens one. */
const NEW = "by hand";
