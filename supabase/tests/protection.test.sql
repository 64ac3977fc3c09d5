-- Protection: no table without row level security, no function that can be led astray by a search path, no way for an API
-- role to run anything with more rights than its own.

begin;
select plan(15);

create temporary view our_schemas as select unnest(array['holdfast'::regnamespace, 'holdfast_private'::regnamespace, 'holdfast_ledger'::regnamespace, 'holdfast_parts'::regnamespace]) as oid;

select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p') and not c.relrowsecurity $$,
  'every table and every leaf has row level security');

select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('f', 'm') $$,
  'there is no foreign table and no materialized view: neither knows row level security');

select is_empty(
  $$ select format('%s on %s', p.polname, p.polrelid::regclass) from pg_policy p join pg_class c on c.oid = p.polrelid
     where c.relnamespace in (select o.oid from our_schemas o) and p.polroles && '{0}'::oid[] $$,
  'every policy names its role');

select is_empty(
  $$ select format('%s on %s', p.polname, p.polrelid::regclass) from pg_policy p join pg_class c on c.oid = p.polrelid
     where c.relnamespace in (select o.oid from our_schemas o) and p.polcmd not in ('r', 'a')
       -- A kept filter is a person's own note, no act and no record: they drop it as they please.
       and (c.relname, p.polcmd) <> ('saved_views', 'd') $$,
  'policies admit reading and inserting, never an update or a delete (but of one''s own saved views)');

select is_empty(
  $$ select c.oid::regclass from pg_class c
     where c.relnamespace = 'holdfast'::regnamespace and c.relkind in ('r', 'p') and not exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd = 'r') $$,
  'every table of the room people read has a policy for reading');

select is_empty(
  $$ select format('%s on %s', p.polname, p.polrelid::regclass) from pg_policy p
     join pg_attribute a on a.attrelid = p.polrelid and a.attname = 'workspace_id' join pg_class c on c.oid = p.polrelid
     where c.relnamespace in ('holdfast'::regnamespace, 'holdfast_ledger'::regnamespace) and p.polcmd = 'r'
       and pg_get_expr(p.polqual, p.polrelid) !~ 'my_workspaces|auth\.uid\(\)' $$,
  'whatever belongs to a workspace is read by its members only');

select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o) and c.relkind = 'v' and not coalesce('security_invoker=true' = any (c.reloptions), false) $$,
  'every view has the rights of who asks');

select is_empty(
  $$ select p.oid::regprocedure from pg_proc p where p.pronamespace in (select o.oid from our_schemas o) and not coalesce('search_path=""' = any (p.proconfig), false) $$,
  'every function has an empty search path');

select is_empty(
  $$ select p.oid::regprocedure from pg_proc p where p.pronamespace = 'graphile_worker'::regnamespace and not exists (select from unnest(p.proconfig) c where c ~ '^search_path=') $$,
  'every function of graphile-worker has its search path pinned');

select is_empty(
  $$ select p.oid::regprocedure, r.role from pg_proc p cross join unnest(array['anon', 'authenticated']) as r (role)
     where p.prosecdef and (p.pronamespace in (select o.oid from our_schemas o) or p.pronamespace in ('graphile_worker'::regnamespace, 'public'::regnamespace))
       and has_function_privilege(r.role, p.oid, 'execute') $$,
  'no function that runs with its owner''s rights may be called by anon or authenticated, in any schema');

select is_empty(
  $$ select p.oid::regprocedure from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     where p.pronamespace in (select o.oid from our_schemas o) and a.grantee = 0 $$,
  'no function of ours may be called by public');

select is_empty(
  $$ select p.oid::regprocedure, p.proowner::regrole from pg_proc p
     where p.pronamespace in (select o.oid from our_schemas o)
       and p.proowner::regrole::text <> case p.pronamespace::regnamespace::text when 'holdfast_ledger' then 'holdfast_ledger' else 'postgres' end $$,
  'functions belong to postgres, those of the ledger to its own role');

select is_empty(
  $$ select c.oid::regclass, c.relowner::regrole from pg_class c
     where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p', 'v')
       and c.relowner::regrole::text <> case
         when c.relnamespace::regnamespace::text = 'holdfast_ledger' or c.oid in (select i.inhrelid from pg_inherits i where i.inhparent = 'holdfast_ledger.events'::regclass) then 'holdfast_ledger'
         else 'postgres' end $$,
  'tables belong to postgres, those of the ledger and their leaves to its own role');

select is_empty(
  $$ select r.rolname from pg_roles r where r.rolname in ('holdfast_worker', 'holdfast_ledger')
       and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolcanlogin <> (r.rolname = 'holdfast_worker')) $$,
  'the roles of ours have no attribute that would lift them above row level security');

select is_empty(
  $$ select m.roleid::regrole, m.member::regrole from pg_auth_members m
     where (m.member::regrole::text in ('holdfast_worker', 'holdfast_ledger')
        or m.roleid::regrole::text in ('holdfast_worker', 'holdfast_ledger') and (m.member::regrole::text not in ('postgres', 'supabase_admin') or m.inherit_option)) $$,
  'the roles of ours are members of nothing, and nobody inherits them');

select * from finish();
rollback;
