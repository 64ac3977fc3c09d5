import { Tooltip } from "@mantine/core";
import { createContext, use } from "react";
import { ReadAt, useNow } from "../shell/clock.ts";
import { useConnection } from "../shell/live.tsx";
import { duration } from "./format.ts";

/** One row of `holdfast.labels`: what a label means, and the rule that yields it. */
export interface LabelRow {
  label: string;
  meaning: string;
  rule: string;
  severity: "ok" | "info" | "warn" | "bad";
  /** From this age of its evidence on it is not true any more. Null: it does not age. */
  stale_after_seconds: number | null;
}

/** The table of labels, read with every page. */
export const LabelTable = createContext<readonly LabelRow[]>([]);

/**
 * An honest label: what the database said, with the age of its evidence, which goes on growing in the browser. Past the age
 * that its row allows it becomes `aged`, whether or not anybody could be asked again.
 */
export function Label({
  label,
  age,
  aged = "NOT VERIFIED",
  what,
}: {
  label: string;
  /** Seconds, when the page was read. Null or left out: as old as the page. */
  age?: number | null | undefined;
  aged?: string;
  /** Whose label it is, said before it. */
  what?: string;
}) {
  const table = use(LabelTable);
  const { server } = use(ReadAt);
  const { lostSince } = useConnection();
  const waited = Math.max(0, (useNow() - server) / 1000);
  const seconds = (age ?? 0) + waited;
  const limit = table.find((row) => row.label === label)?.stale_after_seconds ?? null;
  // Nobody answers: then nothing is proven any more, neither that it is well nor that it is not.
  const shown = limit === null ? label : lostSince !== undefined ? "NOT VERIFIED" : seconds > limit ? aged : label;
  const row = table.find((each) => each.label === shown);
  const said =
    age === null || age === undefined
      ? ""
      : seconds < 1
        ? " · now"
        : ` · ${duration(Math.floor(seconds)).replace(/\.0 s/, " s")} ago`;
  return (
    <Tooltip
      label={row ? `${row.meaning} ${row.rule}` : shown}
      multiline
      maw={340}
      events={{ hover: true, focus: true, touch: true }}
    >
      <span className={`hf-badge hf-tone-${row?.severity ?? "warn"}`} data-label={shown}>
        <span className="hf-dot" aria-hidden />
        {what && <span className="dim">{what}</span>}
        <b>{shown}</b>
        {said && (
          <span className="num dim" suppressHydrationWarning>
            {said}
          </span>
        )}
      </span>
    </Tooltip>
  );
}
