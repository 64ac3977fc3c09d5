import type pg from "pg";
import type { LocalUsers } from "./local-users.ts";

/** One account to be made by {@link createAuthUser}. */
export interface AuthUser {
  id: string;
  email: string;
  password: string;
}

/**
 * Makes an account that can sign in, by SQL: the local Auth has no admin API. Run as `postgres`. A second call changes
 * the password.
 */
export async function createAuthUser(client: pg.ClientBase, user: AuthUser): Promise<void> {
  await client.query(
    `insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data)
     values ($1, 'authenticated', 'authenticated', $2, extensions.crypt($3, extensions.gen_salt('bf', 8)), now(),
             '{"provider": "email", "providers": ["email"]}')
     on conflict (id) do update set encrypted_password = excluded.encrypted_password, email = excluded.email`,
    [user.id, user.email, user.password],
  );
  await client.query(
    `insert into auth.identities (id, provider, provider_id, user_id, identity_data)
     values (gen_random_uuid(), 'email', $1::text, $1::uuid,
             jsonb_build_object('sub', $1::text, 'email', $2::text, 'email_verified', true))
     on conflict (provider, provider_id) do nothing`,
    [user.id, user.email],
  );
}

/** Makes the local users and their memberships in the workspace `local`, once. Run as `postgres` after the migrations. */
export async function seedUsers(client: pg.ClientBase, users: LocalUsers): Promise<void> {
  const all = Object.values(users);
  const { rows } = await client.query<{
    workspace: string | null;
    members: number;
  }>(
    `select w.id as workspace,
            (select count(*)::int from holdfast.members m join auth.users u on u.id = m.user_id
              where m.workspace_id = w.id and m.user_id = any($1::uuid[])) as members
       from (select) one left join holdfast.workspaces w on w.slug = 'local'`,
    [all.map((user) => user.id)],
  );
  const found = rows[0];
  if (!found?.workspace) throw new Error("the workspace `local` is missing: supabase/seed.sql must make it");
  if (found.members === all.length) return;
  await client.query("begin");
  for (const user of all) {
    await createAuthUser(client, user);
    await client.query(
      `insert into holdfast.members (workspace_id, user_id, role) values ($1, $2, $3)
       on conflict (workspace_id, user_id) do update set role = excluded.role`,
      [found.workspace, user.id, user.role],
    );
  }
  await client.query("commit");
}
