import { readFileSync } from "node:fs";

/** How a test run ended. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Environment variable that tells the reporter where to write its {@link Tally}. */
export const TALLY_FILE = "HOLDFAST_TALLY_FILE";

/**
 * Reads the tally of an ended vitest. A run that crashed before it could write one, or that ended with an error no test
 * accounts for (a failing global setup), counts as one failure: it must never look like a success.
 *
 * @param exitCode of the vitest process; `null` when a signal ended it
 */
export function readTally(path: string, exitCode: number | null): Tally {
  let tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  try {
    tally = JSON.parse(readFileSync(path, "utf8")) as Tally;
  } catch {}
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** The one line a test run ends with: `N passed, N failed`, and `, N skipped` when there are any. */
export function tallyLine(tally: Tally): string {
  const line = `${tally.passed} passed, ${tally.failed} failed`;
  return tally.skipped > 0 ? `${line}, ${tally.skipped} skipped` : line;
}

/** Whether the run was a success: nothing failed, and something ran. */
export function isSuccess(tally: Tally): boolean {
  return tally.failed === 0 && tally.passed > 0;
}
