/** Tells the benchmark something. */
export function tell(about: string, value?: unknown): void {
  process.send?.({ about, value });
}

/** Time that all processes of the machine share, in milliseconds. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

const expected = Number(process.env.BENCH_JOBS ?? 0);
const each = process.env.BENCH_EACH === "1";
let begun = 0;

/** What the no-op handlers do: they tell about the first job and the last, or about each one when asked to. */
export function begin(job: number): void {
  begun++;
  if (each) tell("started", { at: now(), job });
  if (begun === 1) tell("first", now());
  if (begun === expected) tell("last", now());
}
