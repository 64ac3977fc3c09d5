import type { Target } from "@holdfast/client";
import { Button } from "@mantine/core";
import { Link, useParams } from "react-router";
import { PAGES } from "../../pages.ts";
import { ActButton, type Allowed } from "../../parts/act.tsx";
import { State } from "../../parts/state.tsx";
import type { Recommended } from "./rows.ts";

/** How many are shown at once; the rest is behind a line that says how much it is. */
const SHOWN = 4;

interface Recommendation extends Recommended {
  /** The act that does it, when the person may act. */
  allowed: Allowed | null;
}

/** What the person should do next, best first, each with the button or the page that does it. */
export function NextActions({ recommended }: { recommended: readonly Recommendation[] }) {
  const rest = recommended.slice(SHOWN);
  return (
    <section aria-label="What to do next" className="hf-card cc-next">
      {recommended.length === 0 ? (
        <div className="cc-line" data-empty>
          <span className="hf-badge hf-tone-ok">
            <span className="hf-dot" aria-hidden />
            nothing to do
          </span>
          <span>Nothing waits for you: no decision, no review, nothing that is stopped, stuck or over its budget.</span>
        </div>
      ) : (
        <Lines rows={recommended.slice(0, SHOWN)} />
      )}
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <Lines rows={rest} />
        </details>
      )}
    </section>
  );
}

function Lines({ rows }: { rows: readonly Recommendation[] }) {
  const { workspace } = useParams();
  return (
    <ol className="cc-lines">
      {rows.map((row) => {
        const page = PAGES.find(({ path }) => path === row.page.split(/[/?#]/)[1]);
        return (
          <li key={`${row.subject} ${row.target} ${row.sentence}`} className="cc-line" data-recommended={row.subject}>
            <State state={row.urgency} />
            <span className="cc-grow">{row.sentence}</span>
            {row.allowed && row.target !== null && (
              <ActButton
                allowed={row.allowed}
                subject={row.subject}
                target={targetOf(row.subject, row.target)}
                about={`${row.subject.replaceAll("_", " ")} ${row.target}`}
              />
            )}
            <Button
              component={Link}
              to={`/w/${workspace}${placeOf(row)}`}
              size="compact-sm"
              variant="default"
              aria-label={`${page?.title ?? "Look"}: ${row.sentence}`}
            >
              {page?.short ?? page?.title ?? "Look"}
            </Button>
          </li>
        );
      })}
    </ol>
  );
}

/** Stops are known by number, rooms by name. */
function targetOf(subject: string, target: string): Target {
  return { [subject]: /^\d+$/.test(target) && subject === "stop" ? Number(target) : target } as Target;
}

/** Where on its page the thing is that this is about. */
function placeOf({ page, subject, target }: Recommended): string {
  if (target === null || /[?#]/.test(page)) return page;
  return `${page}#${subject === "lane" ? "lane-" : ""}${encodeURIComponent(target)}`;
}
