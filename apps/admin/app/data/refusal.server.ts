import { HoldfastError, UnreachableError } from "@holdfast/client";
import { visible } from "./visible.ts";

/** Why something was refused. Nothing has changed, except where there was no answer at all (`unreachable`). */
export interface Refusal {
  ok: false;
  rule: string;
  message: string;
  hint?: string | undefined;
}

/** A refusal as an answer for the page, which shows its sentence. What is not a refusal is thrown on. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof UnreachableError) {
    return {
      ok: false,
      rule: "unreachable",
      message: "The project did not answer, so it is not known whether this was done.",
      hint: "Look at what the page shows once the project answers, before you do it again.",
    };
  }
  if (!(error instanceof HoldfastError)) throw error;
  return visible({ ok: false as const, rule: error.rule, message: error.message, hint: error.hint });
}

/** A form that says something that none of this app's pages sends, or whose field does not hold what it must. */
export function malformed(
  issue: { path: PropertyKey[]; message: string } | undefined,
  hint = "Load the page again.",
): Refusal {
  return {
    ok: false,
    rule: "bad_form",
    message: `${issue?.path.join(".")} ${issue?.message}.`,
    hint,
  };
}
