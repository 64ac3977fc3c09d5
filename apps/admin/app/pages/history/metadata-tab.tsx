import { Stack, Text } from "@mantine/core";
import { At } from "../../parts/ago.tsx";
import { duration } from "../../parts/format.ts";
import { Facts, Json, Section } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import type { EventRow, JobData } from "./job.tsx";

/** What it was given, what it returned, its labels and keys, and its lines in the ledger. */
export function MetadataTab({ job: { row, detail, events } }: { job: JobData }) {
  return (
    <Stack gap="md">
      <Section title="Payload">
        <Json value={detail.payload} label="Payload" />
      </Section>
      <Section title="Result">
        {detail.result === null ? (
          <Text size="sm" className="dim">
            It has returned nothing.
          </Text>
        ) : (
          <Json value={detail.result} label="Result" />
        )}
      </Section>
      <Facts
        facts={[
          [
            "Labels",
            Object.entries(row.labels)
              .map(([key, value]) => `${key}=${String(value)}`)
              .join(", "),
          ],
          [
            "Priority",
            `${detail.priority}${detail.effective_priority === detail.priority ? "" : `, ${detail.effective_priority} by waiting`}`,
          ],
          ["Timeout", `${duration(detail.timeout_seconds)} an attempt`],
          ["Idempotency key", detail.idempotency_key],
          ["Concurrency key", detail.concurrency_key],
          ["Spends money", detail.paid ? "yes" : "no"],
          ["Contacts the outside", detail.external ? "yes" : "no"],
        ]}
      />
      <Section title="Events">
        <DataTable<EventRow>
          label="Events"
          rows={events}
          rowId={(event) => String(event.seq)}
          empty={
            <Text size="sm" className="dim">
              None kept.
            </Text>
          }
          columns={[
            { id: "seq", header: "No.", right: true, cell: (event) => event.seq },
            { id: "at", header: "When", cell: (event) => <At at={event.at} /> },
            { id: "action", header: "What", cell: (event) => <span className="num">{event.action}</span> },
            { id: "actor", header: "Who", cell: (event) => <span className="clip">{event.actor_name}</span> },
            {
              id: "data",
              header: "Particulars",
              cell: (event) => <span className="mono">{JSON.stringify(event.data)}</span>,
            },
          ]}
        />
      </Section>
    </Stack>
  );
}
