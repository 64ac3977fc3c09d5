import type { Data } from "../connection/data.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";
import type { Target } from "./action.ts";

/** An act as it was attempted. */
export interface Attempt {
  verb: string;
  subject: string;
  target: Target;
}

/**
 * Puts a refused act on the record: the refusal rolled its own transaction back, so the database cannot have kept it.
 * Inserts into `holdfast.refusals`. Never throws: what the person must hear is the refusal itself.
 */
export async function tellRefusal(data: Data, attempt: Attempt, error: unknown): Promise<void> {
  if (!(error instanceof HoldfastError) || error.status < 400 || error.status >= 500) return;
  try {
    const workspace_id = await data.workspaceId();
    const { verb, subject, target } = attempt;
    await data.read((db) => db.from("refusals").insert({ workspace_id, verb, subject, target, rule: error.rule }));
  } catch {
    // A stranger to the workspace has nowhere to tell it; a lost connection has been reported already.
  }
}
