import type { Holdfast } from "@holdfast/client";

/** The name behind an actor of the ledger (`user:<uuid>`); any other actor as it is written. */
export type NameOf = (actor: string) => string;

/** Reads `holdfast.people`: the names of the workspace's members. */
export async function readPeople(holdfast: Holdfast): Promise<NameOf> {
  const workspaceId = await holdfast.data.workspaceId();
  const people = await holdfast.data.read<{ user_id: string; name: string }[]>((db) =>
    db.from("people").select("user_id,name").eq("workspace_id", workspaceId),
  );
  const names = new Map(people.map((person) => [`user:${person.user_id}`, person.name]));
  return (actor) => names.get(actor) ?? actor;
}
