import { createHash } from "node:crypto";
import { Alert } from "@mantine/core";
import { useState } from "react";
import { type LoaderFunctionArgs, useLoaderData } from "react-router";
import { type Asked as AskedOfLoader, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { subjectActions } from "../data/subject-actions.server.ts";
import type { Allowed } from "../parts/act.tsx";
import { ActDialog } from "../parts/act-dialog.tsx";
import { Ago } from "../parts/ago.tsx";
import { Empty, Page, Section } from "../parts/page.tsx";
import { Asked, Digest, RequestCard } from "./approvals/card.tsx";
import { Decided } from "./approvals/decided.tsx";
import { type Difference, differencesOf, type Shown, shownOf } from "./approvals/shown.ts";

/** A request, as `holdfast.approval_overview` says it. */
export interface RequestRow {
  id: number;
  venture: string | null;
  job_id: number | null;
  kind: string | null;
  job_name: string | null;
  schedule: string | null;
  budget: string | null;
  purpose: string;
  requested_by_name: string;
  requested_at: string;
  reason: string | null;
  digest: string;
  quorum: number;
  grants: number;
  decisions: { name: string; decision: "grant" | "reject"; reason: string | null; decided_at: string }[];
  expires_at: string;
  state: string;
  closed_at: string | null;
  closed_reason: string | null;
}

/** A request that waits, with all that it shows. */
export interface PendingRequest extends RequestRow {
  label: string | null;
  may_decide: boolean;
  why_not: string | null;
  shown: Shown;
  /** Whether the digest is that of what is shown. */
  digest_matches: boolean;
  /** What was consented to the last time, and how this differs. */
  last: { at: string; job: string | null; differences: Difference[]; same: number } | null;
}

const COLUMNS =
  "id, venture, job_id, kind, job_name, schedule, budget, purpose, requested_by_name, requested_at, reason, digest, quorum, grants, decisions, expires_at, state, closed_at, closed_reason";
/** So many of those that one may decide about, and of the others, are drawn at once; the next ones move up. */
const CARDS = 50;

export async function loader(args: LoaderFunctionArgs) {
  return read(args as AskedOfLoader, async ({ data }) => {
    const workspace = await data.workspaceId();
    const state = args.url.searchParams.get("state");
    const pending = (mine: boolean) =>
      data.read<(Omit<PendingRequest, "shown" | "last"> & { shown: string; last: string | null; last_at: string })[]>(
        (db) =>
          db
            .from("approval_overview")
            // As text: a number that a page has read is not always the number that was hashed.
            .select(
              `${COLUMNS}, label, may_decide, why_not, shown:shown::text, last:last_granted::text, last_at:last_granted_at`,
            )
            .eq("workspace_id", workspace)
            .eq("state", "pending")
            .eq("may_decide", mine)
            .order("expires_at")
            .order("id")
            .limit(CARDS),
      );
    const [mine, others, decided, workspaces] = await Promise.all([
      pending(true),
      pending(false),
      data.read<RequestRow[]>((db) => {
        const query = db.from("approval_overview").select(COLUMNS).eq("workspace_id", workspace);
        return (state ? query.eq("state", state) : query)
          .neq("state", "pending")
          .order("requested_at", { ascending: false })
          .order("id", { ascending: false })
          .limit(100);
      }),
      data.read<{ currency: string }[]>((db) => db.from("workspaces").select("currency").eq("id", workspace)),
    ]);
    const actions = await subjectActions(
      data,
      workspace,
      ["approval"],
      mine.map(({ id }) => id),
    );
    const inFull = (rows: typeof mine): PendingRequest[] =>
      rows.map(({ shown, last, last_at, ...row }) => ({
        ...row,
        shown: shownOf(shown),
        digest_matches: createHash("sha256").update(shown).digest("hex") === row.digest,
        last: last === null ? null : { at: last_at, ...compared(last, shown) },
      }));
    return {
      mine: inFull(mine),
      others: inFull(others),
      decided,
      actions: actions.approval ?? {},
      currency: workspaces[0]?.currency ?? "",
    };
  });
}

/** The job is named beside the differences: that it is another one is none of them. */
function compared(last: string, shown: string) {
  const { differences, same } = differencesOf(last, shown);
  const job = shownOf(last).fields.find(({ name }) => name === "job")?.text ?? null;
  return { job, same, differences: differences.filter(({ path }) => path !== "job") };
}

export const clientLoader = keep();

export default function Approvals() {
  const { mine, others, decided, actions, currency } = useLoaderData<typeof loader>();
  const [deciding, setDeciding] = useState<{ request: PendingRequest; allowed: Allowed }>();
  const cards = (requests: readonly PendingRequest[]) => (
    <div className="hf-deck">
      {requests.map((request) => (
        <RequestCard
          key={request.id}
          request={request}
          allowed={actions[request.id] ?? []}
          currency={currency}
          onAsk={(allowed) => setDeciding({ request, allowed })}
        />
      ))}
    </div>
  );
  return (
    <Page title="Approvals">
      <Section title={`For your decision${counted(mine)}`}>
        {mine.length > 0 ? (
          cards(mine)
        ) : (
          <Empty title="Nothing waits for you">
            What needs the consent of a person appears here by itself, with exactly what would run.
          </Empty>
        )}
      </Section>
      {others.length > 0 && <Section title={`For others${counted(others)}`}>{cards(others)}</Section>}
      <Decided requests={decided} />
      <ActDialog
        asking={
          deciding && {
            allowed: deciding.allowed,
            subject: "approval",
            target: { approval: deciding.request.id },
            about: `approval ${deciding.request.id}`,
          }
        }
        // Consent is to what was shown when the button was pressed, whatever is so by now.
        params={{ digest: deciding?.request.digest }}
        onClose={() => setDeciding(undefined)}
      >
        {deciding && (
          <>
            <div>
              <b>
                <Asked request={deciding.request} />
              </b>
              , as shown: <Digest digest={deciding.request.digest} />
            </div>
            <AsItIsNow
              request={deciding.request}
              pending={[...mine, ...others]}
              decided={decided}
              onLeave={() => setDeciding(undefined)}
            />
          </>
        )}
      </ActDialog>
    </Page>
  );
}

/** Said in the dialog as soon as the request it is about does not wait any more: what became of it, and what waits instead. */
function AsItIsNow({
  request,
  pending,
  decided,
  onLeave,
}: {
  request: PendingRequest;
  pending: readonly PendingRequest[];
  decided: readonly RequestRow[];
  onLeave: () => void;
}) {
  if (pending.some(({ id }) => id === request.id)) return null;
  const now = decided.find(({ id }) => id === request.id);
  const next = pending.find(
    ({ job_id, schedule, budget }) =>
      job_id === request.job_id && schedule === request.schedule && budget === request.budget,
  );
  return (
    <Alert color="ink" variant="outline" role="status" title="As it is now">
      {now ? (
        <>
          Approval {now.id} is {now.state}, <Ago at={now.closed_at} />. {now.closed_reason}
        </>
      ) : (
        <>Approval {request.id} is not pending any more.</>
      )}{" "}
      {next && (
        <a href={`#${next.id}`} onClick={onLeave}>
          Read approval {next.id}, which is asked instead
        </a>
      )}
    </Alert>
  );
}

function counted(requests: readonly unknown[]): string {
  if (requests.length === 0) return "";
  return requests.length === CARDS ? ` (the first ${CARDS} to expire)` : ` (${requests.length})`;
}
