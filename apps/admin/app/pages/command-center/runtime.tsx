import { Label } from "../../parts/label.tsx";
import type { RuntimeRow } from "./rows.ts";

/** What is asked about the runtime: each with its label, the evidence in words and its age. */
export function Runtime({ rows }: { rows: readonly RuntimeRow[] }) {
  return (
    <dl className="cc-runtime">
      {rows.map(({ subject, label, sentence, age_seconds }) => (
        <div key={subject} data-runtime={subject}>
          <dt>{subject}</dt>
          <dd>
            <Label
              label={label}
              age={age_seconds}
              aged={subject === "workers" ? "WORKER NOT RUNNING" : "NOT VERIFIED"}
            />
            <span className="dim" title={sentence}>
              {sentence}
            </span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
