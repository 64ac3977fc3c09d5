import { Group } from "@mantine/core";
import { Link, useParams } from "react-router";
import type { SubjectAction } from "../../data/subject-actions.server.ts";
import { ActButton } from "../../parts/act.tsx";
import { Ago } from "../../parts/ago.tsx";
import { money, plural } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { Json } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { NextWindows, type PastWindow, PastWindows } from "./windows.tsx";
import { type Rules, rulesInWords } from "./words.ts";

/** A row of `holdfast.schedule_overview`, with its times on its own clock and its rule in words. */
export interface Schedule extends Rules {
  id: number;
  name: string;
  description: string;
  cron: string;
  words: string;
  time_zone: string;
  kind: string;
  payload: Record<string, unknown>;
  venture: string | null;
  queue: string | null;
  lane: string | null;
  class: string | null;
  priority: number | null;
  est_cost: number | null;
  paid: boolean;
  external: boolean;
  enabled: boolean;
  next: { at: string; local: string }[];
  past: PastWindow[];
  missed_24h: number;
  last_job_id: number | null;
  last_job_state: string | null;
  last_job_finished_at: string | null;
  pending_approval_id: number | null;
  enabled_by_name: string | null;
  enabled_at: string | null;
  created_by_name: string;
  created_at: string;
  label: string;
  evidence_age_seconds: number | null;
}

/** Everything about one schedule: when it fires, what became of its windows, by which rules, and what may be done. */
export function ScheduleCard({
  schedule,
  allowed,
  currency,
}: {
  schedule: Schedule;
  allowed: readonly SubjectAction[];
  currency: string;
}) {
  const { workspace } = useParams();
  const { name } = schedule;
  const base = `/w/${workspace}`;
  return (
    <article className="hf-card hf-row" id={name} aria-labelledby={`schedule-${schedule.id}`}>
      <div className="hf-head">
        <h2 id={`schedule-${schedule.id}`} className="hf-name">
          {name}
        </h2>
        <Label label={schedule.label} age={schedule.evidence_age_seconds} />
        {schedule.pending_approval_id !== null && (
          <Link to={`${base}/approvals#${schedule.pending_approval_id}`}>approval {schedule.pending_approval_id}</Link>
        )}
        <span className="dim hf-grow">{schedule.description}</span>
        <Group gap={6} wrap="nowrap">
          {allowed.map((each) => (
            <ActButton
              key={each.verb}
              allowed={each}
              subject="schedule"
              target={{ schedule: name }}
              about={`schedule ${name}`}
              {...(each.verb === "run" ? { label: "Run now" } : {})}
            />
          ))}
        </Group>
      </div>
      <div className="hf-schedule">
        <div>
          <h3 className="hf-part">Fires</h3>
          {schedule.words}
          <div className="dim">
            <span className="mono">{schedule.cron}</span> · {schedule.time_zone}
          </div>
        </div>
        <div>
          <h3 className="hf-part">Next windows</h3>
          <NextWindows windows={schedule.next} enabled={schedule.enabled} />
        </div>
        <div>
          <h3 className="hf-part">Last windows</h3>
          <PastWindows windows={schedule.past} schedule={name} />{" "}
          {schedule.last_job_id !== null && (
            <>
              <Link to={`${base}/history/${schedule.last_job_id}`}>job {schedule.last_job_id}</Link>{" "}
              <State state={schedule.last_job_state} />{" "}
            </>
          )}
          <Link to={`${base}/history?schedule=${encodeURIComponent(name)}`} aria-label={`All jobs of ${name}`}>
            all jobs
          </Link>
          {schedule.missed_24h > 0 && <div>{plural(schedule.missed_24h, "window")} missed in 24 h</div>}
        </div>
        <div>
          <h3 className="hf-part">Rules</h3>
          <ul className="hf-list">
            {rulesInWords(schedule).map((rule) => (
              <li key={rule}>{rule}</li>
            ))}
          </ul>
          <details>
            <summary className="dim" aria-label={`Starts ${schedule.kind}: what schedule ${name} starts`}>
              Starts {schedule.kind}
            </summary>
            <Started schedule={schedule} currency={currency} />
          </details>
        </div>
      </div>
    </article>
  );
}

/** The job that it enqueues, and who made it do so. */
function Started({ schedule, currency }: { schedule: Schedule; currency: string }) {
  const own = (["queue", "lane", "class", "venture", "priority"] as const).flatMap((field) =>
    schedule[field] === null ? [] : [`${field} ${schedule[field]}`],
  );
  return (
    <div style={{ marginTop: 4 }}>
      <div>
        {[
          `kind ${schedule.kind}`,
          ...own,
          schedule.paid ? `paid, estimate ${money(schedule.est_cost, currency)}` : "not paid",
          schedule.external ? "contacts the outside" : "does not contact the outside",
        ].join(" · ")}
      </div>
      <div className="dim">
        added by {schedule.created_by_name} <Ago at={schedule.created_at} />
        {schedule.enabled_at && (
          <>
            {" "}
            · last enabled by {schedule.enabled_by_name} <Ago at={schedule.enabled_at} />
          </>
        )}
      </div>
      {Object.keys(schedule.payload).length > 0 && (
        <Json value={schedule.payload} label={`Payload of schedule ${schedule.name}`} />
      )}
    </div>
  );
}
