import { Button, Group } from "@mantine/core";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import { type Allowed, capital } from "../../parts/act.tsx";
import { AskActs, type Asking } from "../../parts/act-dialog.tsx";
import { Ago, Since } from "../../parts/ago.tsx";
import { count } from "../../parts/format.ts";
import { Facts } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";

/** One step of a runbook, and who has done it. */
interface Step {
  step: number;
  title: string;
  sentence: string;
  done_by: string | null;
  done_at: string | null;
  note: string | null;
}

/** One row of `holdfast.incident_overview`. */
export interface IncidentRow {
  id: number;
  rule: string;
  watches_for: string;
  subject: string;
  severity: string;
  sentence: string;
  evidence: Record<string, unknown>;
  opened_by_name: string;
  opened_at: string;
  last_seen_at: string;
  times_seen: number;
  contained_at: string | null;
  closed_at: string | null;
  closed_by_name: string | null;
  closed_reason: string | null;
  runbook: Step[];
  next_step: number | null;
}

/** One row of `holdfast.events` about an incident, the actor by name. */
export interface TimelineEvent {
  seq: number;
  at: string;
  actor: string;
  action: string;
  subject_id: string;
  data: { reason?: unknown; params?: { step?: unknown } };
}

/** An open incident: what is wrong, how fresh that is, and what to do about it. */
export function IncidentCard({
  incident,
  events,
  allowed,
  onAsk,
}: {
  incident: IncidentRow;
  events: readonly TimelineEvent[];
  allowed: readonly Allowed[];
  onAsk: (asking: Asking & { params?: Record<string, unknown> }) => void;
}) {
  const { id } = incident;
  const about = `incident ${id}`;
  const ask = (each: Allowed) => ({ allowed: each, subject: "incident", target: { incident: id }, about });
  const tick = allowed.find(({ verb }) => verb === "tick");
  return (
    <article className="hf-card hf-request" id={String(id)} aria-label={`Incident ${id}`}>
      <Group justify="space-between" gap={6} align="start">
        <h3>{incident.sentence}</h3>
        <State state={incident.severity} title={`Severity: ${incident.severity}`} />
      </Group>
      <div className="dim">
        <b title={incident.watches_for}>{incident.rule.replaceAll("_", " ")}</b> about{" "}
        <Subject text={incident.subject} />, opened by {incident.opened_by_name}
      </div>
      <Facts
        facts={[
          ["Open for", <Since key="s" at={incident.opened_at} />],
          ["Last seen", <Ago key="l" at={incident.last_seen_at} />],
          ["Times seen", count(incident.times_seen)],
          ["Contained", incident.contained_at && <Ago key="c" at={incident.contained_at} />],
          ...Object.entries(incident.evidence).map(
            ([name, value]) => [capital(name), <Evidence key={name} name={name} value={value} />] as const,
          ),
        ]}
      />
      <div>
        <h4>Runbook</h4>
        <ol className="hf-plain hf-steps">
          {incident.runbook.map((each) => (
            <li key={each.step} data-done={each.done_at !== null || undefined}>
              <StepLine step={each} next={each.step === incident.next_step} />
              {tick && each.done_at === null && (
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() =>
                    onAsk({
                      ...ask(tick),
                      params: { step: each.step },
                      label: "Tick off",
                      about: `${each.title}, ${about}`,
                    })
                  }
                  aria-label={`Tick off ${each.title}, ${about}`}
                >
                  Tick off
                </Button>
              )}
            </li>
          ))}
        </ol>
      </div>
      <details>
        <summary>Timeline ({events.length})</summary>
        <Timeline events={events} incident={incident} />
      </details>
      <AskActs
        allowed={allowed.filter(({ verb }) => verb !== "tick")}
        about={about}
        onAsk={(each) => onAsk(ask(each))}
      />
    </article>
  );
}

/** What happened to an incident, newest first. */
export function Timeline({
  events,
  incident: { runbook, opened_at, opened_by_name },
}: {
  events: readonly TimelineEvent[];
  incident: IncidentRow;
}) {
  if (events.length === 0) {
    return (
      <div className="dim">
        Opened <Ago at={opened_at} /> by {opened_by_name}; its events are no longer kept.
      </div>
    );
  }
  return (
    <ol className="hf-plain">
      {events.map(({ seq, at, actor, action, data }) => {
        const step = runbook.find((each) => each.step === Number(data.params?.step));
        return (
          <li key={seq}>
            <Ago at={at} /> <b>{action.replace(/^incident\./, "")}</b>
            {step && ` ${step.title}`} <span className="dim">by {actor}</span>
            {typeof data.reason === "string" && <>: {data.reason}</>}
          </li>
        );
      })}
    </ol>
  );
}

function StepLine({ step, next }: { step: Step; next: boolean }) {
  return (
    <div>
      <div>
        {step.done_at ? <Check size={14} aria-label="Done" /> : <span aria-hidden>{step.step}.</span>}{" "}
        {step.done_at ? step.title : <b>{step.title}</b>}
        {next && <span className="dim"> · next</span>}
      </div>
      <div className="dim">
        {step.done_at ? (
          <>
            {step.done_by} <Ago at={step.done_at} />
            {step.note && `: ${step.note}`}
          </>
        ) : (
          step.sentence
        )}
      </div>
    </div>
  );
}

/** Where things of a kind are shown; the rest is text. */
const PAGE_OF: Record<string, (name: string) => string> = {
  job: (name) => `history/${name}`,
  kind: (name) => `history?kind=${encodeURIComponent(name)}`,
  queue: (name) => `queues#${name}`,
  lane: (name) => `queues#lane-${name}`,
  worker: (name) => `workers#${name}`,
  schedule: (name) => `schedules#${name}`,
  budget: (name) => `costs#${name}`,
};

/** What an incident is about, with a link where there is a page for it. */
export function Subject({ text }: { text: string }) {
  const at = text.indexOf(":");
  return <Linked what={text.slice(0, at)} name={text.slice(at + 1)} text={text} />;
}

function Evidence({ name, value }: { name: string; value: unknown }): ReactNode {
  if (name === "fingerprint" && typeof value === "string") return <Fingerprint value={value} />;
  if (typeof value === "string" && !Number.isNaN(Date.parse(value)) && /^\d{4}-\d\d-\d\d[T ]/.test(value)) {
    return <Ago at={value} />;
  }
  if (typeof value === "string" || typeof value === "number") {
    return <Linked what={name} name={String(value)} text={String(value)} />;
  }
  return <span className="mono">{JSON.stringify(value)}</span>;
}

function Fingerprint({ value }: { value: string }) {
  const { workspace } = useParams();
  return (
    <Link className="mono" to={`/w/${workspace}/history?fingerprint=${value}`} title={value}>
      {value.slice(0, 12)}
    </Link>
  );
}

function Linked({ what, name, text }: { what: string; name: string; text: string }) {
  const { workspace } = useParams();
  const page = PAGE_OF[what];
  return page ? <Link to={`/w/${workspace}/${page(name)}`}>{text}</Link> : text;
}
