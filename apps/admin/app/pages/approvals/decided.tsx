import { Select, Stack } from "@mantine/core";
import { useSearchParams } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { Empty, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import type { RequestRow } from "../approvals.tsx";
import { Asked, Digest } from "./card.tsx";

const DECIDED = ["granted", "spent", "rejected", "expired", "superseded"];

const HISTORY: Column<RequestRow>[] = [
  {
    id: "id",
    header: "Approval",
    by: ({ id }) => id,
    cell: ({ id }) => <span id={String(id)}>{id}</span>,
  },
  { id: "state", header: "State", by: ({ state }) => state, cell: ({ state }) => <State state={state} /> },
  {
    id: "asked",
    header: "Asked for",
    cell: (request) => (
      <span className="clip">
        <Asked request={request} />
      </span>
    ),
  },
  {
    id: "requested",
    header: "By, when",
    by: (request) => request.requested_at,
    cell: (request) => (
      <>
        {request.requested_by_name}
        <div className="dim">
          <Ago at={request.requested_at} />
        </div>
      </>
    ),
  },
  {
    id: "decisions",
    header: "Decided",
    cell: ({ decisions, quorum }) =>
      decisions.length === 0 ? (
        <span className="dim">by nobody</span>
      ) : (
        decisions.map((each) => (
          <div key={each.name} title={each.reason ?? undefined} className="clip">
            {each.decision === "grant" ? "granted" : "rejected"} by {each.name}
            {quorum > 1 && ` (of ${quorum})`}
          </div>
        ))
      ),
  },
  {
    id: "closed",
    header: "Closed",
    by: (request) => request.closed_at,
    cell: (request) => (
      <>
        <Ago at={request.closed_at} />
        {request.closed_reason && (
          <div className="dim clip" title={request.closed_reason}>
            {request.closed_reason}
          </div>
        )}
      </>
    ),
  },
  { id: "digest", header: "Digest", cell: ({ digest }) => <Digest digest={digest} /> },
];

/** What was decided, newest first. */
export function Decided({ requests }: { requests: readonly RequestRow[] }) {
  const [search, setSearch] = useSearchParams();
  const state = search.get("state");
  return (
    <Section
      title="Decided"
      aside={
        <Select
          size="xs"
          w={150}
          aria-label="State"
          placeholder="Any state"
          data={state && !DECIDED.includes(state) ? [...DECIDED, state] : DECIDED}
          value={state}
          onChange={(value) => setSearch(value ? { state: value } : {}, { preventScrollReset: true })}
          clearable
          clearButtonProps={{ "aria-label": "Any state" }}
        />
      }
    >
      <Stack gap={4}>
        <DataTable
          label="Decided requests"
          columns={HISTORY}
          rows={requests}
          rowId={({ id }) => String(id)}
          empty={
            <Empty title={state ? `None is ${state}` : "Nothing was decided yet"}>
              Every decision stays here and in the ledger.
            </Empty>
          }
        />
        {requests.length === 100 && <div className="dim">The newest 100. All are in the ledger.</div>}
      </Stack>
    </Section>
  );
}
