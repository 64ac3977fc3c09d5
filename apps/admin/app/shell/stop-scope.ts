import type { LoaderFunctionArgs } from "react-router";
import { choices } from "../data/choices.server.ts";
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
    const scope = asked.get("scope") ?? "workspace";
    const name = asked.get("name");
    const [{ ventures, lanes, queues, kinds }, touches] = await Promise.all([
      choices(data, id),
      scope !== "workspace" && scope !== "global" && !name
        ? []
        : data.call<StopScope["touches"]>("stop_preview", {
            p_workspace: id,
            p_scope: scope,
            p_name: name || null,
            p_what: asked.getAll("what"),
          }),
    ]);
    return { names: { venture: ventures, lane: lanes, queue: queues, kind: kinds }, touches };
  });
}
