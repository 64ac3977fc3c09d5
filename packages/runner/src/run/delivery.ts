import type { Finish } from "@holdfast/db/runs";
import type { CommandEnd } from "../command/started-command.ts";
import { LeaseLostError } from "../lease/output-store.ts";
import { storable } from "../lease/storable.ts";
import { messageOf } from "../log.ts";
import type { Redaction } from "../output/redaction.ts";
import type { Ending } from "./ending.ts";
import type { Figures } from "./figures.ts";
import type { RunOutput } from "./output.ts";

/**
 * Waits until the database has every byte of the output; null = there is none. A run whose output it does not take has
 * failed, whatever the command did.
 *
 * @throws {LeaseLostError} when the run was fenced meanwhile.
 */
export async function drained(output: RunOutput | null, ending: Ending): Promise<Ending> {
  try {
    await output?.drain();
    return ending;
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    const message = `the output could not be stored: ${messageOf(error)}`;
    return { outcome: "failed", error: { message, class: "output_not_stored" } };
  }
}

/** The end of a run as it is delivered. */
export function finishOf(
  token: number,
  { outcome, error }: Ending,
  end: CommandEnd | null,
  figures: Figures,
  redaction: Redaction,
): Finish {
  return {
    token,
    outcome,
    ...(end?.exitCode != null && { exit_code: end.exitCode }),
    ...(end?.signal && { signal: end.signal }),
    ...(error && { error: { ...error, message: storable(redaction.text(error.message)) } }),
    ...figures.final(),
  };
}
