import { Button, Modal, Stack, Table } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Link, useFetcher, useParams } from "react-router";
import { ActForm, type Allowed, capital, type Done, GRAVE } from "../../parts/act.tsx";
import { count, MOST, plural } from "../../parts/format.ts";
import { NumberField } from "../../parts/number-field.tsx";
import type { Reviews } from "../reviews.tsx";
import { type Filter, inWords, searchOf } from "./filter.ts";

/** An act on all dead letters that a filter means. */
export interface LettersMeant {
  allowed: Allowed;
  filter: Filter;
}

/** What the act did, as its row of `holdfast.actions` says it. */
interface Report {
  matched: number;
  affected: number;
  waiting_for_consent: number;
  jobs: number[];
}

const SAMPLE = 5;

/**
 * The dialog of redrive and dismiss: how many are meant and which, read anew while it is open; a limit, so that what was not
 * seen is not touched; and afterwards the report of what happened.
 */
export function LettersDialog({ meant, onClose }: { meant: LettersMeant | undefined; onClose: () => void }) {
  const [report, setReport] = useState<Report>();
  const last = useRef(meant);
  if (meant) last.current = meant;
  const verb = last.current?.allowed.verb ?? "";
  const end = () => {
    onClose();
    setReport(undefined);
  };
  return (
    <Modal opened={meant !== undefined} onClose={end} title={`${capital(verb)} dead letters`} centered>
      {meant &&
        (report ? (
          <Told verb={verb} report={report} onDone={end} />
        ) : (
          <Ask
            key={`${verb} ${searchOf(meant.filter)}`}
            meant={meant}
            onDone={(answer) => (answer ? setReport(answer.result as unknown as Report) : end())}
          />
        ))}
    </Modal>
  );
}

function Ask({ meant: { allowed, filter }, onDone }: { meant: LettersMeant; onDone: (answer?: Done) => void }) {
  const { workspace } = useParams();
  const preview = useFetcher<Reviews>();
  const [limit, setLimit] = useState<number>();
  const { load, data } = preview;
  const address = `/w/${workspace}/reviews?${searchOf(filter)}`;
  useEffect(() => {
    void load(address);
  }, [load, address]);
  // What was there when the person looked; what fails for good after that is not meant unless they say so.
  const seen = useRef<number>(undefined);
  if (data && seen.current === undefined) seen.current = data.matched;
  const most = limit ?? Math.min(MOST, Math.max(1, seen.current ?? 1));
  const matched = data?.matched ?? 0;
  return (
    <ActForm
      allowed={allowed}
      subject="dead_letter"
      target={{}}
      params={{ filter, limit: most }}
      ready={matched > 0 && matched <= MOST}
      name={data ? `${capital(allowed.verb)} ${plural(matched, "job")}` : capital(allowed.verb)}
      grave={GRAVE.has(allowed.verb)}
      onDone={onDone}
    >
      <div role="status" data-matched={data?.matched}>
        {data ? (
          <>
            <b>{plural(matched, "open dead letter")}</b> now: {inWords(filter)}
          </>
        ) : (
          "Counting what matches …"
        )}
      </div>
      {data && <Sample letters={data.letters} matched={matched} />}
      {matched > MOST && <div role="alert">One act takes {count(MOST)} at most: narrow the filter first.</div>}
      {matched > 1 && (
        <NumberField
          label="Do nothing if more match than"
          description={
            matched > most
              ? `${count(matched)} match now: it would be refused.`
              : "What fails for good while you read this is not touched."
          }
          min={1}
          max={MOST}
          allowDecimal={false}
          value={most}
          onChange={(value) => setLimit(value === "" ? undefined : Number(value))}
        />
      )}
    </ActForm>
  );
}

function Sample({ letters, matched }: { letters: Reviews["letters"]; matched: number }) {
  const shown = letters.slice(0, SAMPLE);
  return (
    <ul className="hf-plain" aria-label="Some of them">
      {shown.map(({ id, job_id, kind, last_error }) => (
        <li key={id} className="clip" style={{ maxWidth: "none" }} title={last_error ?? undefined}>
          job {job_id} {kind} <span className="dim">{last_error}</span>
        </li>
      ))}
      {matched > shown.length && <li className="dim">and {count(matched - shown.length)} more</li>}
    </ul>
  );
}

function Told({ verb, report, onDone }: { verb: string; report: Report; onDone: () => void }) {
  const { workspace } = useParams();
  const rows: [string, number][] = [
    ["matched the filter", report.matched],
    [
      verb === "dismiss" ? "dismissed: their jobs stay as they ended" : "given another attempt",
      report.affected - report.waiting_for_consent,
    ],
    ["wait for consent", report.waiting_for_consent],
    ["left as they were: somebody was quicker", report.matched - report.affected],
  ];
  return (
    <Stack gap="sm">
      <Table withRowBorders={false} aria-label="Report">
        <Table.Tbody>
          {rows.map(([what, jobs]) => (
            <Table.Tr key={what}>
              <Table.Td>{what}</Table.Td>
              <Table.Td ta="right" className="num" data-report={what}>
                {count(jobs)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {report.jobs.length > 0 && (
        <div className="dim">
          For example{" "}
          {report.jobs.slice(0, SAMPLE).map((job, place) => (
            <span key={job}>
              {place > 0 && ", "}
              <Link to={`/w/${workspace}/history/${job}`}>job {job}</Link>
            </span>
          ))}
          .
          {report.waiting_for_consent > 0 && (
            <>
              {" "}
              What waits for consent is under <Link to={`/w/${workspace}/approvals`}>Approvals</Link>.
            </>
          )}
        </div>
      )}
      <Button onClick={onDone} variant="default" data-autofocus>
        Close
      </Button>
    </Stack>
  );
}
