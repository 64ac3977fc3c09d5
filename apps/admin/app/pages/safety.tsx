import { Button, Modal, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type LoaderFunctionArgs, useLoaderData, useParams } from "react-router";
import { type Asked, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { peopleOf } from "../data/people.server.ts";
import { subjectActions } from "../data/subject-actions.server.ts";
import { Empty, Page, Section } from "../parts/page.tsx";
import { StopForm } from "../shell/stop-button.tsx";
import { Engaged } from "./safety/engaged.tsx";
import { Matrix, type Role, type Verb } from "./safety/matrix.tsx";
import { Released } from "./safety/released.tsx";
import { type CommandRule, CommandRules, type OutputRule, OutputRules } from "./safety/rules.tsx";
import type { Heard, Stop } from "./safety/stop.ts";

/** How many stops that are over are listed, and how many workers of one stop. */
const RELEASED = 50;
const WORKERS = 500;

export async function loader(args: LoaderFunctionArgs) {
  const asked = Number(args.url.searchParams.get("stop") ?? Number.NaN);
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const here = `workspace_id.is.null,workspace_id.eq.${workspace}`;
    const reportOf = (stops: readonly number[]) =>
      stops.length === 0
        ? []
        : data.read<Heard[]>((db) =>
            db.from("stop_report").select("*").in("stop_id", stops).order("stop_id").order("worker_id").limit(WORKERS),
          );
    const [engaged, released, actions, commandRules, outputRules, person, roles, verbs, powers, mine] =
      await Promise.all([
        data.read<Stop[]>((db) =>
          db.from("stop_overview").select("*").or(here).is("released_at", null).order("stop_id", { ascending: false }),
        ),
        data.read<Stop[]>((db) =>
          db
            .from("stop_overview")
            .select("*")
            .or(here)
            .not("released_at", "is", null)
            .order("engaged_at", { ascending: false })
            .order("stop_id", { ascending: false })
            .limit(RELEASED),
        ),
        subjectActions(data, workspace, ["stop"]),
        data.read<CommandRule[]>((db) =>
          db
            .from("command_rules")
            .select("id, program, least_role, note, created_at")
            .eq("workspace_id", workspace)
            .order("program"),
        ),
        data.read<(Omit<OutputRule, "created_by_name"> & { created_by: string })[]>((db) =>
          db.from("output_rules").select("*").eq("workspace_id", workspace).order("name"),
        ),
        peopleOf(data, workspace),
        data.read<Role[]>((db) => db.from("roles").select("*").order("rank")),
        data.read<Omit<Verb, "mine">[]>((db) => db.from("verbs").select("*").order("subject").order("verb")),
        data.read<{ verb: string; subject: string }[]>((db) =>
          db.from("my_powers").select("verb, subject").eq("workspace_id", workspace),
        ),
        data.read<{ role: string }[]>((db) => db.from("my_workspaces").select("role").eq("workspace_id", workspace)),
      ]);
    const may = new Set(powers.map(({ verb, subject }) => `${verb} ${subject}`));
    const open = released.find(({ stop_id }) => stop_id === asked);
    return {
      engaged,
      heard: await reportOf(engaged.map(({ stop_id }) => stop_id)),
      released,
      open: open && { stop: open.stop_id, heard: await reportOf([open.stop_id]) },
      actions: actions.stop ?? {},
      commandRules,
      outputRules: outputRules.map((rule): OutputRule => ({ ...rule, created_by_name: person(rule.created_by) })),
      roles,
      verbs: verbs.map((each): Verb => ({ ...each, mine: may.has(`${each.verb} ${each.subject}`) })),
      role: mine[0]?.role ?? "viewer",
    };
  });
}

export const clientLoader = keep();

export default function Safety() {
  const { engaged, heard, released, open, actions, commandRules, outputRules, roles, verbs, role } =
    useLoaderData<typeof loader>();
  // The empty target is a stop that is not there yet: who may engage one finds the verb there.
  const engages = actions[""]?.some(({ verb }) => verb === "engage") ?? false;
  return (
    <Page title="Safety" aside={engages && <Engage />}>
      <Section title="Emergency stops">
        {engaged.length === 0 ? (
          <Empty title="No emergency stop is engaged">
            From the commit of a stop nothing that it covers starts, and what runs is ended if asked for. Another person
            releases it. The button is at the top of every page.
          </Empty>
        ) : (
          <div className="hf-cards">
            {engaged.map((stop) => (
              <Engaged
                key={stop.stop_id}
                stop={stop}
                heard={heard.filter(({ stop_id }) => stop_id === stop.stop_id)}
                allowed={actions[stop.stop_id] ?? []}
              />
            ))}
          </div>
        )}
      </Section>
      <Section title="Released stops">
        <Released stops={released} open={open} />
      </Section>
      <Section title="Command rules">
        <CommandRules rules={commandRules} />
      </Section>
      <Section title="Output rules">
        <OutputRules rules={outputRules} />
      </Section>
      <Section title="Who may do what">
        <Stack gap={6}>
          <div>
            You are <b>{role}</b> here.{" "}
            <span className="dim">{roles.map(({ role: name, sentence }) => `${name}: ${sentence}`).join(" · ")}</span>
          </div>
          <Matrix verbs={verbs} roles={roles} role={role} />
        </Stack>
      </Section>
    </Page>
  );
}

/** The stop of the header, beside what it will do. */
function Engage() {
  const { workspace = "" } = useParams();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="compact-sm" color="red.9" onClick={open}>
        Engage a stop
      </Button>
      <Modal opened={opened} onClose={close} title="Emergency stop" centered>
        {opened && <StopForm workspace={workspace} onDone={close} />}
      </Modal>
    </>
  );
}
