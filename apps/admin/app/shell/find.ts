import type { LoaderFunctionArgs } from "react-router";
import { type Asked, openWorkspace, read } from "../data/holdfast.server.ts";
import { requirePerson } from "../data/session.server.ts";

export const middleware = [requirePerson, openWorkspace];

/** One thing that ⌘K can jump to. */
export interface Found {
  group: "Jobs" | "Queues" | "Lanes" | "Schedules" | "Profiles";
  label: string;
  detail: string;
  /** Under /w/<workspace>/. */
  path: string;
}

/** Jobs, queues, lanes, schedules and profiles that a text means: by id, or by the beginning of their name. */
export async function loader(args: LoaderFunctionArgs): Promise<Found[]> {
  const text = (args.url.searchParams.get("q") ?? "").trim().slice(0, 100);
  if (text === "") return [];
  return read(args as Asked, async ({ data }) => {
    const id = await data.workspaceId();
    const begins = `${text.replaceAll(/[\\%_*]/g, (c) => `\\${c}`)}%`;
    const named = <T>(table: string, columns: string) =>
      data.read<T[]>((db) => db.from(table).select(columns).eq("workspace_id", id).ilike("name", begins).limit(5));
    const [jobs, queues, lanes, schedules, profiles] = await Promise.all([
      data.call<{ id: number; name: string | null; kind: string; state: string }[]>("match_jobs", {
        p_workspace: id,
        p_filter: { text },
        p_limit: 8,
      }),
      named<{ name: string }>("queues", "name"),
      named<{ name: string }>("lanes", "name"),
      named<{ name: string; cron: string }>("schedules", "name, cron"),
      named<{ name: string; version: number }>("profiles", "name, version"),
    ]);
    const found: Found[] = jobs.map((job) => ({
      group: "Jobs",
      label: `${job.id} ${job.name ?? job.kind}`,
      detail: job.state,
      path: `history/${job.id}`,
    }));
    for (const { name } of queues)
      found.push({ group: "Queues", label: name, detail: "queue", path: `queues#${name}` });
    for (const { name } of lanes)
      found.push({ group: "Lanes", label: name, detail: "lane", path: `queues#lane-${name}` });
    for (const { name, cron } of schedules) {
      found.push({ group: "Schedules", label: name, detail: cron, path: `schedules#${name}` });
    }
    const newest = new Map(profiles.map((profile) => [profile.name, profile.version]));
    for (const [name, version] of newest) {
      found.push({ group: "Profiles", label: name, detail: `version ${version}`, path: `profiles#${name}` });
    }
    return found;
  });
}
