import { Button, Group } from "@mantine/core";
import { Link, useParams, useSearchParams } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { money } from "../../parts/format.ts";
import { Empty } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { DataTable } from "../../parts/table.tsx";
import type { EntryRow } from "./rows.ts";

/** Every amount reserved, settled, released and adjusted, newest first. */
export function Entries({ entries, older }: { entries: readonly EntryRow[]; older: string | null }) {
  const { workspace } = useParams();
  const [search] = useSearchParams();
  const to = (place: string | null) => {
    const next = new URLSearchParams(search);
    if (place === null) next.delete("from");
    else next.set("from", place);
    return `?${next}`;
  };
  return (
    <div className="co-ledger">
      <DataTable<EntryRow>
        label="Amounts, newest first"
        rows={entries}
        rowId={({ id }) => `entry-${id}`}
        empty={
          <Empty title="No amount yet">
            What paid jobs reserve, cost and release is written here, and never changed.
          </Empty>
        }
        columns={[
          {
            id: "when",
            header: "Counts",
            by: ({ counts_at }) => counts_at,
            cell: ({ counts_at }) => <Ago at={counts_at} />,
          },
          { id: "entry", header: "Entry", by: ({ entry }) => entry, cell: ({ entry }) => <State state={entry} /> },
          {
            id: "amount",
            header: "Amount",
            right: true,
            by: ({ amount }) => Number(amount),
            cell: ({ amount, currency }) => <span className="num">{money(amount, currency)}</span>,
          },
          {
            id: "job",
            header: "For",
            by: ({ job_id }) => job_id,
            cell: ({ job_id, budget }) =>
              job_id !== null ? (
                <Link className="num" to={`/w/${workspace}/history/${job_id}`}>
                  job {job_id}
                </Link>
              ) : budget !== null ? (
                <a href={`#${budget}`}>budget {budget}</a>
              ) : (
                <span className="dim">–</span>
              ),
          },
          {
            id: "kind",
            header: "Kind",
            by: ({ kind }) => kind,
            cell: ({ kind }) => kind ?? <span className="dim">–</span>,
          },
          {
            id: "venture",
            header: "Venture",
            by: ({ venture }) => venture,
            cell: ({ venture }) => venture ?? <span className="dim">–</span>,
          },
          {
            id: "lane",
            header: "Lane",
            by: ({ lane }) => lane,
            cell: ({ lane }) => lane ?? <span className="dim">–</span>,
          },
          {
            id: "source",
            header: "Figure from",
            by: ({ source }) => source,
            cell: ({ source }) => (
              <span className="clip" title={source}>
                {source}
              </span>
            ),
          },
        ]}
      />
      <Group gap="xs" mt="xs">
        {search.has("from") && (
          <Button size="xs" variant="default" component={Link} to={to(null)} preventScrollReset>
            Newest
          </Button>
        )}
        {older && (
          <Button size="xs" variant="default" component={Link} to={to(older)} preventScrollReset>
            Older
          </Button>
        )}
      </Group>
    </div>
  );
}
