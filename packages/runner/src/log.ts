import { writeSync } from "node:fs";

/** Writes one JSON line to `runner.log` (the runner's stderr). A full disk or a closed file never disturbs the run. */
export function log(level: "info" | "warn" | "error", message: string, fields: object = {}): void {
  try {
    writeSync(2, `${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  } catch {
    // There is nowhere else to say it.
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
