import { Link, useParams } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { Empty } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";

/** A row of `holdfast.command_rules`. */
export interface CommandRule {
  id: number;
  program: string;
  least_role: string;
  note: string;
  created_at: string;
}

/** Which programs may be run as ad-hoc commands. */
export function CommandRules({ rules }: { rules: readonly CommandRule[] }) {
  return (
    <DataTable<CommandRule>
      label="Table of command rules"
      rows={rules}
      rowId={(rule) => `command-rule-${rule.id}`}
      empty={
        <Empty title="No program may be run as an ad-hoc command">
          Profiles are the other way to run one. An admin allows a program by an insert into{" "}
          <code>holdfast.command_rules</code>.
        </Empty>
      }
      columns={[
        {
          id: "program",
          header: "Program",
          by: (rule) => rule.program,
          cell: (rule) => (
            <span id={`command-rule-${rule.id}`}>
              <span className="mono">{rule.program}</span>
              {rule.program === "*" && <span className="dim"> (any)</span>}
            </span>
          ),
        },
        { id: "role", header: "Least role", by: (rule) => rule.least_role, cell: (rule) => rule.least_role },
        {
          id: "note",
          header: "Why it is allowed",
          prose: true,
          cell: (rule) => rule.note || <span className="dim">–</span>,
        },
        { id: "added", header: "Added", by: (rule) => rule.created_at, cell: (rule) => <Ago at={rule.created_at} /> },
      ]}
    />
  );
}

/** A row of `holdfast.output_rules`. */
export interface OutputRule {
  name: string;
  kind: string | null;
  pattern: string | null;
  json_path: string | null;
  severity: string;
  action: string;
  enabled: boolean;
  created_by_name: string;
  created_at: string;
}

const DOES: Record<string, string> = { quarantine: "isolates the job", incident: "opens an incident" };

/** What must not pass unseen in what jobs print or return. */
export function OutputRules({ rules }: { rules: readonly OutputRule[] }) {
  const { workspace } = useParams();
  return (
    <DataTable<OutputRule>
      label="Table of output rules"
      rows={rules}
      rowId={(rule) => `output-rule-${rule.name}`}
      empty={
        <Empty title="No output rule">
          Nothing that jobs print or return is looked through. An admin adds a pattern by an insert into{" "}
          <code>holdfast.output_rules</code>: a job that matches is isolated, or an incident is opened.
        </Empty>
      }
      columns={[
        {
          id: "name",
          header: "Rule",
          by: (rule) => rule.name,
          cell: (rule) => (
            <span id={`output-rule-${rule.name}`}>
              <b>{rule.name}</b>
              {!rule.enabled && <State state="disabled" />}
            </span>
          ),
        },
        {
          id: "kind",
          header: "Looks at",
          by: (rule) => rule.kind,
          cell: (rule) => (rule.kind === null ? "every kind" : `kind ${rule.kind}`),
        },
        {
          id: "pattern",
          header: "For",
          cell: (rule) => (
            <div style={{ maxWidth: "30rem" }}>
              {rule.pattern !== null && (
                <div>
                  <span className="mono">{rule.pattern}</span> <span className="dim">in output or result</span>
                </div>
              )}
              {rule.json_path !== null && (
                <div>
                  <span className="mono">{rule.json_path}</span> <span className="dim">in the result</span>
                </div>
              )}
            </div>
          ),
        },
        {
          id: "severity",
          header: "Severity",
          by: (rule) => rule.severity,
          cell: (rule) => <State state={rule.severity} />,
        },
        {
          id: "action",
          header: "Then",
          by: (rule) => rule.action,
          cell: (rule) => (
            <>
              {DOES[rule.action] ?? rule.action}{" "}
              {rule.action === "quarantine" && <Link to={`/w/${workspace}/reviews`}>Quarantine</Link>}
            </>
          ),
        },
        {
          id: "added",
          header: "Added",
          by: (rule) => rule.created_at,
          cell: (rule) => (
            <>
              <Ago at={rule.created_at} /> <span className="dim">by {rule.created_by_name}</span>
            </>
          ),
        },
      ]}
    />
  );
}
