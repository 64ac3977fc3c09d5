import type { LoaderFunctionArgs } from "react-router";
import { type Asked, openWorkspace, read } from "../data/holdfast.server.ts";
import { requirePerson } from "../data/session.server.ts";

export const middleware = [requirePerson, openWorkspace];

/** What a stop can be about here, and what it would touch now. */
export interface StopScope {
  names: Record<"venture" | "lane" | "queue" | "kind", string[]>;
  touches: { state: string; jobs: number }[];
}

/** The names that a stop's scope can have, and the jobs that the one in the query would touch. Calls `holdfast.stop_preview`. */
export async function loader(args: LoaderFunctionArgs): Promise<StopScope> {
  const asked = args.url.searchParams;
  return read(args as Asked, async ({ data }) => {
    const id = await data.workspaceId();
    const names = async (table: string) =>
      (
        await data.read<{ name: string }[]>((db) => db.from(table).select("name").eq("workspace_id", id).order("name"))
      ).map(({ name }) => name);
    const scope = asked.get("scope") ?? "workspace";
    const name = asked.get("name");
    const [venture, lane, queue, kind, touches] = await Promise.all([
      names("ventures"),
      names("lanes"),
      names("queues"),
      names("kinds"),
      scope !== "workspace" && scope !== "global" && !name
        ? []
        : data.call<StopScope["touches"]>("stop_preview", {
            p_workspace: id,
            p_scope: scope,
            p_name: name || null,
            p_what: asked.getAll("what"),
          }),
    ]);
    return { names: { venture, lane, queue, kind }, touches };
  });
}
