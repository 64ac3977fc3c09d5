import type { Holdfast } from "@holdfast/client";

/** A queue or a lane: what can be paused and limited. */
export interface Room {
  name: string;
  max_running: number | null;
  paused_at: string | null;
  paused_by: string | null;
  paused_reason: string | null;
}

const COLUMNS = "name,max_running,paused_at,paused_by,paused_reason";

/** The queues or lanes of the workspace. */
export async function listRooms(holdfast: Holdfast, table: "queues" | "lanes"): Promise<Room[]> {
  const workspaceId = await holdfast.data.workspaceId();
  return holdfast.data.read<Room[]>((db) =>
    db.from(table).select(COLUMNS).eq("workspace_id", workspaceId).order("name"),
  );
}

/** One queue or lane by name; undefined when there is none. */
export async function getRoom(holdfast: Holdfast, table: "queues" | "lanes", name: string): Promise<Room | undefined> {
  const workspaceId = await holdfast.data.workspaceId();
  const rows = await holdfast.data.read<Room[]>((db) =>
    db.from(table).select(COLUMNS).eq("workspace_id", workspaceId).eq("name", name).limit(1),
  );
  return rows[0];
}
