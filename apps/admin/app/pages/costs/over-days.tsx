import { SegmentedControl } from "@mantine/core";
import { lazy, Suspense, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { capital } from "../../parts/act.tsx";
import { count, money, total } from "../../parts/format.ts";
import { Empty } from "../../parts/page.tsx";
import { DataTable } from "../../parts/table.tsx";
import { PERIODS, SPOKEN, type sumsOf } from "./rows.ts";
import { GROUPINGS, type Grouping, RANGES, type Series } from "./series.ts";

const Chart = lazy(() => import("./chart.tsx"));

/** How costs are grouped and how far back the chart goes: both are in the address. */
export function Choices({ range, by }: { range: number; by: Grouping }) {
  const [, setSearch] = useSearchParams();
  const set = (field: string, value: string) =>
    setSearch(
      (was) => {
        const next = new URLSearchParams(was);
        next.set(field, value);
        return next;
      },
      { preventScrollReset: true },
    );
  return (
    <>
      <SegmentedControl
        size="xs"
        aria-label="Group by"
        data={GROUPINGS.map((value) => ({ value, label: `by ${value}` }))}
        value={by}
        onChange={(value) => set("by", value)}
      />
      <SegmentedControl
        size="xs"
        aria-label="Days"
        data={RANGES.map((value) => ({ value: String(value), label: `${value} days` }))}
        value={String(range)}
        onChange={(value) => set("days", value)}
      />
    </>
  );
}

type Named = ReturnType<typeof sumsOf>["named"][number];

/** What each name spent and holds now. */
export function ByName({ by, named }: { by: Grouping; named: readonly Named[] }) {
  if (named.length === 0) return null;
  return (
    <div className="co-short">
      <DataTable<Named>
        label={`Spend by ${by}`}
        rows={named}
        rowId={({ name }) => name}
        empty={null}
        columns={[
          { id: "name", header: capital(by), by: ({ name }) => name, cell: ({ name }) => <b>{name}</b> },
          ...PERIODS.flatMap((period) => [
            {
              id: period,
              header: SPOKEN[period],
              right: true,
              by: ({ sums }: Named) => sums[period].spent,
              cell: ({ sums }: Named) => money(sums[period].spent),
            },
            {
              id: `${period}-reserved`,
              header: "Reserved today",
              right: true,
              hidden: period !== "day",
              by: ({ sums }: Named) => sums[period].reserved,
              cell: ({ sums }: Named) => money(sums[period].reserved),
            },
          ]),
          {
            id: "jobs",
            header: "Jobs this month",
            right: true,
            by: ({ sums }) => sums.month.jobs,
            cell: ({ sums }) => count(sums.month.jobs),
          },
        ]}
      />
    </div>
  );
}

/** The chart, and beside it the same as a table: for whom the chart says nothing, and for exact figures. */
export function OverDays({
  series,
  currency,
  range,
  by,
  zone,
}: {
  series: Series;
  currency: string;
  range: number;
  by: Grouping;
  zone: string;
}) {
  const [here, setHere] = useState(false);
  useEffect(() => setHere(true), []);
  const spent = series.days.filter(({ by }) => Object.keys(by).length > 0).reverse();
  const all = total(series.days.map((day) => day.total));
  if (spent.length === 0) {
    return (
      <Empty title={`Nothing was spent in the last ${range} days`}>
        A paid job reserves its estimate before it starts and is settled when it ends; a budget has to cover it.
      </Empty>
    );
  }
  return (
    <div className="co-days">
      <div
        className="co-chart"
        role="img"
        aria-label={`${money(all, currency)} spent in the last ${range} days, by day and ${by}. The table beside it has the figures.`}
      >
        {here && (
          <Suspense fallback={null}>
            <Chart series={series} currency={currency} />
          </Suspense>
        )}
      </div>
      <div className="co-table">
        <DataTable
          label={`Spent by day (${zone}) and ${by}`}
          rows={spent}
          rowId={({ day }) => day}
          empty={null}
          columns={[
            { id: "day", header: "Day", by: ({ day }) => day, cell: ({ day }) => <span className="num">{day}</span> },
            {
              id: "total",
              header: "Spent",
              right: true,
              by: ({ total }) => total,
              cell: ({ total }) => <b>{money(total)}</b>,
            },
            ...series.names.map((name) => ({
              id: `of ${name}`,
              header: name,
              right: true,
              by: (row: Series["days"][number]) => row.by[name],
              cell: (row: Series["days"][number]) => (row.by[name] === undefined ? "" : money(row.by[name])),
            })),
          ]}
        />
      </div>
    </div>
  );
}
