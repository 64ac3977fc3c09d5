-- Comments: whoever meets an object in Studio or psql is told what it is. Triggers and policies say so by their names.

begin;
select plan(6);

create temporary view our_schemas as select unnest(array['holdfast'::regnamespace, 'holdfast_private'::regnamespace, 'holdfast_ledger'::regnamespace, 'holdfast_parts'::regnamespace]) as oid;

select is_empty(
  $$ select n.nspname from pg_namespace n where n.oid in (select o.oid from our_schemas o) and coalesce(obj_description(n.oid, 'pg_namespace'), '') = '' $$,
  'every schema is described');
select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p', 'v') and coalesce(obj_description(c.oid, 'pg_class'), '') = '' $$,
  'every table, leaf and view is described');
select is_empty(
  $$ select c.oid::regclass || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p', 'v') and not c.relispartition and coalesce(col_description(c.oid, a.attnum), '') = '' $$,
  'every column of a table or view is described');
select is_empty(
  $$ select p.oid::regprocedure from pg_proc p where p.pronamespace in (select o.oid from our_schemas o) and coalesce(obj_description(p.oid, 'pg_proc'), '') = '' $$,
  'every function is described');
select is_empty(
  $$ select t.oid::regtype from pg_type t left join pg_class c on c.oid = t.typrelid
     where t.typnamespace in (select o.oid from our_schemas o) and t.typelem = 0 and (t.typtype in ('e', 'd', 'r', 'm') or c.relkind = 'c') and coalesce(obj_description(t.oid, 'pg_type'), '') = '' $$,
  'every type is described');
select is_empty(
  $$ select c.oid::regclass || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'holdfast'::regnamespace and c.relkind in ('r', 'p', 'v') and col_description(c.oid, a.attnum) !~ '\.$' $$,
  'the descriptions people read are whole sentences');

select * from finish();
rollback;
