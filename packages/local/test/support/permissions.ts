import pg from "pg";
import type { Stack } from "../../src/index.ts";

/** Everything in a stack's database that says who may do what, as text. */
export async function permissions(stack: Stack): Promise<unknown> {
  const admin = new pg.Client({ connectionString: stack.databaseUrl("supabase_admin") });
  await admin.connect();
  const { rows } = await admin.query(`
    select 'relation' as what, oid::regclass::text as name, concat(relacl, relowner, relrowsecurity) as acl from pg_class
    union all select 'schema', nspname, concat(nspacl, nspowner) from pg_namespace
    union all select 'function', oid::regprocedure::text, concat(proacl, proowner, md5(prosrc)) from pg_proc
    union all select 'default', concat(defaclrole, defaclnamespace, defaclobjtype), defaclacl::text from pg_default_acl
    union all select 'member', concat(roleid, '-', member), concat(admin_option, inherit_option, set_option)
                from pg_auth_members
    union all select 'role', rolname, concat(rolsuper, rolinherit, rolbypassrls, rolcanlogin) from pg_roles
    union all select 'policy', concat(polname, polrelid), pg_get_expr(polqual, polrelid) from pg_policy
    order by 1, 2`);
  await admin.end();
  return rows;
}
