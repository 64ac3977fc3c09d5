import { Alert, Stack, Text } from "@mantine/core";
import { Link, useLocation, useParams } from "react-router";
import { Ago, At, Since } from "../../parts/ago.tsx";
import { duration, money } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { Bar, Facts, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";
import type { JobData, RunRow } from "./job.tsx";
import { LastWords } from "./last-words.tsx";

/** What became of the job so far, why it waits, and each attempt. */
export function SummaryTab({ job }: { job: JobData }) {
  const { row, detail, lease, why, typical } = job;
  const last = job.runs.find((run) => run.finished_at !== null);
  const { workspace } = useParams();
  return (
    <Stack gap="md">
      {why && (
        <Alert color="ink" variant="outline" title="Why it waits">
          {why}
          {job.approval !== null && (
            <>
              {" "}
              <Link to={`/w/${workspace}/approvals#${job.approval}`}>Approval {job.approval}</Link>
            </>
          )}
        </Alert>
      )}
      {row.error_message && (
        <Alert
          color="red.9"
          variant="outline"
          title={row.state === "retrying" ? "Its last attempt failed" : "Why it did not complete"}
        >
          <Text size="sm" className="mono">
            {row.error_message}
          </Text>
          {last?.error_message && <LastWords run={last} />}
          {row.fingerprint && (
            <div>
              <Link to={`/w/${workspace}/history?fingerprint=${row.fingerprint}`}>
                All that failed alike <span className="mono">({row.fingerprint.slice(0, 12)})</span>
              </Link>
            </div>
          )}
        </Alert>
      )}
      {row.state === "running" && <Progress job={job} />}
      <Facts
        dense
        facts={[
          ["Kind", row.kind],
          ["Queue, lane, class", `${row.queue}, ${row.lane}, ${row.class}`],
          ["Venture", row.venture],
          [
            "Trigger",
            row.schedule ? (
              <Link key="t" to={`/w/${workspace}/schedules#${row.schedule}`}>
                schedule {row.schedule}
              </Link>
            ) : (
              row.trigger
            ),
          ],
          ["Enqueued by", row.created_by_name],
          ["Enqueued", <Moment key="e" at={row.created_at} />],
          [
            "Due",
            Date.parse(detail.run_at) > Date.parse(row.created_at) ? <Moment key="d" at={detail.run_at} /> : null,
          ],
          ["Started", row.started_at && <Moment key="s" at={row.started_at} />],
          ["Finished", row.finished_at && <Moment key="f" at={row.finished_at} />],
          ["Duration", duration(row.duration_seconds)],
          [
            "Usually takes",
            typical === null ? "not known yet: fewer than 3 of its kind have completed" : duration(typical),
          ],
          [
            "Attempts",
            `${row.attempt} of ${row.max_attempts}${detail.crash_count > 0 ? `, ${detail.crash_count} lost to dead workers` : ""}`,
          ],
          ["Exit", row.signal ?? row.exit_code],
          ["Cost", `${money(row.cost)}${detail.est_cost === null ? "" : ` (estimate ${money(detail.est_cost)})`}`],
          ["Held by", row.held_by.length > 0 ? row.held_by.join(", ").replaceAll("_", " ") : null],
          ["Waits for", job.needs.length > 0 && <Jobs key="n" ids={job.needs} />],
          ["Waited for by", job.neededBy.length > 0 && <Jobs key="b" ids={job.neededBy} />],
          ["Rerun of", detail.rerun_of === null ? null : <Jobs key="r" ids={[detail.rerun_of]} />],
        ]}
      />
      <Section title="Attempts">
        <DataTable<RunRow>
          label="Attempts"
          rows={job.runs}
          rowId={(run) => String(run.id)}
          empty={
            <Text size="sm" className="dim">
              None yet.
            </Text>
          }
          columns={[
            { id: "attempt", header: "Attempt", right: true, cell: (run) => run.attempt },
            { id: "outcome", header: "Outcome", cell: (run) => <State state={run.outcome ?? "running"} /> },
            { id: "exit", header: "Exit", right: true, cell: (run) => run.signal ?? run.exit_code ?? "–" },
            { id: "started", header: "Started", cell: (run) => <Ago at={run.started_at} /> },
            {
              id: "took",
              header: "Took",
              right: true,
              cell: (run) =>
                run.finished_at ? (
                  duration((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000)
                ) : (
                  <Since at={run.started_at} />
                ),
            },
            { id: "worker", header: "Worker", right: true, cell: (run) => run.worker_id },
            {
              id: "error",
              header: "Error",
              cell: (run) => (
                <span className="clip" title={run.error_message ?? undefined}>
                  {run.error_message ?? "–"}
                </span>
              ),
            },
          ]}
        />
      </Section>
      <Section title="Timeline">
        <ol style={{ margin: 0, paddingLeft: "1.2rem", fontSize: "0.8125rem" }}>
          {timelineOf(job).map(({ id, at, what, who, reason }) => (
            <li key={id}>
              <Ago at={at} /> <b>{what}</b> <span className="dim">by {who}</span>
              {reason && <>: {reason}</>}
            </li>
          ))}
        </ol>
      </Section>
      {lease && (
        <Label label={lease.label} age={lease.heartbeat_age_seconds} what={`lease, worker ${lease.worker ?? "?"}`} />
      )}
    </Stack>
  );
}

/** What was done with it and what its attempts did, oldest first: attempts are rows of `runs`, not events of the ledger. */
function timelineOf({ events, runs }: JobData) {
  return [
    ...[...events].reverse().map(({ seq, at, action, actor_name, data }) => ({
      id: `event-${seq}`,
      at,
      what: action,
      who: actor_name,
      reason: typeof data.reason === "string" ? data.reason : null,
    })),
    ...runs.flatMap(({ id, attempt, worker_id, started_at, finished_at, outcome, error_message }) => {
      const of = { who: `worker ${worker_id}`, reason: null };
      const started = { ...of, id: `start-${id}`, at: started_at, what: `attempt ${attempt} started` };
      if (finished_at === null) return [started];
      const what = `attempt ${attempt} ${(outcome ?? "ended").replaceAll("_", " ")}`;
      return [started, { ...of, id: `end-${id}`, at: finished_at, what, reason: error_message }];
    }),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function Progress({ job: { row, typical } }: { job: JobData }) {
  const share =
    row.progress ?? (typical && row.duration_seconds !== null ? Math.min(0.99, row.duration_seconds / typical) : 0);
  const known = row.progress !== null;
  return (
    <div aria-live="polite" data-progress={row.progress ?? ""}>
      <Bar share={share} label={known ? `${Math.round(share * 100)} % done` : "running"} />
      <Text size="sm" mt={4}>
        {known ? `${Math.round(share * 100)} %` : "It reports no progress"}
        {row.progress_message ? ` · ${row.progress_message}` : ""} · {row.started_at && <Since at={row.started_at} />}{" "}
        so far
        {typical !== null && ` · usually ${duration(typical)}`}
      </Text>
    </div>
  );
}

function Moment({ at }: { at: string }) {
  return (
    <>
      <At at={at} />{" "}
      <span className="dim">
        (<Ago at={at} />)
      </span>
    </>
  );
}

function Jobs({ ids }: { ids: readonly number[] }) {
  const { workspace } = useParams();
  const { search } = useLocation();
  return ids.map((id, place) => (
    <span key={id}>
      {place > 0 && ", "}
      <Link to={{ pathname: `/w/${workspace}/history/${id}`, search }}>job {id}</Link>
    </span>
  ));
}
