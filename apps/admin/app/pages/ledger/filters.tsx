import { Button, Checkbox, Group, Select } from "@mantine/core";
import { useSearchParams } from "react-router";
import { Typed } from "../../parts/typed.tsx";
import { FIELDS, type Field } from "./filter.ts";

const SPANS = [
  { value: "1h", label: "last hour" },
  { value: "24h", label: "last 24 hours" },
  { value: "7d", label: "last 7 days" },
  { value: "30d", label: "last 30 days" },
];

/** What events are about, for the asking: another may be typed. */
const SUBJECTS = [
  "alert_channel",
  "approval",
  "budget",
  "class",
  "command_rule",
  "dead_letter",
  "incident",
  "job",
  "kind",
  "lane",
  "ledger",
  "output_rule",
  "profile",
  "queue",
  "run",
  "schedule",
  "stop",
  "supervisor",
  "venture",
  "worker",
  "workspace",
];

/** Every filter of the ledger; each is in the address. */
export function Filters() {
  const [search, setSearch] = useSearchParams();
  const set = (field: Field, value: string | null) =>
    setSearch(
      (was) => {
        const next = new URLSearchParams(was);
        if (value) next.set(field, value);
        else next.delete(field);
        next.delete("below");
        return next;
      },
      { preventScrollReset: true },
    );
  const after = search.get("after");
  return (
    <Group gap="xs" mb="xs" role="search" aria-label="Filters">
      <Typed
        width={165}
        field="action"
        label="Action begins with"
        placeholder="budget. or job.cancel"
        search={search}
        set={set}
      />
      <Typed width={165} field="actor" label="By" placeholder="a name, worker: or user:…" search={search} set={set} />
      <Typed
        width={165}
        field="subject_type"
        label="About"
        placeholder="about: job, budget …"
        offered={SUBJECTS}
        search={search}
        set={set}
      />
      <Typed
        width={165}
        field="subject_id"
        label="Its id or name"
        placeholder="Its id or name"
        search={search}
        set={set}
      />
      <Select
        size="xs"
        w={130}
        aria-label="Since"
        placeholder="Any time"
        data={
          after && SPANS.every(({ value }) => value !== after)
            ? [...SPANS, { value: after, label: `since ${after}` }]
            : SPANS
        }
        value={after}
        onChange={(value) => set("after", value)}
        clearable
        clearButtonProps={{ "aria-label": "Any time" }}
      />
      <Typed
        width={165}
        field="before"
        label="Before"
        placeholder="before, ISO 8601 or 24h"
        search={search}
        set={set}
      />
      <Checkbox
        size="xs"
        label="with what every job leaves behind"
        title="job.enqueued, run.launched and run.closed: nine events in ten"
        checked={search.get("routine") === "true"}
        onChange={(event) => set("routine", event.currentTarget.checked ? "true" : null)}
      />
      {FIELDS.some((field) => search.has(field)) && (
        <Button size="xs" variant="subtle" c="inherit" onClick={() => setSearch({}, { preventScrollReset: true })}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
