import { type Holdfast, HoldfastError } from "@holdfast/client";
import { workersAtWork } from "./worker-process.ts";

const NAME = "first-run";

/**
 * A lane that no worker serves, made when it is not there yet. The first run kills its own worker for the proof: in a lane
 * of its own no other worker can take the counting job, and no job of anybody else's can be in the worker that is killed.
 */
export async function takeLane(holdfast: Holdfast): Promise<string> {
  const served = new Set((await workersAtWork(holdfast)).flatMap((worker) => worker.lanes));
  let lane = NAME;
  // Two first runs may go on side by side.
  for (let number = 2; served.has(lane); number++) lane = `${NAME}-${number}`;
  if (!(await exists(holdfast, lane))) await make(holdfast, lane);
  return lane;
}

async function exists(holdfast: Holdfast, name: string): Promise<boolean> {
  const workspaceId = await holdfast.data.workspaceId();
  const rows = await holdfast.data.read<unknown[]>((db) =>
    db.from("lanes").select("name").eq("workspace_id", workspaceId).eq("name", name),
  );
  return rows.length > 0;
}

async function make(holdfast: Holdfast, name: string): Promise<void> {
  const row = {
    workspace_id: await holdfast.data.workspaceId(),
    name,
    description: "The first run's own jobs: its worker is killed for the proof.",
  };
  try {
    await holdfast.data.read((db) => db.from("lanes").insert(row));
  } catch (error) {
    // Another first run was faster.
    if (!(error instanceof HoldfastError) || !(await exists(holdfast, name))) throw error;
  }
}
