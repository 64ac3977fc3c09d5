import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import { Ago, Since } from "../../parts/ago.tsx";
import { count, duration, plural } from "../../parts/format.ts";
import { Bar, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import type { FailureRow, FinishedRow, NextRow, RetryRow, RunningRow, StuckRow, WindowRow } from "./rows.ts";

/** One question with its answer in a few lines. */
function Question({
  title,
  id,
  to,
  more,
  none,
  children,
}: {
  title: string;
  id: string;
  /** Where all of it is, under the workspace. */
  to: string;
  more: string;
  /** Said when there is no line. */
  none: string;
  children: ReactNode[];
}) {
  const { workspace } = useParams();
  return (
    <Section
      title={title}
      id={id}
      aside={
        <Link to={`/w/${workspace}${to}`} className="cc-all">
          {more}
        </Link>
      }
    >
      {children.length === 0 ? (
        <p className="dim cc-none" data-empty>
          {none}
        </p>
      ) : (
        <ul className="cc-lines">{children}</ul>
      )}
    </Section>
  );
}

function Job({ id, name, kind }: { id: number; name: string | null; kind: string }) {
  const { workspace } = useParams();
  return (
    <Link to={`/w/${workspace}/history/${id}`} className="cc-job" title={name ?? kind}>
      <span className="num dim">{id}</span> {name ?? kind}
    </Link>
  );
}

/** What runs: how far, for how long, and how long it usually takes. */
export function Running({ rows, all }: { rows: readonly (RunningRow & { typical: number | null })[]; all: number }) {
  return (
    <Question
      title="What is running"
      id="running"
      to="/history?state=running"
      more={all > rows.length ? `all ${count(all)}` : "in History"}
      none="Nothing runs now."
    >
      {rows.map((row) => {
        // Past its usual time there is nothing to guess by: an almost full bar would say that it is almost done.
        const guess = row.typical !== null && row.running_seconds < row.typical ? row.running_seconds / row.typical : 0;
        const share = row.progress ?? guess;
        const percent = `${Math.round(share * 100)} %`;
        return (
          <li key={row.job_id} className="cc-row" data-job={row.job_id}>
            <Job id={row.job_id} name={row.name} kind={row.kind} />
            <span className="cc-progress">
              <Bar
                share={Math.min(share, 0.999)}
                label={
                  row.progress === null ? `job ${row.job_id} reports no progress` : `job ${row.job_id}: ${percent} done`
                }
              />
            </span>
            <span className="cc-grow cc-clip dim" title={row.progress_message ?? ""}>
              {row.progress === null ? "no progress reported" : <span className="num">{percent} </span>}
              {row.progress_message}
            </span>
            <span className="num cc-end">
              <Since at={row.acquired_at} />
              {row.typical !== null && <span className="dim"> of usually {duration(row.typical)}</span>}
              {row.label !== "LIVE" && <b> {row.label}</b>}
            </span>
          </li>
        );
      })}
    </Question>
  );
}

/** What completed last. */
export function Finished({ rows }: { rows: readonly FinishedRow[] }) {
  return (
    <Question
      title="What finished"
      id="finished"
      to="/history?state=completed&order=finished"
      more="in History"
      none="Nothing has completed yet."
    >
      {rows.map((row) => (
        <li key={row.id} className="cc-row" data-job={row.id}>
          <Job id={row.id} name={row.name} kind={row.kind} />
          <span className="cc-grow dim">{row.name === null || row.name === row.kind ? "" : row.kind}</span>
          <span className="cc-end">
            <span className="dim num">took {duration(row.duration_seconds)},</span> <Ago at={row.finished_at} />
          </span>
        </li>
      ))}
    </Question>
  );
}

/** What failed, alike failures together, and why. */
export function Failed({ rows }: { rows: readonly FailureRow[] }) {
  const { workspace } = useParams();
  return (
    <Question
      title="What failed, and why"
      id="failed"
      to="/history?state=failed,timed_out&after=7d"
      more="in History"
      none="Nothing has failed in seven days."
    >
      {rows.map((row) => (
        <li key={`${row.fingerprint} ${row.error_class}`} className="cc-row" data-fingerprint={row.fingerprint}>
          <Link
            to={`/w/${workspace}/history?${row.fingerprint ? `fingerprint=${row.fingerprint}` : `state=failed,timed_out&kind=${encodeURIComponent(row.kind)}`}`}
            className="cc-job"
            title={`Jobs ${row.job_ids.join(", ")}`}
          >
            <span className="num">{plural(row.jobs, "job")}</span> of {row.kind}
          </Link>
          <span className="cc-grow cc-clip mono" title={row.error_message ?? ""}>
            {row.error_class && <span className="dim">{row.error_class} </span>}
            {row.error_message ?? "no message"}
          </span>
          <span className="cc-end">
            <Ago at={row.last_at} />
          </span>
        </li>
      ))}
    </Question>
  );
}

/** What was tried again in the last day: after what, and where it stands. */
export function Retried({ rows, retrying }: { rows: readonly RetryRow[]; retrying: number }) {
  return (
    <Question
      title="What was retried"
      id="retried"
      to="/history?state=retrying"
      more={retrying > 0 ? `${count(retrying)} to be retried` : "in History"}
      none="Nothing was tried again in the last 24 hours."
    >
      {rows.map((row) => (
        <li key={row.job_id} className="cc-row" data-job={row.job_id}>
          <Job id={row.job_id} name={row.name} kind={row.kind} />
          <State state={row.state} />
          <span className="cc-grow cc-clip dim" title={row.before_error ?? ""}>
            attempt {row.attempt} of {row.max_attempts}, after: {row.before_error ?? row.before_outcome ?? "–"}
          </span>
          <span className="cc-end">
            <Ago at={row.started_at} />
          </span>
        </li>
      ))}
    </Question>
  );
}

/** What goes next and why it has not yet, and the windows that schedules open next. */
export function Next({ rows, windows }: { rows: readonly NextRow[]; windows: readonly WindowRow[] }) {
  const { workspace } = useParams();
  return (
    <Question
      title="What is next"
      id="next"
      to="/history?state=queued,dispatched,retrying,blocked,awaiting_approval&order=oldest"
      more="in History"
      none="Nothing waits, and no schedule is enabled."
    >
      {[
        ...rows.map((row) => (
          <li key={row.job_id} className="cc-row" data-job={row.job_id}>
            <Job id={row.job_id} name={row.name} kind={row.kind} />
            <State state={row.state} />
            <span className="cc-grow cc-clip dim" title={row.why}>
              {row.why}
            </span>
          </li>
        )),
        ...windows.map((window) => (
          <li key={`window ${window.name}`} className="cc-row" data-schedule={window.name}>
            <Link to={`/w/${workspace}/schedules#${window.name}`} className="cc-job">
              {window.name}
            </Link>
            <span className="cc-grow cc-clip dim">schedule: enqueues {window.kind}</span>
            <span className="cc-end">
              <Ago at={window.next_window_at} />
            </span>
          </li>
        )),
      ]}
    </Question>
  );
}

/** What will not move by itself, and why. */
export function Stuck({ rows }: { rows: readonly StuckRow[] }) {
  return (
    <Question title="What is stuck" id="stuck" to="/workers" more="Workers" none="">
      {rows.map((row) => (
        <li key={`${row.job_id} ${row.problem}`} className="cc-row" data-job={row.job_id}>
          <Job id={row.job_id} name={row.name} kind={row.kind} />
          <span className="cc-grow cc-clip" title={row.problem}>
            {row.problem}
          </span>
          <span className="num cc-end dim">for {duration(Math.floor(row.for_seconds))}</span>
        </li>
      ))}
    </Question>
  );
}
