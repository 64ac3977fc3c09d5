import type { Data } from "@holdfast/client";
import { one } from "./holdfast.server.ts";

/** The row of `holdfast.choices` of a workspace: every name that its filters and forms offer. */
export interface Choices {
  states: string[];
  kinds: string[];
  profiles: string[];
  schedules: string[];
  queues: string[];
  lanes: string[];
  ventures: string[];
  classes: string[];
}

export async function choices(data: Data, workspace: string): Promise<Choices> {
  const rows = await data.read<Choices[]>((db) =>
    db
      .from("choices")
      .select("states, kinds, profiles, schedules, queues, lanes, ventures, classes")
      .eq("workspace_id", workspace),
  );
  return one(rows, "workspace");
}
