import { diffLines } from "./line-diff.ts";

const SAYS = { " ": "", "-": "removed: ", "+": "added: " };

/** What changed from one text to another, line by line. */
export function Diff({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = diffLines(before.split("\n"), after.split("\n"));
  if (lines.every(({ sign }) => sign === " ")) return <div className="dim">No difference.</div>;
  return (
    <div className="hf-pre hf-diff" tabIndex={0} role="region" aria-label={label}>
      {lines.map(({ sign, text }, place) => (
        <div key={place} data-sign={sign}>
          <span aria-hidden>{sign} </span>
          {SAYS[sign] && <span className="hf-hidden">{SAYS[sign]}</span>}
          {text}
        </div>
      ))}
    </div>
  );
}
