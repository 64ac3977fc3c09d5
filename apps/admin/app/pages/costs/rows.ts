import { total } from "../../parts/format.ts";

/** One row of `holdfast.spend`. */
export interface SpendRow {
  period: "day" | "week" | "month";
  venture: string | null;
  lane: string | null;
  kind: string | null;
  currency: string;
  spent: number;
  reserved: number;
  jobs: number;
}

/** One row of `holdfast.cost_entries`, with the name of the person it comes from. */
export interface EntryRow {
  id: number;
  entry: string;
  amount: number;
  currency: string;
  counts_at: string;
  at: string;
  source: string;
  job_id: number | null;
  venture: string | null;
  lane: string | null;
  kind: string | null;
  budget: string | null;
}

/** A sum of spend: of a period, and of a name in it. */
export interface Sum {
  spent: number;
  reserved: number;
  jobs: number;
}

/** Periods, as they are shown. */
export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** The current one of each. */
export const SPOKEN = { day: "Today", week: "This week", month: "This month" } as const;

/** Adds up `holdfast.spend`: each period in all, and by the names of a grouping, the most expensive of the month first. */
export function sumsOf(
  rows: readonly SpendRow[],
  by: "venture" | "kind" | "lane",
  nameless: string,
): { all: Record<Period, Sum>; named: { name: string; sums: Record<Period, Sum> }[] } {
  const none = (): Record<Period, Sum> => ({
    day: { spent: 0, reserved: 0, jobs: 0 },
    week: { spent: 0, reserved: 0, jobs: 0 },
    month: { spent: 0, reserved: 0, jobs: 0 },
  });
  const all = none();
  const named = new Map<string, Record<Period, Sum>>();
  for (const row of rows) {
    const name = row[by] ?? nameless;
    const of = named.get(name) ?? none();
    named.set(name, of);
    for (const sum of [all[row.period], of[row.period]]) {
      sum.spent = total([sum.spent, row.spent]);
      sum.reserved = total([sum.reserved, row.reserved]);
      sum.jobs += row.jobs;
    }
  }
  const used = ({ month, week }: Record<Period, Sum>) =>
    Math.max(month.spent + month.reserved, week.spent + week.reserved);
  return {
    all,
    named: [...named]
      .map(([name, sums]) => ({ name, sums }))
      .sort((a, b) => used(b.sums) - used(a.sums) || a.name.localeCompare(b.name)),
  };
}
