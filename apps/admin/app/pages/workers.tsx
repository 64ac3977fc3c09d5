import { Link, type LoaderFunctionArgs, useLoaderData } from "react-router";
import { type Asked, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { subjectActions } from "../data/subject-actions.server.ts";
import { Acts } from "../parts/act.tsx";
import { Ago, At, Since } from "../parts/ago.tsx";
import { count, duration, money, plural } from "../parts/format.ts";
import { Label } from "../parts/label.tsx";
import { Bar, Empty, Page, Section } from "../parts/page.tsx";
import { Sparkline, type Throughput, valuesOf } from "../parts/sparkline.tsx";
import { type Column, DataTable } from "../parts/table.tsx";

/** What a worker runs now, of `worker_overview.current_jobs`. */
interface CurrentJob {
  job: number;
  /** Slug of the workspace that it belongs to. */
  workspace: string;
  kind: string;
  name: string | null;
  running_seconds: number;
  progress: number | null;
  progress_message: string | null;
}

/** A worker of `holdfast.worker_overview`, without its figures: one that has ended is shown without. */
interface Process {
  id: number;
  name: string;
  host: string;
  pid: number;
  lanes: string[];
  version: string;
  started_at: string;
  ended_at: string | null;
  ended_reason: string | null;
}

interface Worker extends Process {
  label: string;
  heartbeat_age_seconds: number;
  draining_since: string | null;
  capacity: number;
  running_jobs: number;
  current_jobs: CurrentJob[];
  completed_24h: number;
  failed_24h: number;
  cost_24h: number;
}

/** Of `holdfast.runtime_labels`. */
interface Standing {
  subject: string;
  label: string;
  sentence: string;
  age_seconds: number | null;
}

const ENDED = 50;
const PROCESS = "id, name, host, pid, lanes, version, started_at, ended_at, ended_reason";

export async function loader(args: LoaderFunctionArgs) {
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const [workers, ended, standing, throughput, actions] = await Promise.all([
      data.read<Worker[]>((db) =>
        db
          .from("worker_overview")
          .select(
            `${PROCESS}, label, heartbeat_age_seconds, draining_since, capacity, running_jobs, current_jobs, completed_24h, failed_24h, cost_24h`,
          )
          .is("ended_at", null)
          .order("id"),
      ),
      data.read<Process[]>((db) =>
        db
          .from("worker_overview")
          .select(PROCESS)
          .not("ended_at", "is", null)
          .order("ended_at", { ascending: false })
          .order("id", { ascending: false })
          .limit(ENDED),
      ),
      data.read<Standing[]>((db) =>
        db
          .from("runtime_labels")
          .select("subject, label, sentence, age_seconds")
          .eq("workspace_id", workspace)
          .in("subject", ["workers", "supervisor"])
          .order("place"),
      ),
      data.call<Throughput[]>("throughput", { p_workspace: workspace, p_scope: "worker" }),
      subjectActions(data, workspace, ["worker"]),
    ]);
    return { workers, ended, standing, throughput, actions: actions.worker ?? {} };
  });
}

export const clientLoader = keep();

export default function Workers() {
  const { workers, ended, standing, throughput, actions } = useLoaderData<typeof loader>();
  const columns: Column<Worker>[] = [
    {
      id: "name",
      header: "Worker, lanes",
      by: (worker) => worker.name,
      cell: (worker) => (
        <span id={String(worker.id)}>
          <b>{worker.name}</b> <span className="dim num">#{worker.id}</span>
          <Where process={worker} />
          <span title="The lanes that it serves">{worker.lanes.join(", ")}</span>
        </span>
      ),
    },
    {
      id: "label",
      header: "Heartbeat",
      by: (worker) => worker.heartbeat_age_seconds,
      cell: (worker) => (
        <>
          <Label label={worker.label} age={worker.heartbeat_age_seconds} aged="WORKER NOT RUNNING" />
          <div className="dim">
            up <Since at={worker.started_at} />
          </div>
          {worker.draining_since && (
            <div className="dim">
              told to drain <Ago at={worker.draining_since} />
            </div>
          )}
        </>
      ),
    },
    {
      id: "jobs",
      header: "Runs now",
      by: (worker) => worker.running_jobs,
      cell: (worker) => <Jobs worker={worker} />,
    },
    {
      id: "completed",
      header: "Done 24 h",
      right: true,
      by: (worker) => worker.completed_24h,
      cell: (worker) => count(worker.completed_24h),
    },
    {
      id: "failed",
      header: "Failed 24 h",
      right: true,
      by: (worker) => worker.failed_24h,
      cell: (worker) => count(worker.failed_24h),
    },
    {
      id: "cost",
      header: "Cost 24 h",
      right: true,
      by: (worker) => Number(worker.cost_24h),
      cell: (worker) => money(worker.cost_24h),
    },
    {
      id: "throughput",
      header: "Last hour",
      cell: (worker) => (
        <Sparkline
          values={valuesOf(throughput, String(worker.id))}
          what={`runs of worker ${worker.name} in the last hour`}
        />
      ),
    },
    {
      id: "acts",
      header: "Acts",
      cell: (worker) => (
        <Acts
          allowed={actions[worker.id] ?? []}
          subject="worker"
          target={{ worker: worker.id }}
          about={`worker ${worker.name}`}
        />
      ),
      hidden: Object.keys(actions).length === 0,
    },
  ];
  return (
    <Page title="Workers">
      <div className="hf-card">
        {standing.map(({ subject, label, sentence, age_seconds }) => (
          <div key={subject} style={{ display: "flex", flexWrap: "wrap", gap: "0.2rem 0.7rem", marginBottom: 6 }}>
            <Label label={label} age={age_seconds} what={subject} />
            <span>{sentence}</span>
          </div>
        ))}
        <div className="dim">
          Workers are of the installation: each serves its lanes for every workspace, so draining or killing one is felt
          in all of them. The jobs and figures here are those of the workspaces that you belong to.
        </div>
      </div>
      <Section title="At work">
        <DataTable
          label="Workers"
          columns={columns}
          rows={workers}
          rowId={(worker) => String(worker.id)}
          empty={
            <Empty title="No worker is registered">
              Nothing starts until one is. On a machine that reaches the database: <code>holdfast worker</code>, or{" "}
              <code>holdfast worker --lanes build,eval</code> for certain lanes.
            </Empty>
          }
        />
      </Section>
      {ended.length > 0 && <Ended processes={ended} />}
    </Page>
  );
}

/** Machine, process and version of a worker. */
function Where({ process: { host, pid, version } }: { process: Process }) {
  return (
    <div className="dim clip" title={`host ${host}, pid ${pid}, version ${version}`}>
      {host} · {pid} · {version}
    </div>
  );
}

/** How many jobs are listed before the rest is folded away. */
const LISTED = 4;

/** How many jobs a worker runs of how many it can, and which. */
function Jobs({ worker: { name, running_jobs, capacity, current_jobs } }: { worker: Worker }) {
  const rest = current_jobs.slice(LISTED);
  const unlisted = running_jobs - current_jobs.length;
  return (
    <>
      <span className="num">
        {count(running_jobs)} of {count(capacity)}
      </span>
      <JobLinks jobs={current_jobs.slice(0, LISTED)} />
      {rest.length > 0 && (
        <details>
          <summary aria-label={`${plural(rest.length, "more job")} of worker ${name}`}>
            {count(rest.length)} more
          </summary>
          <JobLinks jobs={rest} />
        </details>
      )}
      {unlisted > 0 && <div className="dim">{count(unlisted)} not listed</div>}
    </>
  );
}

function JobLinks({ jobs }: { jobs: readonly CurrentJob[] }) {
  if (jobs.length === 0) return null;
  return (
    <ul className="hf-list">
      {jobs.map(({ job, workspace, kind, name, running_seconds, progress, progress_message }) => (
        <li key={job} className="hf-current" title={progress_message ?? undefined}>
          <Link to={`/w/${workspace}/history/${job}`} className="clip" title={`job ${job}: ${name ?? kind}`}>
            {job} {name ?? kind}
          </Link>
          <span className="dim num">{duration(Math.floor(running_seconds)).replace(/\.0 s/, " s")}</span>
          {progress !== null && (
            <>
              <Bar share={Number(progress)} label={`job ${job}: ${percent(progress)} done`} />
              <span className="dim num">{percent(progress)}</span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function percent(share: number): string {
  return `${Math.floor(Number(share) * 100)} %`;
}

/** Those that are gone, newest first: folded away, because nobody can do anything about them. */
function Ended({ processes }: { processes: readonly Process[] }) {
  return (
    <details>
      <summary>
        <h2 className="hf-summary">Ended workers</h2>{" "}
        <span className="dim">{processes.length === ENDED ? `the newest ${ENDED}` : count(processes.length)}</span>
      </summary>
      <div style={{ marginTop: 8 }}>
        <DataTable<Process>
          label="Ended workers"
          rows={processes}
          rowId={(process) => String(process.id)}
          empty={null}
          columns={[
            {
              id: "name",
              header: "Worker",
              by: (process) => process.name,
              cell: (process) => (
                <span id={String(process.id)}>
                  {process.name}
                  <span className="dim num"> #{process.id}</span>
                </span>
              ),
            },
            {
              id: "where",
              header: "Host, pid, version",
              by: (process) => process.host,
              cell: (process) => <Where process={process} />,
            },
            { id: "lanes", header: "Lanes", cell: (process) => process.lanes.join(", ") },
            {
              id: "started",
              header: "Started",
              by: (process) => process.started_at,
              cell: (process) => <At at={process.started_at} />,
            },
            {
              id: "ended",
              header: "Ended",
              by: (process) => process.ended_at,
              cell: (process) => <Ago at={process.ended_at} />,
            },
            {
              id: "why",
              header: "Why",
              cell: (process) => (
                <span className="clip" title={process.ended_reason ?? undefined}>
                  {process.ended_reason ?? "–"}
                </span>
              ),
            },
          ]}
        />
      </div>
    </details>
  );
}
