import { Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { bytes, duration, money } from "../../parts/format.ts";
import { Empty, Section } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import type { JobData, RunRow } from "./job.tsx";

interface Sample {
  at: number;
  memory: number;
  cpu: number;
}

const KEPT = 400;

/** What each attempt took: memory, processor time, output, money. While it runs, drawn as it goes. */
export function ResourcesTab({ job }: { job: JobData }) {
  const samples = useSamples(job);
  if (job.runs.length === 0) return <Empty title="No attempt yet">What it takes is shown once it runs.</Empty>;
  return (
    <Stack gap="md">
      {job.lease && (
        <Section title="Now">
          <Text size="sm">
            {bytes(job.lease.memory_bytes)} at its peak · {duration(job.lease.cpu_seconds)} of processor time · cost{" "}
            {money(job.lease.cost)}
          </Text>
          {samples.length > 1 && (
            <>
              <Line
                values={samples.map(({ memory }) => memory)}
                what={`Peak memory, ${bytes(samples.at(-1)?.memory)}`}
              />
              <Line values={share(samples)} what="Processors in use" />
              <Text size="xs" className="dim">
                From the heartbeats that came while this page was open; only peaks and sums are kept.
              </Text>
            </>
          )}
        </Section>
      )}
      <Section title="By attempt">
        <DataTable<RunRow>
          label="Resources by attempt"
          rows={job.runs}
          rowId={(run) => String(run.id)}
          empty={null}
          columns={[
            { id: "attempt", header: "Attempt", right: true, by: (run) => run.attempt, cell: (run) => run.attempt },
            {
              id: "memory",
              header: "Peak memory",
              right: true,
              by: (run) => run.memory_bytes,
              // Ended before it was measured for the first time: nothing is known of it, which is not nothing.
              cell: (run) => bytes(run.memory_bytes || null),
            },
            {
              id: "cpu",
              header: "Processor time",
              right: true,
              by: (run) => run.cpu_seconds,
              cell: (run) => duration(run.cpu_seconds || null),
            },
            {
              id: "output",
              header: "Output",
              right: true,
              by: (run) => run.raw_bytes + run.stdout_bytes + run.stderr_bytes,
              cell: (run) => bytes(run.raw_bytes + run.stdout_bytes + run.stderr_bytes),
            },
            { id: "cost", header: "Cost", right: true, by: (run) => run.cost, cell: (run) => money(run.cost) },
          ]}
        />
      </Section>
    </Stack>
  );
}

/** What the lease said each time the page was read, of the attempt that runs. */
function useSamples({ lease, row }: JobData): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const memory = lease?.memory_bytes;
  const cpu = lease?.cpu_seconds;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins a new line.
  useEffect(() => setSamples([]), [row.id, row.attempt]);
  useEffect(() => {
    if (memory === null || memory === undefined) return;
    setSamples((was) => [...was, { at: Date.now(), memory, cpu: cpu ?? 0 }].slice(-KEPT));
  }, [memory, cpu]);
  return samples;
}

/** Processor seconds per second between samples. */
function share(samples: readonly Sample[]): number[] {
  return samples.slice(1).map((sample, place) => {
    const before = samples[place] as Sample;
    return Math.max(0, (sample.cpu - before.cpu) / Math.max(0.001, (sample.at - before.at) / 1000));
  });
}

function Line({ values, what }: { values: readonly number[]; what: string }) {
  const most = Math.max(...values, 1e-9);
  const step = 600 / Math.max(1, values.length - 1);
  const points = values
    .map((value, place) => `${(place * step).toFixed(1)},${(58 - (value / most) * 54).toFixed(1)}`)
    .join(" ");
  return (
    <figure style={{ margin: "0.5rem 0" }}>
      <svg viewBox="0 0 600 60" width="100%" height={60} preserveAspectRatio="none" role="img" aria-label={what}>
        <title>{what}</title>
        <polyline
          points={points}
          fill="none"
          stroke="light-dark(#2f7f9f, #6fc3e3)"
          strokeWidth={2}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <figcaption className="dim" style={{ fontSize: "0.75rem" }}>
        {what}
      </figcaption>
    </figure>
  );
}
