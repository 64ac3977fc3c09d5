/** A sample of measurements, summed up. */
export interface Summary {
  rounds: number;
  median: number;
  least: number;
  most: number;
  /** Width of the middle half, as a share of the median. */
  spread: number;
}

/** The value below which a share of the sample lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

/** Median, range and spread of a sample. */
export function summarise(values: readonly number[]): Summary {
  const median = quantile(values, 0.5);
  return {
    rounds: values.length,
    median,
    least: Math.min(...values),
    most: Math.max(...values),
    spread: (quantile(values, 0.75) - quantile(values, 0.25)) / median,
  };
}
