import { HoldfastError } from "@holdfast/client";
import { Box, Drawer, Group, Tabs, Title } from "@mantine/core";
import { lazy, Suspense } from "react";
import { type LoaderFunctionArgs, useLoaderData, useLocation, useNavigate, useParams } from "react-router";
import { type Asked, one, read } from "../../data/holdfast.server.ts";
import { keep } from "../../data/keep.ts";
import { Acts, type Allowed } from "../../parts/act.tsx";
import { State } from "../../parts/state.tsx";
import { Failed } from "../../shell/failed.tsx";
import type { JobRow } from "./row.ts";

/** One row of `holdfast.jobs`, as far as History's row does not say it already. */
export interface JobDetail {
  id: number;
  payload: unknown;
  result: unknown;
  idempotency_key: string | null;
  concurrency_key: string | null;
  priority: number;
  effective_priority: number;
  timeout_seconds: number;
  run_at: string;
  est_cost: number | null;
  paid: boolean;
  external: boolean;
  profile_version: number | null;
  rerun_of: number | null;
  crash_count: number;
  queued_at: string | null;
  dispatched_at: string | null;
}

/** One row of `holdfast.runs`. */
export interface RunRow {
  id: number;
  attempt: number;
  worker_id: number;
  host: string | null;
  command_pid: number | null;
  argv: string[] | null;
  program: string | null;
  cwd: string | null;
  started_at: string;
  finished_at: string | null;
  outcome: string | null;
  exit_code: number | null;
  signal: string | null;
  error_message: string | null;
  memory_bytes: number | null;
  cpu_seconds: number | null;
  raw_bytes: number;
  stdout_bytes: number;
  stderr_bytes: number;
  cost: number | null;
}

/** One row of `holdfast.lease_overview`. */
export interface LeaseRow {
  label: string;
  heartbeat_age_seconds: number;
  worker: string | null;
  verdict: string;
  cpu_seconds: number | null;
  memory_bytes: number | null;
  cost: number | null;
}

/** One row of `holdfast.events`. */
export interface EventRow {
  seq: number;
  at: string;
  actor: string;
  actor_name?: string;
  action: string;
  data: Record<string, unknown>;
}

/** One row of `holdfast.profiles`. */
export interface ProfileRow {
  name: string;
  version: number;
  program: string;
  args: string[];
  env: string[];
  cwd: string | null;
  pty: boolean;
}

export async function loader(args: LoaderFunctionArgs) {
  const id = Number(args.params.job);
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    if (!Number.isSafeInteger(id) || id < 1) {
      throw new HoldfastError({
        rule: "unknown_job",
        status: 404,
        message: `"${args.params.job}" is no job's id.`,
        hint: "An id is a number.",
      });
    }
    const of = <T,>(table: string, columns: string, key = "job_id") =>
      data.read<T[]>((db) => db.from(table).select(columns).eq(key, id));
    const [rows, details, runs, leases, allowed, waits, events, approvals, needs, neededBy, names] = await Promise.all([
      data.call<JobRow[]>("match_jobs", { p_workspace: workspace, p_filter: { job: id }, p_limit: 1 }),
      data.read<JobDetail[]>((db) => db.from("jobs").select("*").eq("id", id).eq("workspace_id", workspace)),
      data.read<RunRow[]>((db) =>
        db.from("runs").select("*").eq("job_id", id).order("attempt", { ascending: false }).limit(100),
      ),
      of<LeaseRow>("lease_overview", "label, heartbeat_age_seconds, worker, verdict, cpu_seconds, memory_bytes, cost"),
      of<Allowed>("allowed_actions", "verb, sentence, needs_reason, needs_approval"),
      of<{ why: string }>("next_up", "why"),
      data.read<EventRow[]>((db) =>
        db
          .from("events")
          .select("seq, at, actor, action, data")
          .eq("workspace_id", workspace)
          .eq("subject_type", "job")
          .eq("subject_id", String(id))
          .order("seq", { ascending: false })
          .limit(200),
      ),
      data.read<{ id: number; state: string }[]>((db) =>
        db.from("approvals").select("id, state").eq("job_id", id).eq("state", "pending"),
      ),
      of<{ depends_on: number }>("job_dependencies", "depends_on"),
      of<{ job_id: number }>("job_dependencies", "job_id", "depends_on"),
      data.read<{ user_id: string; name: string }[]>((db) =>
        db.from("people").select("user_id, name").eq("workspace_id", workspace),
      ),
    ]);
    const row = one(rows, `job ${id}`);
    const detail = one(details, `job ${id}`);
    const [typical, profiles] = await Promise.all([
      data.call<number | null>("typical_seconds", { p_workspace: workspace, p_kind: row.kind }),
      row.profile === null
        ? []
        : data.read<ProfileRow[]>((db) =>
            db
              .from("profiles")
              .select("name, version, program, args, env, cwd, pty")
              .eq("workspace_id", workspace)
              .eq("name", row.profile)
              .eq("version", detail.profile_version),
          ),
    ]);
    const called = new Map(names.map(({ user_id, name }) => [`user:${user_id}`, name]));
    return {
      row,
      detail,
      runs,
      lease: leases[0] ?? null,
      allowed: allowed.sort((a, b) => a.verb.localeCompare(b.verb)),
      why: waits[0]?.why ?? null,
      events: events.map((event) => ({ ...event, actor_name: called.get(event.actor) ?? event.actor })),
      approval: approvals[0]?.id ?? null,
      needs: needs.map(({ depends_on }) => depends_on),
      neededBy: neededBy.map(({ job_id }) => job_id),
      typical,
      profile: profiles[0] ?? null,
    };
  });
}

/** What the drawer knows about its job. */
export type JobData = Awaited<ReturnType<typeof loader>>;

// Loaded when the drawer shows them: the list behind it does not wait for what only the drawer needs.
const SummaryTab = lazy(async () => ({ default: (await import("./summary-tab.tsx")).SummaryTab }));
const OutputTab = lazy(async () => ({ default: (await import("./output-tab.tsx")).OutputTab }));
const CommandTab = lazy(async () => ({ default: (await import("./command-tab.tsx")).CommandTab }));
const MetadataTab = lazy(async () => ({ default: (await import("./metadata-tab.tsx")).MetadataTab }));
const ResourcesTab = lazy(async () => ({ default: (await import("./resources-tab.tsx")).ResourcesTab }));

const TABS = ["summary", "output", "command", "metadata", "resources"] as const;

export const clientLoader = keep();

export default function Job() {
  const job = useLoaderData<typeof loader>();
  const { tab = "summary" } = useParams();
  const navigate = useNavigate();
  const { search } = useLocation();
  const { workspace } = useParams();
  const { row } = job;
  const name = row.name ?? row.kind;
  const go = (to: string | null) =>
    navigate(
      { pathname: `/w/${workspace}/history/${row.id}${to && to !== "summary" ? `/${to}` : ""}`, search },
      { preventScrollReset: true },
    );
  return (
    <Side
      onClose={() => void navigate({ pathname: `/w/${workspace}/history`, search }, { preventScrollReset: true })}
      title={`Job ${row.id}`}
    >
      <Group gap="xs" mb={4} wrap="nowrap">
        <State state={row.state} />
        <Title order={2} size="h3" className="clip" style={{ maxWidth: "none", flex: 1 }} title={name}>
          {name}
        </Title>
      </Group>
      <Box mb="sm">
        <Acts allowed={job.allowed} subject="job" target={{ job: row.id }} about={`job ${row.id}`} />
      </Box>
      <Tabs value={tab} onChange={go} keepMounted={false}>
        <Tabs.List mb="sm">
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each} px="xs">
              {each.charAt(0).toUpperCase() + each.slice(1)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Suspense fallback={<p className="dim">Loading …</p>}>
          <Tabs.Panel value="summary">
            <SummaryTab job={job} />
          </Tabs.Panel>
          <Tabs.Panel value="output">
            <OutputTab runs={job.runs} />
          </Tabs.Panel>
          <Tabs.Panel value="command">
            <CommandTab job={job} />
          </Tabs.Panel>
          <Tabs.Panel value="metadata">
            <MetadataTab job={job} />
          </Tabs.Panel>
          <Tabs.Panel value="resources">
            <ResourcesTab job={job} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Side>
  );
}

function Side({ title, onClose, children }: { title: string; onClose: () => void; children: React.ReactNode }) {
  return (
    <Drawer.Root opened onClose={onClose} position="right" size="min(56rem, 100vw)">
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content>
        <Box p="md">
          <Group justify="space-between" mb="xs">
            <Drawer.Title>{title}</Drawer.Title>
            <Drawer.CloseButton aria-label="Close" />
          </Group>
          {children}
        </Box>
      </Drawer.Content>
    </Drawer.Root>
  );
}

export function ErrorBoundary({ error }: { error: unknown }) {
  const navigate = useNavigate();
  const { workspace, job } = useParams();
  const { search } = useLocation();
  return (
    <Side title={`Job ${job}`} onClose={() => void navigate({ pathname: `/w/${workspace}/history`, search })}>
      <Failed error={error} />
    </Side>
  );
}
