import { BarChart } from "@mantine/charts";
import { money } from "../../parts/format.ts";
import type { Series } from "./series.ts";

/** Colours that stay apart in both schemes and for most eyes; the words are in the legend and in the table beside it. */
const FILLS = [
  "light-dark(#2f7f9f, #6fc3e3)",
  "light-dark(#b35c00, #ffb35c)",
  "light-dark(#5b7f2b, #a9d06a)",
  "light-dark(#8a4f9e, #d3a1e6)",
  "light-dark(#a33b5a, #f28aa8)",
  "light-dark(#6b7780, #9aa7b1)",
];

/** What was spent each day, by name. Drawn in the browser only, once the page is there. */
export default function Chart({ series, currency }: { series: Series; currency: string }) {
  return (
    <BarChart
      h={260}
      data={series.days.map(({ day, by }) => ({ day: day.slice(5), ...by }))}
      dataKey="day"
      type="stacked"
      withLegend={series.names.length > 1}
      series={series.names.map((name, place) => ({ name, color: FILLS[place % FILLS.length] as string }))}
      valueFormatter={(value) => money(value, currency)}
      tickLine="none"
      gridAxis="x"
      textColor="var(--hf-dim)"
      gridColor="var(--hf-line)"
      yAxisProps={{ tickFormatter: (value: number) => money(value) }}
      barProps={{ isAnimationActive: false }}
      barChartProps={{ accessibilityLayer: false }}
    />
  );
}
