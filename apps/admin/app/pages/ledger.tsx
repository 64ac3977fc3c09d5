import { Button, Group, Text } from "@mantine/core";
import {
  type ActionFunctionArgs,
  Link,
  type LoaderFunctionArgs,
  useLoaderData,
  useParams,
  useSearchParams,
} from "react-router";
import { type Asked, holdfastContext, one, read } from "../data/holdfast.server.ts";
import { type Refusal, refusalOf } from "../data/refusal.server.ts";
import { Page, Section } from "../parts/page.tsx";
import { Events } from "./ledger/events.tsx";
import { filterOf, placeOf, searchOf } from "./ledger/filter.ts";
import { Filters } from "./ledger/filters.tsx";
import type { EventRow, Fault, SealRow, VerifyJob } from "./ledger/rows.ts";
import { Seal } from "./ledger/seal.tsx";
import "./ledger.css";
import { keep } from "../data/keep.ts";

const PAGE = 100;
const KIND = "ledger_verify";

export async function loader(args: LoaderFunctionArgs) {
  const search = args.url.searchParams;
  return read(args as Asked, async ({ data, workspace: slug }) => {
    const workspace = await data.workspaceId();
    const [events, standing, jobs, powers, typical] = await Promise.all([
      data.call<EventRow[]>("match_events", {
        p_workspace: workspace,
        p_filter: filterOf(search, Date.now()),
        p_before: placeOf(search),
        p_limit: PAGE + 1,
      }),
      data.read<SealRow[]>((db) => db.from("ledger_status").select("*").eq("workspace_id", workspace)),
      data.call<VerifyJob[]>("match_jobs", { p_workspace: workspace, p_filter: { kind: KIND }, p_limit: 1 }),
      data.read<{ verb: string }[]>((db) =>
        db.from("my_powers").select("verb").eq("workspace_id", workspace).eq("subject", "job").eq("verb", "enqueue"),
      ),
      data.call<number | null>("typical_seconds", { p_workspace: workspace, p_kind: KIND }),
    ]);
    const seal = one(standing, `workspace "${slug}"`);
    const found =
      seal.verified_ok === false && seal.verify_job_id !== null
        ? await data.read<{ result: { faults?: Fault[] } | null }[]>((db) =>
            db.from("jobs").select("result").eq("workspace_id", workspace).eq("id", seal.verify_job_id),
          )
        : [];
    return {
      events: events.slice(0, PAGE),
      more: events.length > PAGE,
      seal,
      faults: found[0]?.result?.faults ?? [],
      job: jobs[0] ?? null,
      typical,
      mayVerify: powers.length > 0,
    };
  });
}

/** Asks for a verification: a job of kind ledger_verify, one at a time. */
export async function action({ context }: ActionFunctionArgs): Promise<{ ok: true; job: number } | Refusal> {
  try {
    const job = await context
      .get(holdfastContext)
      .enqueue(KIND, {}, { trigger: "manual", name: "verify the ledger", concurrencyKey: KIND });
    return { ok: true, job: job.id };
  } catch (error) {
    return refusalOf(error);
  }
}

export const clientLoader = keep();

export default function Ledger() {
  const { events, more, seal, faults, job, typical, mayVerify } = useLoaderData<typeof loader>();
  const { workspace } = useParams();
  const [search] = useSearchParams();
  const last = events.at(-1);
  const to = (below: number | null) => {
    const next = new URLSearchParams(search);
    if (below === null) next.delete("below");
    else next.set("below", String(below));
    return `?${next}`;
  };
  return (
    <Page title="Ledger">
      <Seal seal={seal} faults={faults} job={job} typical={typical} mayVerify={mayVerify} />
      <Section
        title="Events"
        aside={
          <Button
            size="compact-sm"
            variant="default"
            component="a"
            href={`/w/${workspace}/ledger/export?${searchOf(search)}`}
            download
          >
            Export these
          </Button>
        }
      >
        <Filters />
        <Events events={events} filtered={searchOf(search).size > 0 || search.has("below")} />
        <Group gap="xs" mt="xs">
          {search.has("below") && (
            <Button size="xs" variant="default" component={Link} to={to(null)}>
              Newest
            </Button>
          )}
          {more && last && (
            <Button size="xs" variant="default" component={Link} to={to(last.seq)}>
              Older
            </Button>
          )}
        </Group>
        <Text size="xs" className="dim" mt="xs">
          The export here holds this workspace's events that match, as JSON lines, and names the newest seal. The whole
          record with its proof, which anybody can verify without us, comes from <code>holdfast ledger export</code>.
        </Text>
      </Section>
    </Page>
  );
}
