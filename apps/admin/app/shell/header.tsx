import { ActionIcon, Group, Menu, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Moon, Search, Sun, UserRound } from "lucide-react";
import { Form, Link } from "react-router";
import { Label } from "../parts/label.tsx";
import { jump } from "./jump-store.ts";
import type { ShellData } from "./shell.tsx";
import { StopButton } from "./stop-button.tsx";

/** The line above every page: which workspace, is it alive, the stop button, who looks. */
export function Header({ shell, base }: { shell: ShellData; base: string }) {
  const { standing, person } = shell;
  return (
    <>
      <Text component={Link} to={base} fw={700} c="inherit" td="none" visibleFrom="xs">
        Holdfast
      </Text>
      <Text component={Link} to="/" c="inherit" td="none" className="clip" title="Your workspaces" maw={140}>
        {shell.workspace}
      </Text>
      <Group gap={6} wrap="nowrap" visibleFrom="sm">
        <Pulse standing={standing} />
      </Group>
      <Group gap={6} wrap="nowrap" ml="auto">
        <ActionIcon
          variant="subtle"
          color="gray"
          c="inherit"
          onClick={() => jump.open()}
          aria-label="Jump to anything (Ctrl K)"
        >
          <Search size={16} />
        </ActionIcon>
        <Scheme />
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={`Signed in as ${person.email}`}>
              <UserRound size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label c="inherit">
              {person.email} · {person.role}
            </Menu.Label>
            {/* The document goes with the person: nothing that this one read is there for the next. */}
            <Form method="post" action="/sign-out" reloadDocument>
              <Menu.Item component="button" type="submit">
                Sign out
              </Menu.Item>
            </Form>
          </Menu.Dropdown>
        </Menu>
        {shell.mayStop && <StopButton shell={shell} />}
      </Group>
    </>
  );
}

/** Is anybody at work? In the header; on a phone, where that is too narrow, the first line of the page. */
export function Pulse({ standing }: Pick<ShellData, "standing">) {
  return (
    <>
      <Label
        label={standing.worker_label}
        age={standing.worker_heartbeat_age_seconds}
        aged="WORKER NOT RUNNING"
        what={standing.live_workers === 1 ? "worker" : `${standing.live_workers} workers`}
      />
      <Label label={standing.supervisor_label} age={standing.supervisor_age_seconds} what="supervisor" />
    </>
  );
}

function Scheme() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: true });
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="inherit"
      onClick={() => setColorScheme(other)}
      aria-label={`Use ${other} colours`}
    >
      {scheme === "dark" ? <Sun size={16} /> : <Moon size={16} />}
    </ActionIcon>
  );
}
