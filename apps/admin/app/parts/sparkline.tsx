/** One row of `holdfast.throughput`. */
export interface Throughput {
  name: string;
  bucket: string;
  completed: number;
  failed: number;
}

/** What completed and failed in each bucket of one name, oldest first. */
export function valuesOf(rows: readonly Throughput[], name: string): { completed: number; failed: number }[] {
  return rows.filter((row) => row.name === name).sort((a, b) => a.bucket.localeCompare(b.bucket));
}

const WIDTH = 84;
const HEIGHT = 20;

/** A small bar chart: what completed, and on top of it what failed. Its label says the sums. */
export function Sparkline({
  values,
  what,
}: {
  values: readonly { completed: number; failed: number }[];
  what: string;
}) {
  const most = Math.max(1, ...values.map(({ completed, failed }) => completed + failed));
  const sum = (key: "completed" | "failed") => values.reduce((total, each) => total + each[key], 0);
  const width = WIDTH / Math.max(1, values.length);
  const label = `${sum("completed")} completed, ${sum("failed")} failed: ${what}`;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <title>{label}</title>
      <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="var(--hf-line)" />
      {values.map(({ completed, failed }, place) => {
        const whole = ((completed + failed) / most) * (HEIGHT - 2);
        const bad = (failed / most) * (HEIGHT - 2);
        return (
          <g key={place}>
            <rect
              x={place * width}
              y={HEIGHT - whole}
              width={width - 1}
              height={whole}
              fill="light-dark(#2f7f9f, #6fc3e3)"
            />
            <rect
              x={place * width}
              y={HEIGHT - whole}
              width={width - 1}
              height={bad}
              fill="light-dark(#c92a2a, #ff7b72)"
            />
          </g>
        );
      })}
    </svg>
  );
}
