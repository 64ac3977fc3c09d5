import { Button, Checkbox, Group, Menu, MultiSelect, Popover, Select, Stack } from "@mantine/core";
import { Columns3, Filter } from "lucide-react";
import { useSearchParams } from "react-router";
import type { Choices } from "../../data/choices.server.ts";
import { Typed } from "../../parts/typed.tsx";
import { COLUMNS, columnsOf } from "./columns.tsx";
import { FIELDS, type Field, withField } from "./filter.ts";

const TRIGGERS = ["manual", "schedule", "work_order", "retry", "rerun", "api"];
const SPANS = [
  { value: "1h", label: "last hour" },
  { value: "24h", label: "last 24 hours" },
  { value: "7d", label: "last 7 days" },
  { value: "30d", label: "last 30 days" },
];

/** Every filter of History. Each is in the address, so that a view can be kept, sent and gone back to. */
export function Filters({ names }: { names: Choices }) {
  const [search, setSearch] = useSearchParams();
  const set = (field: Field | "columns", value: string | null) =>
    setSearch((was) => withField(was, field, value), { preventScrollReset: true });
  const rare: Field[] = [
    "profile",
    "schedule",
    "lane",
    "venture",
    "class",
    "error_class",
    "fingerprint",
    "label",
    "created_by",
    "before",
  ];
  const chosen = rare.filter((field) => search.has(field)).length;
  const any = FIELDS.some((field) => search.has(field));
  const choice = (field: Field, label: string, data: string[]) => (
    <Select
      key={field}
      size="xs"
      label={label}
      data={withChosen(data, search.get(field))}
      value={search.get(field)}
      onChange={(value) => set(field, value)}
      searchable
      clearable
      clearButtonProps={{ "aria-label": `Any ${label.toLowerCase()}` }}
    />
  );
  const several = (field: Field, label: string, data: string[], width: number) => (
    <MultiSelect
      size="xs"
      w={width}
      aria-label={label}
      placeholder={search.has(field) ? "" : label}
      data={data}
      value={search.get(field)?.split(",").filter(Boolean) ?? []}
      onChange={(values) => set(field, values.join(","))}
      clearable
      clearButtonProps={{ "aria-label": `Any ${label.toLowerCase()}` }}
    />
  );
  return (
    <Group gap="xs" align="center" role="search" aria-label="Filters">
      <Typed field="text" label="Search" placeholder="Name, id or label …" search={search} set={set} width={190} />
      {several("state", "Status", names.states, 190)}
      {several("kind", "Kind", names.kinds, 150)}
      {several("trigger", "Trigger", TRIGGERS, 130)}
      {several("queue", "Queue", names.queues, 130)}
      <Select
        size="xs"
        w={140}
        aria-label="Enqueued"
        placeholder="Any time"
        data={withChosenSpan(search.get("after"))}
        value={search.get("after")}
        onChange={(value) => set("after", value)}
        clearable
        clearButtonProps={{ "aria-label": "Any time" }}
      />
      <Popover position="bottom-start" withinPortal trapFocus>
        <Popover.Target>
          <Button size="xs" variant="default" leftSection={<Filter size={14} aria-hidden />}>
            More{chosen > 0 ? ` (${chosen})` : ""}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap={6} w={240}>
            {choice("profile", "Profile", names.profiles)}
            {choice("schedule", "Schedule", names.schedules)}
            {choice("lane", "Lane", names.lanes)}
            {choice("venture", "Venture", names.ventures)}
            {choice("class", "Class", names.classes)}
            <Typed field="error_class" label="Kind of failure" search={search} set={set} visible />
            <Typed field="fingerprint" label="Fingerprint" search={search} set={set} visible />
            <Typed field="label" label="Label (key=value)" search={search} set={set} visible />
            <Typed field="before" label="Enqueued before (ISO 8601)" search={search} set={set} visible />
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Menu closeOnItemClick={false}>
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<Columns3 size={14} aria-hidden />}>
            Columns
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Stack gap={6} p="xs">
            {COLUMNS.filter(({ id }) => id !== "name").map(({ id, header }) => {
              const shown = columnsOf(search).map((column) => column.id);
              const checked = shown.includes(id);
              return (
                <Checkbox
                  key={id}
                  size="xs"
                  label={header}
                  checked={checked}
                  onChange={() =>
                    set("columns", (checked ? shown.filter((each) => each !== id) : [...shown, id]).join(","))
                  }
                />
              );
            })}
          </Stack>
        </Menu.Dropdown>
      </Menu>
      {any && (
        <Button size="xs" variant="subtle" c="inherit" onClick={() => setSearch(without(search))}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}

function without(search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const field of [...FIELDS, "from", "order"]) next.delete(field);
  return next;
}

/** An address may name what the list does not have: it must be seen all the same. */
function withChosen(data: string[], chosen: string | null): string[] {
  return chosen && !data.includes(chosen) ? [...data, chosen] : data;
}

function withChosenSpan(chosen: string | null): { value: string; label: string }[] {
  if (!chosen || SPANS.some(({ value }) => value === chosen)) return SPANS;
  return [...SPANS, { value: chosen, label: `since ${chosen}` }];
}
