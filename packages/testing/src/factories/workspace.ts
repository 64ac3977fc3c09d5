import { createAuthUser, type MemberRole } from "@holdfast/local";
import type { TestDatabase } from "../cluster/index.ts";

/** A furnished workspace with one person of each role. */
export interface TestWorkspace {
  id: string;
  slug: string;
  /** Ids of its members, by role. */
  people: Record<MemberRole, string>;
}

const ROLES: MemberRole[] = ["viewer", "operator", "approver", "admin"];

/** Makes a workspace beside `local`, with members of its own: for tests of what must not be seen or touched. */
export async function workspace(db: TestDatabase, slug: string): Promise<TestWorkspace> {
  const client = await db.pool().connect();
  try {
    const { rows } = await client.query("insert into holdfast.workspaces (slug, name) values ($1, $1) returning id", [
      slug,
    ]);
    const id = rows[0].id as string;
    const people = {} as Record<MemberRole, string>;
    for (const role of ROLES) {
      const person = crypto.randomUUID();
      await createAuthUser(client, { id: person, email: `${role}@${slug}.test`, password: "not a secret at all" });
      await client.query("insert into holdfast.members (workspace_id, user_id, role) values ($1, $2, $3)", [
        id,
        person,
        role,
      ]);
      people[role] = person;
    }
    return { id, slug, people };
  } finally {
    client.release();
  }
}
