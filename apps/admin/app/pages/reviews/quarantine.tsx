import { Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import type { Allowed } from "../../parts/act.tsx";
import { AskActs, type Asking } from "../../parts/act-dialog.tsx";
import { Ago } from "../../parts/ago.tsx";
import { Label } from "../../parts/label.tsx";
import { Empty, Facts, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";

/** What is known about the latest attempts, newest first. */
interface Attempt {
  run: number;
  attempt: number;
  worker: number;
  outcome: string | null;
  exit_code: number | null;
  signal: string | null;
}

/** One row of `holdfast.quarantine_overview`. */
export interface Isolated {
  id: number;
  job_id: number;
  job_kind: string | null;
  job_name: string | null;
  job_state: string | null;
  queue: string | null;
  venture: string | null;
  reason_code: string;
  source_name: string;
  severity: string;
  evidence: {
    error?: string;
    error_class?: string;
    fingerprint?: string;
    crashes?: number;
    alike_failures?: number;
    runs?: Attempt[];
  };
  recommended_action: string;
  state: string;
  label: string | null;
  opened_at: string;
  reviewer_name: string | null;
  reviewed_at: string | null;
  note: string | null;
}

/** What is isolated until a person has looked at it, and what was reviewed. */
export function Quarantine({
  open,
  reviewed,
  allowed,
  full,
  onAsk,
}: {
  open: readonly Isolated[];
  reviewed: readonly Isolated[];
  allowed: Readonly<Record<string, Allowed[] | undefined>>;
  /** Whether there may be more than are shown. */
  full: boolean;
  onAsk: (asking: Asking) => void;
}) {
  const title = full ? `Quarantine (the ${open.length} gravest)` : "Quarantine";
  return (
    <Section title={title} id="quarantine">
      <Stack gap="xs">
        {open.length > 0 ? (
          <div className="hf-deck">
            {open.map((each) => (
              <Card key={each.id} isolated={each} allowed={allowed[each.job_id] ?? []} onAsk={onAsk} />
            ))}
          </div>
        ) : (
          <Empty title="Nothing is in quarantine">
            A job comes here when it kills its worker, fails the same way every time, or prints what a rule forbids; an
            operator may isolate one from its page.
          </Empty>
        )}
        {reviewed.length > 0 && (
          <details>
            <summary>Reviewed ({reviewed.length === 50 ? "the newest 50" : reviewed.length})</summary>
            <DataTable
              label="Reviewed"
              columns={REVIEWED}
              rows={reviewed}
              rowId={({ id }) => `reviewed-${id}`}
              empty={null}
            />
          </details>
        )}
      </Stack>
    </Section>
  );
}

function Card({
  isolated,
  allowed,
  onAsk,
}: {
  isolated: Isolated;
  allowed: readonly Allowed[];
  onAsk: (asking: Asking) => void;
}) {
  const { workspace } = useParams();
  const { evidence, job_id } = isolated;
  const about = `job ${job_id}`;
  const facts: [string, ReactNode][] = [
    ["Kind", isolated.job_kind],
    ["Venture", isolated.venture],
    ["Failure", evidence.error_class?.replaceAll("_", " ")],
    ["Alike failures", evidence.alike_failures],
    ["Crashed workers", evidence.crashes],
    [
      "Fingerprint",
      evidence.fingerprint && (
        <Link key="f" className="mono" to={`/w/${workspace}/history?fingerprint=${evidence.fingerprint}`}>
          {evidence.fingerprint.slice(0, 12)}
        </Link>
      ),
    ],
  ];
  return (
    <article className="hf-card hf-request" id={String(job_id)} aria-label={`Job ${job_id} in quarantine`}>
      <Group justify="space-between" gap={6} align="start">
        <h3>
          <JobLink isolated={isolated} />
        </h3>
        <State state={isolated.severity} title={`Severity: ${isolated.severity}`} />
      </Group>
      <Group gap={6}>
        {isolated.label && <Label label={isolated.label} />}
        <span className="dim">
          by {isolated.source_name} <Ago at={isolated.opened_at} /> · {isolated.reason_code.replaceAll("_", " ")}
        </span>
      </Group>
      <b>{isolated.recommended_action}</b>
      {evidence.error && (
        <pre className="hf-pre" tabIndex={0} role="region" aria-label={`Error of ${about}`}>
          {evidence.error}
        </pre>
      )}
      <Facts facts={facts.filter(([, value]) => Boolean(value))} />
      {evidence.runs && (
        <DataTable
          label={`Latest attempts of ${about}`}
          columns={ATTEMPTS}
          rows={evidence.runs}
          rowId={({ run }) => `run-${run}`}
          empty={null}
        />
      )}
      {allowed.length > 0 && (
        <AskActs
          allowed={allowed}
          about={about}
          onAsk={(each) => onAsk({ allowed: each, subject: "job", target: { job: job_id }, about })}
        />
      )}
    </article>
  );
}

function JobLink({ isolated: { job_id, job_name, job_kind } }: { isolated: Isolated }) {
  const { workspace } = useParams();
  return (
    <Link to={`/w/${workspace}/history/${job_id}`}>
      job {job_id} {job_name ?? job_kind}
    </Link>
  );
}

const ATTEMPTS: Column<Attempt>[] = [
  { id: "attempt", header: "Attempt", cell: ({ attempt }) => attempt },
  { id: "outcome", header: "Outcome", cell: ({ outcome }) => <State state={outcome ?? "running"} /> },
  { id: "exit", header: "Exit", cell: ({ signal, exit_code }) => signal ?? exit_code ?? "–" },
  { id: "worker", header: "Worker", cell: ({ worker }) => worker },
  { id: "run", header: "Run", cell: ({ run }) => run },
];

const REVIEWED: Column<Isolated>[] = [
  {
    id: "job",
    header: "Job",
    by: ({ job_id }) => job_id,
    cell: (isolated) => (
      <span className="clip">
        <JobLink isolated={isolated} />
      </span>
    ),
  },
  { id: "state", header: "Review", by: ({ state }) => state, cell: ({ state }) => <State state={state} /> },
  { id: "severity", header: "Severity", cell: ({ severity }) => <State state={severity} /> },
  { id: "why", header: "Was isolated for", cell: ({ reason_code }) => reason_code.replaceAll("_", " ") },
  { id: "by", header: "Reviewer", by: (each) => each.reviewer_name, cell: (each) => each.reviewer_name ?? "–" },
  { id: "when", header: "When", by: (each) => each.reviewed_at, cell: (each) => <Ago at={each.reviewed_at} /> },
  {
    id: "note",
    header: "Note",
    cell: ({ note }) => (
      <span className="clip" title={note ?? undefined}>
        {note ?? "–"}
      </span>
    ),
  },
  { id: "now", header: "Job is now", cell: ({ job_state }) => <State state={job_state} /> },
];
