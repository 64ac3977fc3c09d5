import { Checkbox, Select, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useFetcher } from "react-router";
import { ActForm } from "../parts/act.tsx";
import { count } from "../parts/format.ts";
import type { StopScope } from "./stop-scope.ts";

const SCOPES = ["workspace", "venture", "lane", "queue", "kind", "global"] as const;
const WHAT = [
  { value: "workers", label: "All work" },
  { value: "paid", label: "Paid work only" },
  { value: "external", label: "Work that contacts the outside only" },
] as const;
type Scope = (typeof SCOPES)[number];

/** Which stop, what it would touch now, and why. */
export function StopForm({ workspace, onDone }: { workspace: string; onDone: () => void }) {
  const [scope, setScope] = useState<Scope>("workspace");
  const [name, setName] = useState<string | null>(null);
  const [what, setWhat] = useState<string>("workers");
  const [kill, setKill] = useState(false);
  const { load, data, state } = useFetcher<StopScope>();
  const named = scope !== "workspace" && scope !== "global";
  useEffect(() => {
    const query = new URLSearchParams({ scope, what, ...(named && name ? { name } : {}) });
    void load(`/w/${workspace}/stop-scope?${query}`);
  }, [load, workspace, scope, name, what, named]);
  const ready = !named || name !== null;
  return (
    <ActForm
      allowed={{
        verb: "engage",
        sentence: "From its commit nothing it covers starts. Another person with the role approver releases it.",
        needs_reason: true,
        needs_approval: false,
      }}
      subject="stop"
      target={{}}
      params={{ scope, ...(named && name ? { name } : {}), what: [what], kill_running: kill }}
      ready={ready}
      name="Engage stop"
      grave
      onDone={onDone}
    >
      <Stack gap="sm">
        <Select
          label="Scope"
          data={SCOPES.map((value) => ({ value, label: value === "global" ? "global (every workspace)" : value }))}
          value={scope}
          allowDeselect={false}
          onChange={(value) => {
            setScope(value as Scope);
            setName(null);
          }}
        />
        {named && (
          <Select
            label={`Which ${scope}`}
            data={data?.names[scope] ?? []}
            value={name}
            onChange={setName}
            searchable
            required
            nothingFoundMessage={`this workspace has no ${scope}`}
          />
        )}
        <Select
          label="What it stops"
          data={WHAT as unknown as { value: string; label: string }[]}
          value={what}
          allowDeselect={false}
          onChange={(value) => setWhat(value ?? "workers")}
        />
        <Checkbox
          label="End what runs now as well"
          checked={kill}
          onChange={(event) => setKill(event.currentTarget.checked)}
        />
        <Text size="sm" aria-live="polite" data-preview={state}>
          {state !== "idle" || !data ? "Counting …" : ready ? touched(data.touches, kill) : `Choose the ${scope}.`}
        </Text>
      </Stack>
    </ActForm>
  );
}

function touched(touches: StopScope["touches"], kill: boolean): string {
  const running = touches.find(({ state }) => state === "running")?.jobs ?? 0;
  const waiting = touches.filter(({ state }) => state !== "running").reduce((sum, { jobs }) => sum + jobs, 0);
  return `Now it would hold ${count(waiting)} waiting and ${kill ? "end" : "leave alone"} ${count(running)} running jobs.`;
}
