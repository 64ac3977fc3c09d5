import { Link, useParams } from "react-router";
import { duration } from "../../parts/format.ts";
import { Empty, Json } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import { RunButton } from "./run-form.tsx";

/** A row of `holdfast.kinds` that runs no profile: a function of the workers, or the ad-hoc command. */
export interface Kind {
  name: string;
  mode: string;
  description: string;
  payload_schema: unknown;
  queue: string;
  lane: string;
  class: string;
  timeout_seconds: number | null;
  needs_approval: boolean;
}

/** What can be run besides profiles, and what each takes. */
export function Kinds({ kinds, runs }: { kinds: readonly Kind[]; runs: boolean }) {
  const { workspace } = useParams();
  return (
    <DataTable<Kind>
      label="Table of kinds"
      rows={kinds}
      rowId={(kind) => `kind-${kind.name}`}
      empty={
        <Empty title="No function">
          Workers register their functions when they start: <code>holdfast worker</code>.
        </Empty>
      }
      columns={[
        {
          id: "name",
          header: "Kind",
          by: (kind) => kind.name,
          cell: (kind) => (
            <div style={{ minWidth: "14rem", maxWidth: "26rem" }}>
              <b id={`kind-${kind.name}`}>{kind.name}</b> <span className="dim">{kind.mode}</span>
              <div className="dim">{kind.description}</div>
            </div>
          ),
        },
        {
          id: "payload",
          header: "Payload",
          cell: (kind) =>
            kind.payload_schema === null ? (
              <span className="dim">anything</span>
            ) : (
              <details>
                <summary aria-label={`${takes(kind.payload_schema)}: payload of ${kind.name}`}>
                  {takes(kind.payload_schema)}
                </summary>
                <Json value={kind.payload_schema} label={`Payload of ${kind.name}`} />
              </details>
            ),
        },
        { id: "queue", header: "Queue", by: (kind) => kind.queue, cell: (kind) => kind.queue },
        { id: "lane", header: "Lane", by: (kind) => kind.lane, cell: (kind) => kind.lane },
        {
          id: "class",
          header: "Class",
          by: (kind) => kind.class,
          cell: (kind) => (
            <>
              {kind.class}
              {kind.timeout_seconds !== null && <div className="dim">{duration(kind.timeout_seconds)} at most</div>}
            </>
          ),
        },
        {
          id: "jobs",
          header: "Jobs",
          cell: (kind) => (
            <Link
              to={`/w/${workspace}/history?kind=${encodeURIComponent(kind.name)}`}
              aria-label={`All jobs of ${kind.name}`}
              style={{ whiteSpace: "nowrap" }}
            >
              all jobs
            </Link>
          ),
        },
        {
          id: "run",
          header: "Run",
          hidden: !runs,
          cell: (kind) => (
            <RunButton
              runnable={{
                kind: kind.name,
                schema: kind.payload_schema,
                description: kind.description,
                needsApproval: kind.needs_approval,
              }}
            />
          ),
        },
      ]}
    />
  );
}

/** The names of what a payload holds, in a line. */
function takes(schema: unknown): string {
  const properties = (schema as { properties?: Record<string, unknown> } | null)?.properties;
  const names = Object.keys(properties ?? {});
  return names.length === 0 ? "nothing" : names.join(", ");
}
