import { useCallback, useRef, useState } from "react";
import type { JobRow } from "./row.ts";

/** The rows to draw, and what is waiting to be drawn. */
export interface SteadyRows {
  rows: readonly JobRow[];
  /** Jobs that came meanwhile. */
  newer: number;
  /** Ids of rows that are no longer in what was read last: they are shown as they were. */
  old: ReadonlySet<number>;
  show: () => void;
  /** Put on what must not move while the pointer or the keyboard is in it. */
  hold: { onPointerEnter: () => void; onPointerLeave: () => void; onFocus: () => void; onBlur: () => void };
}

/**
 * Rows that do not move under the pointer: while it (or the focus, or a selection) is in the table, rows keep their places
 * and change only in what they say; what is new waits behind a line that says how much it is.
 */
export function useSteadyRows(read: readonly JobRow[], list: string, keep: boolean): SteadyRows {
  const inside = useRef({ pointer: false, focus: false });
  const drawn = useRef<{ list: string; rows: readonly JobRow[] }>({ list, rows: read });
  const [, redraw] = useState(0);
  const show = useCallback(() => {
    drawn.current = { list: "", rows: [] };
    redraw((count) => count + 1);
  }, []);
  const held =
    drawn.current.list === list &&
    drawn.current.rows.length > 0 &&
    (keep || inside.current.pointer || inside.current.focus);
  const fresh = new Map(read.map((row) => [row.id, row]));
  const rows = held ? drawn.current.rows.map((row) => fresh.get(row.id) ?? row) : read;
  drawn.current = { list, rows };
  const known = new Set(rows.map(({ id }) => id));
  const be = (what: "pointer" | "focus", value: boolean) => () => {
    inside.current[what] = value;
  };
  return {
    rows,
    newer: held ? read.filter(({ id }) => !known.has(id)).length : 0,
    old: new Set(held ? rows.filter(({ id }) => !fresh.has(id)).map(({ id }) => id) : []),
    show,
    hold: {
      onPointerEnter: be("pointer", true),
      onPointerLeave: be("pointer", false),
      onFocus: be("focus", true),
      onBlur: be("focus", false),
    },
  };
}
