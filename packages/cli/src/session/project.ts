import { CannotReachError, UsageError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { findLocalStack, type LocalProject } from "./local-project.ts";

/** The project a command talks to. */
export type Project =
  | { place: "hosted"; url: string; key: string; stateDir: string }
  | ({ place: "local" } & LocalProject);

/**
 * HOLDFAST_URL with HOLDFAST_KEY when set, else the local stack.
 * Errors: exit 3 when neither is there, exit 2 when one of the two variables is missing or malformed.
 */
export async function findProject(context: Context): Promise<Project> {
  const { HOLDFAST_URL: url, HOLDFAST_KEY: key } = context.env;
  const local = await findLocalStack(context.env);
  if (url) {
    if (context.asBy !== undefined) {
      throw new UsageError(
        `${context.asBy} works on the local stack only, and HOLDFAST_URL is set`,
        `leave ${context.asBy} out: there, commands act as whoever signed in with holdfast login`,
      );
    }
    if (!key) {
      throw new UsageError(
        "HOLDFAST_URL is set but HOLDFAST_KEY is not",
        "set HOLDFAST_KEY to the project's publishable key",
      );
    }
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UsageError(
        "HOLDFAST_URL is not a web address",
        "set it to the project URL, such as https://<ref>.supabase.co",
      );
    }
    return { place: "hosted", url: url.replace(/\/+$/, ""), key, stateDir: local.stateDir };
  }
  if (local.project) return { place: "local", ...local.project };
  throw new CannotReachError(
    "no local stack is running: start it with holdfast up (or npm start), or set HOLDFAST_URL",
    "holdfast up",
  );
}
