import type { LoaderFunctionArgs } from "react-router";
import { type Asked, one, openWorkspace, read } from "../../data/holdfast.server.ts";
import { requirePerson } from "../../data/session.server.ts";
import { MOST } from "../../parts/format.ts";

export const middleware = [requirePerson, openWorkspace];

/** What an act on many jobs would do now: a row of `holdfast.preview_jobs`. */
export interface Preview {
  matched: number;
  /** How many of them the verb fits: what the act would change. */
  fits: number;
  skipped: Record<string, number>;
}

/** Reckons what `verb` on the jobs of `filter` (JSON) would do. Calls `holdfast.preview_jobs`. */
export async function loader(args: LoaderFunctionArgs): Promise<Preview> {
  const asked = args.url.searchParams;
  return read(args as Asked, async ({ data }) => {
    const rows = await data.call<Preview[]>("preview_jobs", {
      p_workspace: await data.workspaceId(),
      p_verb: asked.get("verb") ?? "",
      p_filter: filterOf(asked.get("filter")),
      p_limit: MOST,
    });
    return one(rows, "preview");
  });
}

function filterOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    // The database says that this is no filter.
    return text;
  }
}
