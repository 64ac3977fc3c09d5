import type { ClusterInfo } from "@holdfast/testing";

/** What a benchmark is given. */
export interface BenchContext {
  /** The throwaway Postgres that everything is measured on. */
  cluster: ClusterInfo;
  /** A smoke run: small numbers, one round. */
  quick: boolean;
  /** Alternated rounds of a comparison. */
  rounds: number;
  /** Says how far it is. */
  say(line: string): void;
}

/** One line of a result: what was measured, and its figures by column. */
export type Row = Record<string, string | number>;

/** What a benchmark returns: printed as a table, kept as JSON. */
export interface BenchResult {
  title: string;
  rows: Row[];
  /** What the figures are to be compared with. */
  bar: string;
  notes?: string[];
}

/** A benchmark by name. */
export interface Bench {
  name: string;
  run(context: BenchContext): Promise<BenchResult>;
}
