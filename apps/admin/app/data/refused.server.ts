import { HoldfastError, UnreachableError } from "@holdfast/client";
import { visible } from "./visible.ts";

/** Why something was not done: an answer that a form shows, not an error of the page. */
export interface RefusedAnswer {
  ok: false;
  rule: string;
  message: string;
  hint?: string | undefined;
}

/** The answer for an error of the client; every other error is thrown on. */
export function refused(error: unknown): RefusedAnswer {
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

/** The answer for a form that does not hold what it must. */
export function badForm(issue: { path: PropertyKey[]; message: string } | undefined): RefusedAnswer {
  return {
    ok: false,
    rule: "bad_form",
    message: `${issue?.path.join(".")} ${issue?.message}.`,
    hint: "Load the page again.",
  };
}
