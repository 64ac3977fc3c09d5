import { AppShell, Burger, Group, Kbd, ScrollArea, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMemo } from "react";
import { Link, type LoaderFunctionArgs, Outlet, useLoaderData, useLocation } from "react-router";
import { type Asked, one, openWorkspace, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { personContext, requirePerson } from "../data/session.server.ts";
import { PAGES } from "../pages.ts";
import { Ago } from "../parts/ago.tsx";
import { type LabelRow, LabelTable } from "../parts/label.tsx";
import { ReadAt } from "./clock.ts";
import { Failed } from "./failed.tsx";
import { Header, Pulse } from "./header.tsx";
import { jump } from "./jump-store.ts";
import { JumpWhenAsked } from "./jump-when-asked.tsx";
import { Live, useConnection } from "./live.tsx";
import { Navigation, useGoKeys } from "./navigation.tsx";

export const middleware = [requirePerson, openWorkspace];

/** The row of `holdfast.shell`. */
interface Row {
  workspace_id: string;
  workspace: string;
  role: string | null;
  live_workers: number;
  worker_heartbeat_age_seconds: number | null;
  worker_label: string;
  supervisor_age_seconds: number | null;
  supervisor_label: string;
  to_decide: number;
  to_review: number;
  open_incidents: number;
  stops: { id: number; scope: string; name: string | null; reason: string; engaged_at: string }[];
  may_stop: boolean;
  labels: LabelRow[];
}

/** What every page stands in: who looks, at which workspace, whether it is alive, what is stopped, what waits for people. */
export async function loader(args: LoaderFunctionArgs) {
  const { id, email } = args.context.get(personContext);
  return read(args as Asked, async ({ data, workspace }) => {
    const rows = await data.read<Row[]>((db) => db.from("shell").select("*").eq("workspace", workspace));
    const row = one(rows, `workspace "${workspace}"`);
    return {
      readAt: Date.now(),
      person: { id, email, role: row.role ?? "viewer" },
      workspace,
      workspaceId: row.workspace_id,
      standing: row,
      labels: row.labels,
      stops: row.stops,
      mayStop: row.may_stop,
      counts: { approvals: row.to_decide, reviews: row.to_review, incidents: row.open_incidents },
    };
  });
}

/** What the shell knows, for the parts that draw it. */
export type ShellData = Awaited<ReturnType<typeof loader>>;

export const clientLoader = keep();

export default function Shell() {
  const shell = useLoaderData<typeof loader>();
  const base = `/w/${shell.workspace}`;
  const [opened, { toggle, close }] = useDisclosure();
  useGoKeys(base);
  const readAt = useMemo(
    () => ({ server: shell.readAt, here: typeof window === "undefined" ? shell.readAt : Date.now() }),
    [shell.readAt],
  );
  return (
    <ReadAt value={readAt}>
      <LabelTable value={shell.labels}>
        <Live>
          <a className="skip" href="#main">
            Skip to the page
          </a>
          <AppShell
            header={{ height: 52 }}
            navbar={{ width: 224, breakpoint: "sm", collapsed: { mobile: !opened } }}
            padding={{ base: "sm", sm: "md" }}
          >
            <AppShell.Header>
              <Group h="100%" px="sm" gap="xs" wrap="nowrap">
                <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Pages" />
                <Header shell={shell} base={base} />
              </Group>
            </AppShell.Header>
            <AppShell.Navbar p="xs" component="div">
              <AppShell.Section grow component={ScrollArea}>
                <Navigation base={base} counts={shell.counts} onOpen={close} />
              </AppShell.Section>
              <AppShell.Section>
                <UnstyledButton onClick={() => jump.open()} p="xs" w="100%">
                  <Text size="xs" className="dim">
                    Jump to anything <Kbd size="xs">Ctrl K</Kbd>
                  </Text>
                </UnstyledButton>
              </AppShell.Section>
            </AppShell.Navbar>
            <AppShell.Main id="main" tabIndex={-1}>
              <Group gap={6} mb="xs" hiddenFrom="sm">
                <Pulse standing={shell.standing} />
              </Group>
              <Lost />
              <Stopped stops={shell.stops} base={base} />
              <Outlet context={shell} />
            </AppShell.Main>
          </AppShell>
          <JumpWhenAsked base={base} />
        </Live>
      </LabelTable>
    </ReadAt>
  );
}

/** Said above everything while the page cannot be read anew: what it shows is what it had. */
function Lost() {
  const { lostSince, signedOut, inPart } = useConnection();
  const { pathname, search } = useLocation();
  if (lostSince === undefined) return null;
  return (
    <div className="hf-lost" role="alert">
      {signedOut ? (
        <>
          You are signed out. <Link to={`/sign-in?next=${encodeURIComponent(pathname + search)}`}>Sign in again</Link>{" "}
          to go on here.
        </>
      ) : (
        <>
          NOT VERIFIED: {inPart ? "a part of this page could not be read" : "the project has not answered"} since{" "}
          {new Date(lostSince).toLocaleTimeString("en-GB")}. What stands below is what was known then; this page goes on
          by itself.
        </>
      )}
    </div>
  );
}

/** Said above everything while an emergency stop is engaged. */
function Stopped({ stops, base }: { stops: ShellData["stops"]; base: string }) {
  return stops.map((stop) => (
    <div key={stop.id} className="hf-stopped" role="status">
      Emergency stop {stop.id} ({stop.scope}
      {stop.name ? ` ${stop.name}` : ""}) is engaged · <Ago at={stop.engaged_at} /> ·{" "}
      <Link to={`${base}/safety`}>Safety</Link>
      <span className="hf-why" title={stop.reason}>
        {stop.reason}
      </span>
    </div>
  ));
}

export const meta = ({
  location,
  loaderData,
}: {
  location: { pathname: string };
  loaderData?: ShellData | undefined;
}) => {
  const [, , workspace, path = ""] = location.pathname.split("/");
  const page = PAGES.find((each) => each.path === path)?.title ?? "Holdfast";
  return [{ title: `${page} · ${loaderData?.workspace ?? workspace} · Holdfast` }];
};

export function ErrorBoundary({ error }: { error: unknown }) {
  return <Failed error={error} whole />;
}
