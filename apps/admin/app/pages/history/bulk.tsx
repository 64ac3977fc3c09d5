import { Button, Group, Modal, Stack, Table, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useFetcher, useParams } from "react-router";
import { type Allowed, capital, Refused, useAct } from "../../parts/act.tsx";
import { count, MOST, plural } from "../../parts/format.ts";
import type { Preview } from "./preview.ts";

/** Which jobs are meant: those that were ticked, or all that match the filter. */
export interface Selection {
  filter: Record<string, unknown>;
  jobs: number;
  /** In words. */
  what: string;
}

/** The report of an act on many jobs, as the row of `holdfast.actions` says it. */
interface Report {
  matched?: number;
  changed?: number;
  asked?: number;
  ending?: number;
  skipped?: Record<string, number>;
}

/** Acts on many jobs at once: how many they are, a reason, and afterwards a report of what happened to them. */
export function Bulk({
  allowed,
  selection,
  onDone,
}: {
  allowed: readonly Allowed[];
  selection: Selection;
  onDone: () => void;
}) {
  return (
    <Group gap="xs" className="hf-card" py={6} role="region" aria-label="Acts on many jobs">
      <Text size="sm">
        <b>{count(selection.jobs)}</b> {selection.what}
      </Text>
      {allowed.map((each) => (
        <BulkButton key={each.verb} allowed={each} selection={selection} />
      ))}
      <Button size="compact-sm" variant="subtle" c="inherit" onClick={onDone}>
        Clear selection
      </Button>
    </Group>
  );
}

function BulkButton({ allowed, selection }: { allowed: Allowed; selection: Selection }) {
  const [opened, { open, close }] = useDisclosure();
  const [report, setReport] = useState<Report>();
  const end = () => {
    close();
    setReport(undefined);
  };
  const name = `${capital(allowed.verb)} ${plural(selection.jobs, "job")}`;
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open}>
        {capital(allowed.verb)} …
      </Button>
      <Modal opened={opened} onClose={end} title={name} centered>
        {opened &&
          (report ? (
            <Told report={report} onDone={end} />
          ) : (
            <Ask allowed={allowed} selection={selection} name={name} onReport={setReport} />
          ))}
      </Modal>
    </>
  );
}

function Ask({
  allowed,
  selection,
  name,
  onReport,
}: {
  allowed: Allowed;
  selection: Selection;
  name: string;
  onReport: (report: Report) => void;
}) {
  const [reason, setReason] = useState("");
  const { workspace } = useParams();
  const { load, data: preview } = useFetcher<Preview>();
  // What was meant when the dialog was opened: the list goes on being read behind it.
  const [filter] = useState(selection.filter);
  useEffect(() => {
    void load(
      `/w/${workspace}/preview-jobs?${new URLSearchParams({ verb: allowed.verb, filter: JSON.stringify(filter) })}`,
    );
  }, [load, workspace, allowed.verb, filter]);
  const { send, busy, answer } = useAct(({ result }) => onReport(result as Report));
  const many = (preview?.fits ?? 0) > MOST;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send({
          verb: allowed.verb,
          subject: "jobs",
          target: {},
          params: { filter, limit: MOST, expected: preview?.fits },
          reason,
        });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{allowed.sentence}</Text>
        <Text size="sm" aria-live="polite" data-preview>
          {preview ? foreseen(preview) : "Counting …"}
        </Text>
        {many && <Text size="sm">One act changes {count(MOST)} jobs at most: narrow the filter first.</Text>}
        <Textarea
          label={allowed.needs_reason ? "Reason" : "Reason (optional)"}
          required={allowed.needs_reason}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <Refused answer={answer} />
        <Button
          type="submit"
          loading={busy}
          disabled={many || !preview || preview.fits === 0}
          {...(allowed.verb === "cancel" ? { color: "red.9" } : {})}
        >
          {name}
        </Button>
      </Stack>
    </form>
  );
}

/** What the act would do, in words. */
function foreseen({ matched, fits, skipped }: Preview): string {
  const left = Object.entries(skipped).map(([state, jobs]) => `${count(jobs)} ${state.replaceAll("_", " ")}`);
  const of = matched > MOST ? `more than ${count(MOST)}` : count(matched);
  return `${of} match; it changes ${fits > MOST ? `more than ${count(MOST)}` : count(fits)} of them${left.length > 0 ? ` and leaves alone: ${left.join(", ")}` : ""}.`;
}

function Told({ report, onDone }: { report: Report; onDone: () => void }) {
  const rows: [string, number | undefined][] = [
    ["matched the filter", report.matched],
    ["changed", report.changed],
    ["asked to end", report.ending],
    ["wait for consent", report.asked],
    ...Object.entries(report.skipped ?? {}).map(([state, jobs]): [string, number] => [
      `left alone: ${state.replaceAll("_", " ")}`,
      jobs,
    ]),
  ];
  return (
    <Stack gap="sm">
      <Table withRowBorders={false} aria-label="Report">
        <Table.Tbody>
          {rows
            .filter(([, jobs]) => jobs !== undefined)
            .map(([what, jobs]) => (
              <Table.Tr key={what}>
                <Table.Td>{what}</Table.Td>
                <Table.Td ta="right" className="num" data-report={what}>
                  {count(jobs)}
                </Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
      <Button onClick={onDone} variant="default">
        Close
      </Button>
    </Stack>
  );
}
