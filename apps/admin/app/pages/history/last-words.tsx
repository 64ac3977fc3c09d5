import { Link, useLocation, useParams } from "react-router";
import type { RunRow } from "./job.tsx";
import { linesOf } from "./output-text.ts";
import { useOutput } from "./use-output.ts";

const BYTES = 4_096;
const LINES = 8;
/** Where a failure speaks: what went to stderr first. */
const STREAMS = ["stderr", "stdout", "raw"] as const;

/** The last lines that a failed attempt printed: more often than not they say why. */
export function LastWords({ run }: { run: RunRow }) {
  const stream = STREAMS.find((each) => run[`${each}_bytes`] > 0);
  return stream ? <Words run={run} stream={stream} /> : null;
}

function Words({ run, stream }: { run: RunRow; stream: (typeof STREAMS)[number] }) {
  const { workspace, job } = useParams();
  const { search } = useLocation();
  const output = useOutput(run.id, stream, BYTES);
  if (output?.dropped) return <div className="dim">Its output is no longer kept.</div>;
  const lines = output ? linesOf(output.bytes) : [];
  // Cut out of the middle of a stream: the first line is half of one. Where there is no other, it is better than none.
  const whole = (output && output.from > 0 && lines.length > 1 ? lines.slice(1) : lines).filter(
    (line) => line.trim() !== "",
  );
  return (
    <>
      <pre className="hf-pre hf-last-words" tabIndex={0} role="group" aria-label="The end of its output">
        {output ? whole.slice(-LINES).join("\n") : " "}
      </pre>
      <Link to={{ pathname: `/w/${workspace}/history/${job}/output`, search }}>All of its output</Link>
    </>
  );
}
