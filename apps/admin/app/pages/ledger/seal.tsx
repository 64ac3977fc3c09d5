import { Alert, Button, CopyButton, Group, Text } from "@mantine/core";
import { Link, useFetcher, useParams } from "react-router";
import { Refused } from "../../parts/act.tsx";
import { Ago, Since } from "../../parts/ago.tsx";
import { count, duration, plural } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { Bar, Facts } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { useNow } from "../../shell/clock.ts";
import type { action } from "../ledger.tsx";
import type { Fault, SealRow, VerifyJob } from "./rows.ts";

/** Whether the record is sealed and when it was last recomputed, each with the age of its evidence. */
export function Seal({
  seal,
  faults,
  job,
  typical,
  mayVerify,
}: {
  seal: SealRow;
  faults: readonly Fault[];
  job: VerifyJob | null;
  typical: number | null;
  mayVerify: boolean;
}) {
  return (
    <div className="le-standing">
      <section className="hf-card" aria-label="Seal">
        <Group gap="xs" mb={6}>
          <Label label={seal.label} age={seal.evidence_age_seconds} what="sealed" />
        </Group>
        <Facts
          facts={[
            ["Newest seal", seal.seal === null ? null : <Newest key="s" seal={seal} />],
            [
              "Not sealed yet",
              seal.unsealed === 0 ? (
                "nothing"
              ) : (
                <>
                  {plural(seal.unsealed, "event")}, the oldest <Ago at={seal.oldest_unsealed_at} />
                </>
              ),
            ],
            ["Newest event", seal.newest_event],
            ["Seal's hash", seal.hash && <Hash key="h" hash={seal.hash} />],
          ]}
        />
      </section>
      <section className="hf-card" aria-label="Verification">
        <Verification seal={seal} faults={faults} job={job} typical={typical} mayVerify={mayVerify} />
      </section>
    </div>
  );
}

function Newest({ seal }: { seal: SealRow }) {
  return (
    <>
      {seal.seal}, set <Ago at={seal.sealed_at} />
    </>
  );
}

function Hash({ hash }: { hash: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      <span
        className="mono clip le-hash"
        title={`${hash}: kept elsewhere, it proves that nothing before it was changed`}
      >
        {hash}
      </span>
      <CopyButton value={hash}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" flex="none" onClick={copy} aria-label="Copy the seal's hash">
            {copied ? "copied" : "copy"}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}

/** What the newest verification found, how old that is, and one that is on its way. */
function Verification({
  seal,
  faults,
  job,
  typical,
  mayVerify,
}: {
  seal: SealRow;
  faults: readonly Fault[];
  job: VerifyJob | null;
  typical: number | null;
  mayVerify: boolean;
}) {
  const { workspace } = useParams();
  const fetcher = useFetcher<typeof action>();
  const underway = job !== null && job.finished_at === null;
  const { verified } = seal;
  return (
    <>
      <Group gap="xs" mb={6} justify="space-between">
        {seal.verified_ok === null ? (
          <Label label="NOT VERIFIED" />
        ) : (
          <span className={`hf-badge hf-tone-${seal.verified_ok ? "ok" : "bad"}`} data-verified={seal.verified_ok}>
            <span className="hf-dot" aria-hidden />
            <b>{seal.verified_ok ? "the record is whole" : "the record was changed"}</b>
            <span className="dim">
              verified <Ago at={seal.verified_at} />
            </span>
          </span>
        )}
        {mayVerify && (
          <fetcher.Form method="post">
            <Button
              type="submit"
              size="compact-sm"
              variant="default"
              loading={fetcher.state !== "idle"}
              disabled={underway}
            >
              Verify now
            </Button>
          </fetcher.Form>
        )}
      </Group>
      {verified === null ? (
        <Text size="sm" className="dim">
          Nobody has recomputed the seals yet. To verify is to read every event again and compare it with its seal.
        </Text>
      ) : (
        <Facts
          facts={[
            ["Recomputed", `${plural(verified.seals, "seal")} over ${plural(verified.events, "event")}`],
            ["Faults", verified.fault_count === 0 ? "none" : count(verified.fault_count)],
            ["Took", duration(verified.seconds)],
            [
              "By",
              seal.verify_job_id && (
                <Link key="j" to={`/w/${workspace}/history/${seal.verify_job_id}`}>
                  job {seal.verify_job_id}
                </Link>
              ),
            ],
          ]}
        />
      )}
      <Refused answer={fetcher.state === "idle" ? fetcher.data : undefined} />
      {job && underway && <Underway job={job} typical={typical} />}
      {job && !underway && job.state !== "completed" && job.id !== seal.verify_job_id && (
        <Alert color="red.9" variant="outline" mt="xs" title={`The newest verification ended as ${job.state}`}>
          <Link to={`/w/${workspace}/history/${job.id}`}>Job {job.id}</Link>: {job.error_message ?? "no message"}. What
          stands above is older.
        </Alert>
      )}
      {faults.length > 0 && (
        <Alert color="red.9" variant="outline" mt="xs" title="What does not fit its seal">
          <ul className="le-faults">
            {faults.map(({ seal, seq, fault }) => (
              <li key={`${seal} ${seq} ${fault}`}>
                {seal !== null && `seal ${seal}, `}
                {seq !== null && `event ${seq}: `}
                {fault}
              </li>
            ))}
          </ul>
          {verified && verified.fault_count > faults.length && (
            <span className="dim">and {count(verified.fault_count - faults.length)} more</span>
          )}
        </Alert>
      )}
    </>
  );
}

/** A verification is one statement and reports nothing on its way: its bar goes by how long it took before. */
function Underway({ job, typical }: { job: VerifyJob; typical: number | null }) {
  const { workspace } = useParams();
  const now = useNow();
  const seconds = job.started_at ? Math.max(0, (now - Date.parse(job.started_at)) / 1000) : 0;
  return (
    <div className="le-underway" aria-live="polite">
      <State state={job.state} />
      <Link to={`/w/${workspace}/history/${job.id}`}>job {job.id}</Link>
      <div className="le-bar">
        <Bar share={typical ? Math.min(0.99, seconds / typical) : 0} label="verification under way" />
      </div>
      <span className="num">
        {job.started_at ? <Since at={job.started_at} /> : "not started yet"}
        {typical !== null && <span className="dim"> of usually {duration(typical)}</span>}
      </span>
    </div>
  );
}
