import { Button, Group, Select } from "@mantine/core";
import { useSearchParams } from "react-router";
import { Typed } from "../../parts/typed.tsx";
import type { Reviews } from "../reviews.tsx";
import { FIELDS, type Field, withField } from "./filter.ts";

const SPANS = [
  { value: "1h", label: "in the last hour" },
  { value: "24h", label: "in the last 24 hours" },
  { value: "7d", label: "in the last 7 days" },
];

/** Every field of a filter over dead letters. Each is in the address, so that it can be kept and sent. */
export function LetterFilters({ reviews }: { reviews: Reviews }) {
  const [search, setSearch] = useSearchParams();
  const set = (field: Field, value: string | null) =>
    setSearch((was) => withField(was, field, value), { preventScrollReset: true });
  const choice = (field: Field, label: string, data: readonly string[], width: number) => {
    const chosen = search.get(field);
    return (
      <Select
        size="xs"
        w={width}
        aria-label={label}
        placeholder={label}
        data={chosen && !data.includes(chosen) ? [...data, chosen] : [...data]}
        value={chosen}
        onChange={(value) => set(field, value)}
        searchable
        clearable
        clearButtonProps={{ "aria-label": `Any ${label.toLowerCase()}` }}
      />
    );
  };
  const classes = [...new Set(reviews.groups.map(({ error_class }) => error_class).filter((each) => each !== null))];
  const since = search.get("after");
  return (
    <Group gap="xs" role="search" aria-label="Filter dead letters">
      {choice("kind", "Kind", reviews.kinds, 150)}
      {choice("queue", "Queue", reviews.queues, 130)}
      {choice("error_class", "Kind of failure", classes.sort(), 160)}
      <Select
        size="xs"
        w={150}
        aria-label="Failed"
        placeholder="Any time"
        data={
          since && !SPANS.some(({ value }) => value === since)
            ? [...SPANS, { value: since, label: `since ${since}` }]
            : SPANS
        }
        value={since}
        onChange={(value) => set("after", value)}
        clearable
        clearButtonProps={{ "aria-label": "Any time" }}
      />
      <Typed field="before" label="Before" placeholder="Before (ISO, or 1h)" search={search} set={set} width={150} />
      <Typed field="job" label="Job" placeholder="Job" search={search} set={set} width={80} />
      <Typed field="fingerprint" label="Fingerprint" placeholder="Fingerprint" search={search} set={set} width={150} />
      {FIELDS.some((field) => search.has(field)) && (
        <Button size="xs" variant="subtle" c="inherit" onClick={() => setSearch({}, { preventScrollReset: true })}>
          Clear filters
        </Button>
      )}
    </Group>
  );
}
