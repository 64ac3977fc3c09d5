import type { Data } from "@holdfast/client";

/** Who an actor of a row is, for people. Reads `holdfast.people`; an actor that is no member stays as it is written. */
export async function peopleOf(data: Data, workspace: string): Promise<(actor: string) => string> {
  const rows = await data.read<{ user_id: string; name: string }[]>((db) =>
    db.from("people").select("user_id, name").eq("workspace_id", workspace),
  );
  const names = new Map(rows.map(({ user_id, name }) => [`user:${user_id}`, name]));
  return (actor) => names.get(actor) ?? actor;
}
