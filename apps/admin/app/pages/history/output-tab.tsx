import { Anchor, Checkbox, Group, SegmentedControl, Select, Text } from "@mantine/core";
import { useState } from "react";
import { useParams } from "react-router";
import { bytes } from "../../parts/format.ts";
import { Empty } from "../../parts/page.tsx";
import type { RunRow } from "./job.tsx";
import { TerminalOutput } from "./terminal.tsx";
import { TextOutput } from "./text-output.tsx";
import { useOutput } from "./use-output.ts";

const STREAMS = ["raw", "stdout", "stderr"] as const;
type Stream = (typeof STREAMS)[number];

/** What the attempts printed: live while one runs. */
export function OutputTab({ runs }: { runs: readonly RunRow[] }) {
  const [chosen, setChosen] = useState<number>();
  const run = runs.find(({ id }) => id === chosen) ?? runs[0];
  if (!run) return <Empty title="No attempt yet">What a command prints is shown here while it runs.</Empty>;
  const printed = STREAMS.filter((stream) => run[`${stream}_bytes`] > 0);
  return (
    <>
      <Group gap="xs" mb={8}>
        {runs.length > 1 && (
          <Select
            size="xs"
            w={150}
            aria-label="Attempt"
            allowDeselect={false}
            data={runs.map(({ id, attempt }) => ({ value: String(id), label: `Attempt ${attempt}` }))}
            value={String(run.id)}
            onChange={(value) => setChosen(Number(value))}
          />
        )}
      </Group>
      {printed.length === 0 ? (
        <Empty title={run.finished_at ? "This attempt printed nothing" : "Nothing printed yet"}>
          {run.argv === null
            ? "A function's log is in its worker's log; what it returned is under Metadata."
            : "It is shown here as it comes."}
        </Empty>
      ) : (
        <Streams key={run.id} run={run} printed={printed} />
      )}
    </>
  );
}

function Streams({ run, printed }: { run: RunRow; printed: readonly Stream[] }) {
  const { workspace } = useParams();
  const [asked, setAsked] = useState<Stream>();
  const stream = asked && printed.includes(asked) ? asked : (printed[0] as Stream);
  const [follow, setFollow] = useState(run.finished_at === null);
  const output = useOutput(run.id, stream);
  return (
    <>
      <Group gap="xs" mb={6}>
        {printed.length > 1 && (
          <SegmentedControl
            size="xs"
            data={[...printed]}
            value={stream}
            onChange={(value) => setAsked(value as Stream)}
            aria-label="Stream"
          />
        )}
        <Checkbox
          size="xs"
          label="Follow"
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
        <Anchor size="xs" href={`/w/${workspace}/output/${run.id}?stream=${stream}&download=1`} download>
          Download ({bytes(run[`${stream}_bytes`])})
        </Anchor>
        {output && output.from > 0 && (
          <Text size="xs" className="dim">
            from byte {output.from} on
          </Text>
        )}
        {output?.failed && (
          <Text size="xs" role="alert">
            NOT VERIFIED: the project does not answer; asking again.
          </Text>
        )}
      </Group>
      {!output && <p className="dim">Reading …</p>}
      {output?.dropped && (
        <Empty title="No longer kept">Output is dropped after its keeping; what was counted of it stays.</Empty>
      )}
      {output &&
        !output.dropped &&
        (stream === "raw" ? (
          <TerminalOutput output={output} follow={follow} />
        ) : (
          <TextOutput output={output} follow={follow} />
        ))}
    </>
  );
}
