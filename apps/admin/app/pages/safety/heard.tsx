import { duration } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { DataTable } from "../../parts/table.tsx";
import type { Heard } from "./stop.ts";

/** When each worker heard of a stop, and when it was quiet. */
export function HeardTable({ stop, heard }: { stop: number; heard: readonly Heard[] }) {
  return (
    <DataTable<Heard>
      label={`Stop ${stop}, worker by worker`}
      rows={heard}
      rowId={(row) => `heard-${row.stop_id}-${row.worker_id}`}
      empty={<div className="dim">No worker was alive when it was engaged.</div>}
      columns={[
        {
          id: "worker",
          header: "Worker",
          by: (row) => row.worker_id,
          cell: (row) => (
            <>
              {row.worker ?? "gone"} <span className="dim num">#{row.worker_id}</span>
            </>
          ),
        },
        { id: "label", header: "Evidence", by: (row) => row.label, cell: (row) => <Label label={row.label} /> },
        {
          id: "heard",
          header: "Heard of after",
          right: true,
          by: (row) => row.seconds_to_acknowledge,
          cell: (row) => (row.seconds_to_acknowledge === null ? "not yet" : duration(row.seconds_to_acknowledge)),
        },
        { id: "runs", header: "Runs to end", right: true, by: (row) => row.runs, cell: (row) => row.runs },
        {
          id: "still",
          header: "Still running",
          right: true,
          by: (row) => row.still_running,
          cell: (row) => row.still_running,
        },
        {
          id: "quiet",
          header: "Quiet after",
          right: true,
          by: (row) => row.seconds_to_quiet,
          cell: (row) => duration(row.seconds_to_quiet),
        },
      ]}
    />
  );
}
