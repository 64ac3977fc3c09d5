-- Structure: what later chapters and the code rely on.

begin;
select plan(10);

create temporary view our_schemas as select unnest(array['holdfast'::regnamespace, 'holdfast_private'::regnamespace, 'holdfast_ledger'::regnamespace, 'holdfast_parts'::regnamespace]) as oid;

select is_empty(
  $$ select c.conrelid::regclass, c.conname from pg_constraint c
     where c.contype = 'f' and c.connamespace in (select o.oid from our_schemas o)
       and not exists (select from pg_index i where i.indrelid = c.conrelid and i.indpred is null and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey) $$,
  'every foreign key has an index that begins with its columns');
select is_empty(
  $$ select i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace in (select o.oid from our_schemas o) and not i.indisvalid $$,
  'every index is valid');
select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p') and not c.relispartition
       and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p') $$,
  'every table has a primary key');
select is_empty(
  $$ select c.conrelid::regclass, c.conname from pg_constraint c join pg_class t on t.oid = c.conrelid
     where c.contype = 'c' and c.connamespace in ('holdfast'::regnamespace, 'holdfast_private'::regnamespace) and c.conname ~ '_check[0-9]*$' $$,
  'every law that a table keeps has a name of its own');
select is_empty(
  $$ select c.oid::regclass || '.' || a.attname, a.atttypid::regtype from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p')
       and (a.atttypid in ('timestamp'::regtype, 'json'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'float4'::regtype, 'float8'::regtype, 'money'::regtype)
         or (select t.typtype from pg_type t where t.oid = a.atttypid) = 'e') $$,
  'times have a zone, text is text, amounts are exact, and states are no enums (an enum cannot use an index under row level security)');
select is_empty(
  $$ select s.state, t.to_state from holdfast.job_states s join holdfast.job_transitions t on t.from_state = s.state where s.state = 'completed' $$,
  'what has completed never leaves that state');
select is_empty(
  $$ select s.state from holdfast.job_states s where s.state <> 'completed'
       and not exists (select from holdfast.job_transitions t where t.from_state = s.state and t.to_state = 'queued')
       and not exists (select from holdfast.job_transitions t where t.from_state = s.state and t.to_state in ('running', 'dispatched', 'retrying')) $$,
  'from every other state there is a way to run again');
select is_empty(
  $$ select s.state from holdfast.job_states s where not s.is_final and not exists (select from holdfast.job_transitions t where t.from_state = s.state and t.to_state = 'canceled') $$,
  'from every state that is not final there is a way out to canceled');
select set_eq(
  $$ select substring(pg_get_triggerdef(t.oid) from '\{(.*)\}') from pg_trigger t where t.tgname = 'jobs__legal_transition' $$,
  $$ select string_agg('"' || t.from_state || ' > ' || t.to_state || '"', ',') from (select * from holdfast.job_transitions t) t $$,
  'the trigger that refuses transitions knows exactly the rows of job_transitions');
select set_eq(
  $$ select t.tgrelid::regclass || ' ' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
     where not t.tgisinternal and t.tgparentid = 0 and c.relnamespace in (select o.oid from our_schemas o) and t.tgenabled <> 'O' $$,
  $$ select null::text where false $$,
  'no trigger is switched off');

select * from finish();
rollback;
