import { Group } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import type { SubjectAction } from "../../data/subject-actions.server.ts";
import { Acts } from "../../parts/act.tsx";
import { Ago, Since } from "../../parts/ago.tsx";
import { count, duration, plural } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { HeardTable } from "./heard.tsx";
import { covers, type Heard, type Stop } from "./stop.ts";

/** A stop that holds: what it holds, whether everybody knows, whether what it ended has ended, and who may release it. */
export function Engaged({
  stop,
  heard,
  allowed,
}: {
  stop: Stop;
  heard: readonly Heard[];
  allowed: readonly SubjectAction[];
}) {
  const { workspace } = useParams();
  return (
    <article className="hf-card hf-engaged" id={String(stop.stop_id)} aria-labelledby={`stop-${stop.stop_id}`}>
      <Group justify="space-between" gap="xs" align="start">
        <Group gap="xs">
          <h3 id={`stop-${stop.stop_id}`} className="hf-name">
            Stop {stop.stop_id}: {covers(stop)}
          </h3>
          <Label label={stop.label} />
        </Group>
        {stop.may_release ? (
          <Acts allowed={allowed} subject="stop" target={{ stop: stop.stop_id }} about={`stop ${stop.stop_id}`} />
        ) : (
          <span className="dim">You cannot release it: {stop.why_not}.</span>
        )}
      </Group>
      <p style={{ margin: "0.2rem 0 0.5rem" }}>
        {stop.reason}{" "}
        <span className="dim">
          · {stop.engaged_by_name}
          {stop.budget_id !== null && " (a budget that was used up)"}, <Ago at={stop.engaged_at} />
        </span>
      </p>
      <dl className="hf-figures">
        <Figure name="Engaged for" value={<Since at={stop.engaged_at} />} />
        <Figure
          name="Held now"
          value={stop.held === 0 ? "0" : <Link to={`/w/${workspace}/history?state=queued`}>{count(stop.held)}</Link>}
          says={stop.held === 1 ? "job waits for its release" : "jobs wait for its release"}
        />
        <Figure
          name="Workers that know"
          value={`${count(stop.acknowledged)} of ${count(stop.workers)}`}
          says={
            stop.silent > 0
              ? `${plural(stop.silent, "worker")} not heard of since`
              : stop.seconds_to_acknowledge === null
                ? "none was alive"
                : `the last after ${duration(stop.seconds_to_acknowledge)}`
          }
          bad={stop.silent > 0}
        />
        <Figure
          name="Still running"
          value={`${count(stop.still_running)} of ${count(stop.ordered)}`}
          says={
            !stop.kill_running
              ? "it leaves alone what ran"
              : stop.seconds_to_quiet === null
                ? stop.ordered === 0
                  ? "nothing ran"
                  : "told to end"
                : `quiet after ${duration(stop.seconds_to_quiet)}`
          }
          bad={stop.still_running > 0}
        />
      </dl>
      {heard.length > 0 && (
        <details open={stop.silent > 0 || stop.still_running > 0}>
          <summary aria-label={`Stop ${stop.stop_id}, worker by worker`}>Worker by worker</summary>
          <HeardTable stop={stop.stop_id} heard={heard} />
        </details>
      )}
    </article>
  );
}

function Figure({ name, value, says, bad = false }: { name: string; value: ReactNode; says?: string; bad?: boolean }) {
  return (
    <div data-bad={bad || undefined}>
      <dt>{name}</dt>
      <dd>
        <b className="num">{value}</b> {says && <span className="dim">{says}</span>}
      </dd>
    </div>
  );
}
