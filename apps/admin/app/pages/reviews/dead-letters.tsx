import { Button, Group, Stack } from "@mantine/core";
import { Link, useParams } from "react-router";
import { type Allowed, capital } from "../../parts/act.tsx";
import { AskActs } from "../../parts/act-dialog.tsx";
import { Ago } from "../../parts/ago.tsx";
import { count, plural } from "../../parts/format.ts";
import { Empty, Section } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import type { Reviews } from "../reviews.tsx";
import type { LettersMeant } from "./act-on-letters.tsx";
import { type Filter, inWords, searchOf } from "./filter.ts";
import { LetterFilters } from "./letter-filters.tsx";

/** One row of `holdfast.dead_letters`. */
export interface Letter {
  id: number;
  job_id: number;
  queue: string;
  kind: string;
  state_before: string;
  error_class: string | null;
  last_error: string | null;
  fingerprint: string | null;
  attempts: number;
  hint: string;
  died_at: string;
}

/** One row of `holdfast.dead_letter_groups`. */
export interface LetterGroup {
  fingerprint: string | null;
  error_class: string | null;
  kind: string;
  kinds: number;
  jobs: number;
  last_error: string | null;
  hint: string;
  last_died_at: string;
  first_died_at: string;
  last_job: number;
  filter: Filter;
}

type Ask = (meant: LettersMeant) => void;

/** What failed for good: alike ones together, then one by one, and acts on all that match. */
export function DeadLetters({ reviews, onAsk }: { reviews: Reviews; onAsk: Ask }) {
  const { filter, matched, letters, groups, onLetters, problem } = reviews;
  const filtered = Object.keys(filter).length > 0;
  return (
    <Section title="Dead letters" id="dead-letters">
      <Stack gap="xs">
        <LetterFilters reviews={reviews} />
        {problem && <div role="alert">{problem}</div>}
        {!filtered && groups.length > 0 && (
          <DataTable
            label="Alike"
            columns={groupColumns(onLetters, onAsk)}
            rows={groups}
            rowId={(group) => `group-${group.fingerprint ?? group.last_job}`}
            empty={null}
          />
        )}
        {matched > 0 && (
          <Group gap="xs">
            <span>
              <b>{count(matched)}</b> open{filtered && `: ${inWords(filter)}`}
              {matched > letters.length && <span className="dim"> · the newest {letters.length} below</span>}
            </span>
            {filtered ? (
              onLetters.map((each) => (
                <Button
                  key={each.verb}
                  size="compact-sm"
                  variant="default"
                  onClick={() => onAsk({ allowed: each, filter })}
                >
                  {capital(each.verb)} all that match …
                </Button>
              ))
            ) : onLetters.length > 0 ? (
              <span className="dim">Choose a filter to act on all that match it.</span>
            ) : null}
          </Group>
        )}
        <DataTable
          label="Dead letters, one by one"
          columns={letterColumns(onLetters, onAsk)}
          rows={letters}
          rowId={({ id }) => `letter-${id}`}
          empty={
            filtered ? (
              <Empty title="No open dead letter matches">
                {inWords(filter)}. What was redriven or dismissed is found in History.
              </Empty>
            ) : (
              <Empty title="No dead letters">A job that failed and has no attempts left appears here.</Empty>
            )
          }
        />
      </Stack>
    </Section>
  );
}

function groupColumns(allowed: readonly Allowed[], onAsk: Ask): Column<LetterGroup>[] {
  return [
    { id: "jobs", header: "Alike", right: true, by: ({ jobs }) => jobs, cell: ({ jobs }) => <b>{count(jobs)}</b> },
    {
      id: "error",
      header: "Last error",
      cell: ({ last_error, filter, hint }) => (
        <>
          <Link className="clip" to={`?${searchOf(filter)}`} preventScrollReset title={last_error ?? undefined}>
            {last_error ?? "no message"}
          </Link>
          <span className="dim clip" title={hint}>
            {hint}
          </span>
        </>
      ),
    },
    {
      id: "kind",
      header: "Kind",
      by: ({ kind }) => kind,
      cell: ({ kind, kinds }) => (kinds > 1 ? `${kind} and ${plural(kinds - 1, "other")}` : kind),
    },
    { id: "class", header: "Failure", by: (group) => group.error_class, cell: (group) => group.error_class ?? "–" },
    {
      id: "last",
      header: "Newest, oldest",
      by: (group) => group.last_died_at,
      cell: (group) => (
        <>
          <Ago at={group.last_died_at} />
          {group.jobs > 1 && (
            <div className="dim">
              <Ago at={group.first_died_at} />
            </div>
          )}
        </>
      ),
    },
    actColumn(allowed, onAsk, ({ filter, jobs }) => ({ filter, about: `${plural(jobs, "job")}: ${inWords(filter)}` })),
  ];
}

function letterColumns(allowed: readonly Allowed[], onAsk: Ask): Column<Letter>[] {
  return [
    {
      id: "job",
      header: "Job",
      right: true,
      by: ({ job_id }) => job_id,
      cell: (letter) => <JobLink letter={letter} />,
    },
    {
      id: "kind",
      header: "Kind, queue",
      by: ({ kind }) => kind,
      cell: ({ kind, queue }) => (
        <>
          {kind}
          <div className="dim">{queue}</div>
        </>
      ),
    },
    {
      id: "ended",
      header: "Ended",
      by: ({ attempts }) => attempts,
      cell: ({ state_before, attempts }) => (
        <>
          <State state={state_before} />
          <div className="dim">{plural(attempts, "attempt")}</div>
        </>
      ),
    },
    {
      id: "error",
      header: "Last error",
      by: (letter) => letter.last_error,
      cell: ({ last_error, error_class, hint }) => (
        <>
          <span className="clip" title={last_error ?? undefined}>
            {error_class && <span className="dim">{error_class}: </span>}
            {last_error ?? "–"}
          </span>
          <span className="dim clip" title={hint}>
            {hint}
          </span>
        </>
      ),
    },
    { id: "died", header: "Failed", by: ({ died_at }) => died_at, cell: ({ died_at }) => <Ago at={died_at} /> },
    {
      id: "alike",
      header: "Alike",
      cell: ({ fingerprint }) =>
        fingerprint ? (
          <Link className="mono hf-digest" to={`?fingerprint=${fingerprint}`} preventScrollReset title={fingerprint}>
            {fingerprint.slice(0, 8)}
          </Link>
        ) : (
          "–"
        ),
    },
    actColumn(allowed, onAsk, ({ job_id }) => ({ filter: { job: job_id }, about: `job ${job_id}` })),
  ];
}

function actColumn<T extends object>(
  allowed: readonly Allowed[],
  onAsk: Ask,
  of: (row: T) => { filter: Filter; about: string },
): Column<T> {
  return {
    id: "acts",
    header: "Acts",
    hidden: allowed.length === 0,
    cell: (row) => {
      const { filter, about } = of(row);
      return <AskActs inRow allowed={allowed} about={about} onAsk={(each) => onAsk({ allowed: each, filter })} />;
    },
  };
}

function JobLink({ letter: { job_id } }: { letter: Letter }) {
  const { workspace } = useParams();
  return (
    <Link id={`dead-letter-${job_id}`} to={`/w/${workspace}/history/${job_id}`}>
      {job_id}
    </Link>
  );
}
