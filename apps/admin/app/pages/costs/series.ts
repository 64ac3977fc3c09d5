import { total } from "../../parts/format.ts";

/** How far back the chart may go, in days. */
export const RANGES = [7, 30, 90] as const;

/** What costs can be grouped by. */
export const GROUPINGS = ["venture", "kind", "lane"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** One row of `holdfast.cost_series`. */
export interface SeriesRow {
  day: string;
  name: string | null;
  spent: number;
}

/** What is left over when there are more names than the chart has colours. */
export const OTHERS = "others";
const COLOURS = 6;

/** A day and what each name spent in it. */
export interface Day {
  day: string;
  total: number;
  by: Record<string, number>;
}

/** What the chart draws and the table beside it lists. */
export interface Series {
  /** The names that spent most, first; then the others together. */
  names: string[];
  /** Every day of the range, oldest first: also those on which nothing was spent. */
  days: Day[];
}

/** The days of a range that ends today in a time zone, as dates, oldest first. */
export function daysOf(range: number, now: number, zone: string): string[] {
  const today = new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(now);
  const noon = Date.parse(`${today}T12:00:00Z`);
  return Array.from({ length: range }, (_, place) =>
    new Date(noon - (range - 1 - place) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** Fills the days without an entry, and puts all but the most expensive names together. */
export function seriesOf(rows: readonly SeriesRow[], days: readonly string[], nameless: string): Series {
  const known = new Set(days);
  const within = rows.filter(({ day }) => known.has(day)).map((row) => ({ ...row, name: row.name ?? nameless }));
  const totals = new Map<string, number>();
  for (const { name, spent } of within) totals.set(name, total([totals.get(name) ?? 0, spent]));
  const ranked = [...totals].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
  const named = ranked.length > COLOURS ? ranked.slice(0, COLOURS - 1) : ranked;
  const table = new Map(days.map((day) => [day, { day, total: 0, by: {} as Record<string, number> }]));
  for (const { day, name, spent } of within) {
    const of = table.get(day);
    if (!of) continue;
    const column = named.includes(name) ? name : OTHERS;
    of.by[column] = total([of.by[column] ?? 0, spent]);
    of.total = total([of.total, spent]);
  }
  return { names: ranked.length > COLOURS ? [...named, OTHERS] : named, days: [...table.values()] };
}
