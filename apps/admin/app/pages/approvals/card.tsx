import { Alert, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import type { Allowed } from "../../parts/act.tsx";
import { AskActs } from "../../parts/act-dialog.tsx";
import { Ago } from "../../parts/ago.tsx";
import { Argv } from "../../parts/argv.tsx";
import { money, plural } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { Facts } from "../../parts/page.tsx";
import { useNow } from "../../shell/clock.ts";
import type { PendingRequest, RequestRow } from "../approvals.tsx";
import type { Difference, Field } from "./shown.ts";

/** From here on the time that is left is pressing. */
const SOON_MS = 3_600_000;

/** One request in full: read it from top to bottom, then decide. */
export function RequestCard({
  request,
  allowed,
  currency,
  onAsk,
}: {
  request: PendingRequest;
  allowed: readonly Allowed[];
  currency: string;
  onAsk: (allowed: Allowed) => void;
}) {
  const { shown } = request;
  const named = new Map(shown.fields.map((field) => [field.name, field]));
  const paid = named.get("paid")?.text === "yes";
  const external = named.get("external")?.text === "yes";
  const cost = named.get("est_cost")?.text;
  return (
    <article className="hf-card hf-request" id={String(request.id)} aria-label={`Approval ${request.id}`}>
      <Group justify="space-between" gap={6} align="start">
        <h3>
          <Asked request={request} />
        </h3>
        <Expiry at={request.expires_at} />
      </Group>
      <div className="dim">
        <b>{request.requested_by_name}</b> asked <Ago at={request.requested_at} />
        {request.reason && <>: {request.reason}</>}
      </div>
      <Group gap={6}>
        <Label label={request.label ?? "APPROVAL REQUIRED"} />
        {named.get("class")?.text && <Chip>class {named.get("class")?.text}</Chip>}
        {request.venture && <Chip>venture {request.venture}</Chip>}
        {paid && (
          <Chip tone="warn">
            spends money{cost !== undefined && cost !== null ? `: about ${money(cost, currency)}` : ""}
          </Chip>
        )}
        {external && <Chip tone="warn">contacts the outside world</Chip>}
        {named.has("paid") && !paid && !external && <Chip>neither spends nor contacts anybody</Chip>}
      </Group>
      <Part title={shown.argv || named.has("payload") ? "What would run" : "What would change"}>
        <Stack gap={6}>
          {shown.argv && <Argv argv={shown.argv} label={`Command of approval ${request.id}`} />}
          <Fields fields={shown.fields} of={`approval ${request.id}`} />
          <div className="dim">
            sha-256 <Digest digest={request.digest} /> of exactly this
          </div>
          {!request.digest_matches && (
            <Alert color="red.9" variant="outline" role="alert" title="Do not consent">
              The digest of this request is not that of what is shown here: somebody has altered its row.
            </Alert>
          )}
        </Stack>
      </Part>
      <Part title="Since the last consent">
        <SinceLast request={request} />
      </Part>
      <Part title={`Consent: ${request.grants} of ${request.quorum}`}>
        <Decisions decisions={request.decisions} />
      </Part>
      {allowed.length > 0 && <AskActs size="sm" allowed={allowed} about={`approval ${request.id}`} onAsk={onAsk} />}
      {request.why_not && (
        <div className="dim">
          You cannot decide about this: <b>{request.why_not}</b>.
        </div>
      )}
    </article>
  );
}

/** What is asked, in words, with a link to what it is about. */
export function Asked({ request }: { request: RequestRow }) {
  const { workspace } = useParams();
  if (request.job_id !== null) {
    const what =
      { first_run: "Start", retry: "Run again", spend: "Spend more for" }[request.purpose] ?? request.purpose;
    return (
      <>
        {what}{" "}
        <Link to={`/w/${workspace}/history/${request.job_id}`}>
          job {request.job_id} {request.job_name ?? request.kind}
        </Link>
      </>
    );
  }
  if (request.schedule !== null) {
    return (
      <>
        Enable schedule <Link to={`/w/${workspace}/schedules#${request.schedule}`}>{request.schedule}</Link>
      </>
    );
  }
  return (
    <>
      Change the cap of budget <Link to={`/w/${workspace}/costs#${request.budget}`}>{request.budget}</Link>
    </>
  );
}

/** A digest, short; the whole is shown on hover. */
export function Digest({ digest }: { digest: string }) {
  return (
    <code className="mono hf-digest" title={digest}>
      {digest.slice(0, 16)}…
    </code>
  );
}

/** Who has decided what so far. */
export function Decisions({ decisions }: { decisions: RequestRow["decisions"] }) {
  if (decisions.length === 0) return <div className="dim">Nobody has decided yet.</div>;
  return (
    <ul className="hf-plain">
      {decisions.map((each) => (
        <li key={`${each.name} ${each.decided_at}`}>
          <b>{each.name}</b> {each.decision === "grant" ? "consented" : "refused"} <Ago at={each.decided_at} />
          {each.reason && <>: {each.reason}</>}
        </li>
      ))}
    </ul>
  );
}

function Expiry({ at }: { at: string }) {
  const left = Date.parse(at) - useNow();
  return (
    <span className={left < SOON_MS ? "hf-badge hf-tone-warn" : "dim"} suppressHydrationWarning>
      {left > 0 ? "expires " : "expired "}
      <Ago at={at} />
    </span>
  );
}

function Fields({ fields, of }: { fields: readonly Field[]; of: string }) {
  const unset = fields.filter(({ text }) => text === null);
  return (
    <>
      <Facts
        facts={fields
          .filter(({ text, block }) => text !== null && !block)
          .map(({ name, text }) => [
            inWords(name),
            <span key={name} className="mono">
              {text}
            </span>,
          ])}
      />
      {unset.length > 0 && <div className="dim">Not set: {unset.map(({ name }) => inWords(name)).join(", ")}</div>}
      {fields
        .filter(({ block }) => block)
        .map(({ name, text }) => (
          <div key={name}>
            <div className="dim">{inWords(name)}</div>
            <pre className="hf-pre" tabIndex={0} role="region" aria-label={`${inWords(name)} of ${of}`}>
              {text}
            </pre>
          </div>
        ))}
    </>
  );
}

function SinceLast({ request: { last, job_id } }: { request: PendingRequest }) {
  if (!last) return <div className="dim">Nobody has consented to anything like this before.</div>;
  const where =
    job_id === null ? "" : last.job === String(job_id) ? " to this job" : ` to job ${last.job} of the same kind`;
  if (last.differences.length === 0) {
    return (
      <div>
        Nothing has changed since the consent{where} <Ago at={last.at} />.
      </div>
    );
  }
  return (
    <>
      <div className="dim">
        Compared with the consent{where} <Ago at={last.at} />: {plural(last.differences.length, "difference")}, the rest
        ({last.same}) is the same.
      </div>
      <ul className="hf-plain hf-changes" aria-label="Differences">
        {last.differences.map((each) => (
          <Changed key={each.path} difference={each} />
        ))}
      </ul>
    </>
  );
}

function Changed({ difference: { path, was, is } }: { difference: Difference }) {
  return (
    <li>
      <span className="dim">{was === null ? "added" : is === null ? "removed" : "changed"}</span>{" "}
      <code className="mono">{path}</code>
      {was !== null && <del className="mono">{was}</del>}
      {is !== null && <ins className="mono">{is}</ins>}
    </li>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h4>{title}</h4>
      {children}
    </div>
  );
}

function Chip({ tone = "quiet", children }: { tone?: "quiet" | "warn"; children: ReactNode }) {
  return (
    <span className={`hf-badge hf-tone-${tone}`}>
      {tone === "warn" && <span className="hf-dot" aria-hidden />}
      {children}
    </span>
  );
}

function inWords(name: string): string {
  return name === "est_cost" ? "estimated cost" : name === "env" ? "environment (names)" : name.replaceAll("_", " ");
}
