-- Rooms: the schemas, who may enter each, and the three helpers every later chapter calls.
--
-- Five rooms, five purposes: `holdfast` is what people read and act in (row level security), `holdfast_private` is
-- where rules live (API roles cannot even look in), `holdfast_ledger` keeps the record under an owner of its own,
-- `holdfast_parts` holds partitions that nobody queries directly, and `graphile_worker` is the delivery engine,
-- installed by its own migrations before this file.
--
-- Roles belong to the whole cluster, so a second database in it finds them already there; everything else is created
-- exactly once.

do $$
declare
  v_role record;
begin
  for v_role in select * from (values ('holdfast_worker', 'login'), ('holdfast_ledger', 'nologin')) as r (name, attributes) loop
    if not exists (select from pg_catalog.pg_roles where rolname = v_role.name) then
      execute format('create role %I %s', v_role.name, v_role.attributes);
    end if;
    -- `set` so that this file may create things as that role; never `inherit`: postgres must not own the record by accident.
    execute format('grant %I to postgres with inherit false, set true', v_role.name);
  end loop;
end
$$;
-- A client that gave up must not leave a backend behind that still waits for a lock, or twenty of them use up every connection.
alter role holdfast_worker set client_connection_check_interval = '2s';

create schema holdfast;
comment on schema holdfast is 'What people read and act in: tables, views and calls of the job queue. Row level security decides who sees what; acts are inserts.';
grant usage on schema holdfast to anon, authenticated, service_role, holdfast_ledger;

create schema holdfast_private;
comment on schema holdfast_private is 'Rules: gates, transitions, trigger functions, worker functions. API roles have no usage here; holdfast_worker may call what the last chapter grants.';
revoke all on schema holdfast_private from public;
grant usage on schema holdfast_private to holdfast_worker;

create schema holdfast_parts;
comment on schema holdfast_parts is 'Partitions of run_output and of the ledger, one a day. Nobody queries this schema directly: leaves inherit neither policies nor grants.';
revoke all on schema holdfast_parts from public;
grant usage, create on schema holdfast_parts to holdfast_ledger;

create schema holdfast_ledger authorization holdfast_ledger;
set role holdfast_ledger;
comment on schema holdfast_ledger is 'The append-only record. Owned by a role nobody logs in as: not even postgres may update or delete here without first changing role, which is an act that shows.';
revoke all on schema holdfast_ledger from public;
grant usage on schema holdfast_ledger to postgres, authenticated, service_role;
set role postgres;

-- One clock. Rules never call now(): a test database replaces this one function and moves time for every session at once.
create function holdfast_private.clock() returns timestamptz
  language plpgsql volatile set search_path = ''
  as $$ begin return clock_timestamp(); end $$;
comment on function holdfast_private.clock() is 'The time every rule uses. A test database may replace it; nothing else may.';

-- Every refusal leaves through here, so that each one carries a rule name, a sentence and a way out. The Data API turns
-- PT4xx into that HTTP status and keeps message, detail and hint; no client parses the sentence.
create function holdfast_private.refuse(p_status int, p_rule text, p_message text, p_hint text) returns void
  language plpgsql set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PT' || p_status,
    message = p_message,
    detail = 'holdfast.' || p_rule,
    hint = p_hint;
end
$$;
comment on function holdfast_private.refuse(int, text, text, text) is 'Raises PT<status> with a sentence, the rule name as detail (holdfast.<rule>) and what to do as hint.';

-- Who is acting, as the ledger writes it. Inside a definer function current_user is the owner, so the caller is read
-- from the request (Data API) or from the login role (plain SQL). What acts by itself (a schedule that fires, a budget that
-- breaks) names itself through act_as; it can never name a person.
create function holdfast_private.current_actor() returns text
  language plpgsql stable set search_path = ''
as $$
begin
  return case
    when auth.uid() is not null then 'user:' || auth.uid()
    when auth.role() is not null then auth.role()
    when current_setting('holdfast.actor', true) ~ '^(schedule|budget|supervisor|job):' then current_setting('holdfast.actor', true)
    else 'sql:' || session_user end;
end
$$;
comment on function holdfast_private.current_actor() is 'The actor as written to the ledger: user:<uuid>, service_role, schedule:<name>, budget:<id>, supervisor:<name>, job:<id>, or sql:<login role>.';

create function holdfast_private.act_as(p_actor text) returns void
  language plpgsql set search_path = ''
as $$
begin
  perform set_config('holdfast.actor', coalesce(p_actor, ''), true);
end
$$;
comment on function holdfast_private.act_as(text) is 'Names what acts by itself, until the transaction ends or it is called again (null: nobody). Never a person: a signed-in caller stays who they are.';

-- True when the call comes from a signed-in or anonymous person rather than from trusted SQL or the service key.
create function holdfast_private.is_api_caller() returns boolean
  language plpgsql stable set search_path = ''
as $$
begin
  return current_setting('role', true) in ('anon', 'authenticated') or coalesce(auth.role(), '') in ('anon', 'authenticated');
end
$$;
comment on function holdfast_private.is_api_caller() is 'True when the caller is anon or authenticated, whose right to act must be asked before any effect.';

-- A plan cached while a table was nearly empty joins a batch of 500 the wrong way round once it is not, until the next
-- ANALYZE. Large batches therefore plan anew (a millisecond, shared by the batch); a few rows take the cached plan, whose
-- planning would cost more than their execution. The calling function must carry `set plan_cache_mode`, so that the
-- setting ends with it.
create function holdfast_private.plan_for(p_batch integer) returns void
  language plpgsql set search_path = ''
as $$
begin
  perform set_config('plan_cache_mode', case when p_batch > 20 then 'force_custom_plan' else 'force_generic_plan' end, true);
end
$$;
comment on function holdfast_private.plan_for(integer) is 'Makes the statements of the calling function plan for the batch at hand when it is large.';

-- Comments on the columns of a view: most carry the meaning of the column they come from, and saying it again by hand lets the
-- two drift apart. What is computed says so itself; a column about which nobody says anything stops the migration.
create function holdfast_private.describe(p_view regclass, p_said jsonb, p_like regclass[] default '{}') returns void
  language plpgsql set search_path = ''
as $$
declare
  v_view text := (select c.relname from pg_catalog.pg_class c where c.oid = p_view);
  v_column record;
begin
  for v_column in
    select a.attname, coalesce(p_said ->> (v_view || '.' || a.attname), p_said ->> a.attname::text, (
      select pg_catalog.col_description(b.attrelid, b.attnum) from pg_catalog.pg_attribute b
      where b.attname = a.attname and b.attrelid = any (p_like) and pg_catalog.col_description(b.attrelid, b.attnum) is not null
      order by array_position(p_like, b.attrelid::regclass) limit 1)) as said
    from pg_catalog.pg_attribute a where a.attrelid = p_view and a.attnum > 0 and not a.attisdropped
  loop
    if v_column.said is null then
      raise exception 'nobody says what %.% is', v_view, v_column.attname;
    end if;
    execute format('comment on column %s.%I is %L', p_view, v_column.attname, v_column.said);
  end loop;
end
$$;
comment on function holdfast_private.describe(regclass, jsonb, regclass[]) is 'Comments the columns of a view: as said (by "view.column" or "column"), else as the column of the same name of the first of p_like that has one.';

-- What the database was built from. `holdfast migrate` writes it; workers and the CLI compare it with their own files
-- before they touch anything, because a half-migrated queue is worse than a stopped one.
create table holdfast_private.schema_versions (
  version text primary key,
  digest text not null,
  recorded_at timestamptz not null default clock_timestamp()
);
comment on table holdfast_private.schema_versions is 'One row per version of the chapters that holdfast migrate has applied; the newest is current.';
comment on column holdfast_private.schema_versions.version is 'Timestamp prefix of the newest chapter applied.';
comment on column holdfast_private.schema_versions.digest is 'sha-256 over names and contents of all chapters, hex.';
comment on column holdfast_private.schema_versions.recorded_at is 'When holdfast migrate recorded it.';
alter table holdfast_private.schema_versions enable row level security;

create function holdfast_private.record_migration(p_version text, p_digest text) returns void
  language sql set search_path = ''
as $$
  insert into holdfast_private.schema_versions (version, digest) values (p_version, p_digest)
  on conflict (version) do update set digest = excluded.digest, recorded_at = clock_timestamp()
$$;
comment on function holdfast_private.record_migration(text, text) is 'Records which chapters this database was built from. Called by holdfast migrate after supabase db push.';

create function holdfast_private.schema_version(out version text, out digest text)
  language sql stable security definer set search_path = ''
as $$
  select v.version, v.digest from holdfast_private.schema_versions v order by v.version desc limit 1
$$;
comment on function holdfast_private.schema_version() is 'The version and digest this database was built from; nulls when holdfast migrate never ran.';
