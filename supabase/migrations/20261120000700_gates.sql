-- Gates: the conditions that must be open before a job may be dispatched, and that are asked again when its lease is taken.
--
-- One gate, one function, one rule: `gate_<name>(candidates)` returns the ids it holds. closed_gates() asks them in order;
-- a new gate is one function and one line there. Gates that only look are asked of every candidate, so that held_by names
-- every closed one; gates that take something (slots and starts here, money in its own chapter) are asked last, and only
-- of candidates that nothing else holds.

-- plpgsql throughout, also where one query would do: SQL functions are planned anew at every call, and an insert of one job
-- asks nine of them.

-- What a gate may know of a job: enough to decide without reading the jobs table again.
create type holdfast_private.candidate as (
  job_id bigint,
  workspace_id uuid,
  queue text,
  lane text,
  class text,
  concurrency_key text,
  run_at timestamptz,
  depends boolean,
  priority integer,
  suspect boolean,
  kind text,
  venture text,
  paid boolean,
  external boolean,
  consent boolean,
  est_cost numeric
);
comment on type holdfast_private.candidate is 'A job that asks to be dispatched, as the gates see it.';

create function holdfast_private.gate_queue_paused(p_candidates holdfast_private.candidate[]) returns setof bigint
  language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select c.job_id from unnest(p_candidates) c
    join holdfast.queues q on q.workspace_id = c.workspace_id and q.name = c.queue
    where q.paused_at is not null;
end
$$;
comment on function holdfast_private.gate_queue_paused(holdfast_private.candidate[]) is 'Gate queue_paused: holds jobs of a paused queue.';

create function holdfast_private.gate_lane_paused(p_candidates holdfast_private.candidate[]) returns setof bigint
  language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select c.job_id from unnest(p_candidates) c
    join holdfast.lanes l on l.workspace_id = c.workspace_id and l.name = c.lane
    where l.paused_at is not null;
end
$$;
comment on function holdfast_private.gate_lane_paused(holdfast_private.candidate[]) is 'Gate lane_paused: holds jobs of a paused lane.';

create function holdfast_private.gate_dependency(p_candidates holdfast_private.candidate[]) returns setof bigint
  language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  if not exists (select from unnest(p_candidates) c where c.depends) then
    return;
  end if;
  return query
    select distinct c.job_id from unnest(p_candidates) c
    join holdfast.job_dependencies d on d.job_id = c.job_id
    join holdfast.jobs parent on parent.id = d.depends_on
    where c.depends and parent.state <> 'completed';
end
$$;
comment on function holdfast_private.gate_dependency(holdfast_private.candidate[]) is 'Gate dependency: holds jobs whose parents have not all completed.';

create function holdfast_private.gate_due_time(p_candidates holdfast_private.candidate[]) returns setof bigint
  language plpgsql stable set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
begin
  return query select c.job_id from unnest(p_candidates) c where c.run_at > v_now;
end
$$;
comment on function holdfast_private.gate_due_time(holdfast_private.candidate[]) is 'Gate due_time: holds jobs whose run_at is still to come.';

create function holdfast_private.closed_gates(p_candidates holdfast_private.candidate[], p_taking boolean default false) returns table (job_id bigint, held_by text[])
  language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select held.job_id, array_agg(held.gate order by held.place)
    from (
      select h as job_id, 1 as place, 'stop' as gate from holdfast_private.gate_stop(p_candidates) h
      union all select h, 2, 'queue_paused' from holdfast_private.gate_queue_paused(p_candidates) h
      union all select h, 3, 'lane_paused' from holdfast_private.gate_lane_paused(p_candidates) h
      union all select h, 4, 'dependency' from holdfast_private.gate_dependency(p_candidates) h
      union all select h, 5, 'approval' from holdfast_private.gate_approval(p_candidates) h
      union all select h, 6, 'due_time' from holdfast_private.gate_due_time(p_candidates) h
      union all select h, 7, 'budget' from holdfast_private.gate_budget(p_candidates, p_taking) h
    ) held
    group by held.job_id;
end
$$;
comment on function holdfast_private.closed_gates(holdfast_private.candidate[], boolean) is 'Asks every gate that only looks, in order; returns the candidates that are held, each with all its closed gates. p_taking: the lease is being taken.';

-- Slots: one row per limited scope a dispatched or running job occupies. Counting rows under the scope's lock is exact
-- under any concurrency; a scope without a limit has no rows and takes no lock.
create table holdfast_private.slots (
  workspace_id uuid not null,
  scope text not null constraint slots_scope_is_known check (scope in ('queue', 'lane', 'class', 'key', 'suspect')),
  name text not null,
  job_id bigint not null,
  primary key (workspace_id, scope, name, job_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index slots_by_job on holdfast_private.slots (job_id);
comment on table holdfast_private.slots is 'Which dispatched and running jobs occupy which limited queue, lane, class or concurrency key, or are the one suspect of their workspace.';
comment on column holdfast_private.slots.workspace_id is 'The workspace.';
comment on column holdfast_private.slots.scope is 'queue, lane, class, key, or suspect (one at a time in a workspace).';
comment on column holdfast_private.slots.name is 'Name of the queue, lane or class, or the key.';
comment on column holdfast_private.slots.job_id is 'The job.';
alter table holdfast_private.slots enable row level security;

-- Starts: one row per dispatch into a queue or lane with a rate. Counted like slots, under the same lock; a row counts for
-- an hour, whatever became of the job, unless the job was taken back before it started.
create table holdfast_private.starts (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  scope text not null constraint starts_scope_is_known check (scope in ('queue_rate', 'lane_rate')),
  name text not null,
  job_id bigint not null,
  at timestamptz not null
);
create index starts_by_scope on holdfast_private.starts (workspace_id, scope, name, at);
create index starts_by_job on holdfast_private.starts (job_id, at);
create index starts_by_time on holdfast_private.starts (at);
comment on table holdfast_private.starts is 'Dispatches of the last hour into queues and lanes with max_per_hour.';
comment on column holdfast_private.starts.id is 'Identity.';
comment on column holdfast_private.starts.workspace_id is 'The workspace.';
comment on column holdfast_private.starts.scope is 'queue_rate or lane_rate.';
comment on column holdfast_private.starts.name is 'Name of the queue or lane.';
comment on column holdfast_private.starts.job_id is 'The job.';
comment on column holdfast_private.starts.at is 'When it was dispatched.';
alter table holdfast_private.starts enable row level security;

create function holdfast_private.room_in(p_workspace uuid, p_scope text, p_name text, p_limit integer) returns bigint
  language plpgsql volatile set search_path = ''
as $$
begin
  if p_scope like '%\_rate' then
    return p_limit - (select count(*) from holdfast_private.starts t
      where t.workspace_id = p_workspace and t.scope = p_scope and t.name = p_name and t.at > holdfast_private.clock() - interval '1 hour');
  end if;
  return p_limit - (select count(*) from holdfast_private.slots t where t.workspace_id = p_workspace and t.scope = p_scope and t.name = p_name);
end
$$;
comment on function holdfast_private.room_in(uuid, text, text, integer) is 'How many more jobs a limited scope takes now.';

-- The limited scopes of some candidates, with their limits. A key always has limit one.
create function holdfast_private.limited_scopes(p_candidates holdfast_private.candidate[])
  returns table (job_id bigint, priority integer, workspace_id uuid, scope text, name text, max_running integer)
  language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select c.job_id, c.priority, c.workspace_id, 'queue', q.name, q.max_running from unnest(p_candidates) c
    join holdfast.queues q on q.workspace_id = c.workspace_id and q.name = c.queue and q.max_running is not null
    union all
    select c.job_id, c.priority, c.workspace_id, 'lane', l.name, l.max_running from unnest(p_candidates) c
    join holdfast.lanes l on l.workspace_id = c.workspace_id and l.name = c.lane and l.max_running is not null
    union all
    select c.job_id, c.priority, c.workspace_id, 'class', k.name, k.max_running from unnest(p_candidates) c
    join holdfast.job_classes k on k.workspace_id = c.workspace_id and k.name = c.class and k.max_running is not null
    union all
    select c.job_id, c.priority, c.workspace_id, 'key', c.concurrency_key, 1 from unnest(p_candidates) c
    where c.concurrency_key is not null
    union all
    select c.job_id, c.priority, c.workspace_id, 'queue_rate', q.name, q.max_per_hour from unnest(p_candidates) c
    join holdfast.queues q on q.workspace_id = c.workspace_id and q.name = c.queue and q.max_per_hour is not null
    union all
    select c.job_id, c.priority, c.workspace_id, 'lane_rate', l.name, l.max_per_hour from unnest(p_candidates) c
    join holdfast.lanes l on l.workspace_id = c.workspace_id and l.name = c.lane and l.max_per_hour is not null
    union all
    select c.job_id, c.priority, c.workspace_id, 'suspect', 'true', 1 from unnest(p_candidates) c where c.suspect;
end
$$;
comment on function holdfast_private.limited_scopes(holdfast_private.candidate[]) is 'Which limits apply to which candidate.';

-- Locks scopes in the one order everybody uses: queues, lanes, classes, keys and suspects, each by workspace and name. Only a session
-- that holds no scope yet may wait for one: two that each hold what the other wants next (a slot of a lane was freed, its
-- waiter also needs one of a queue) would wait for ever. Whoever holds a scope already takes what is free right now.
create function holdfast_private.lock_scopes(p_scopes jsonb, p_wait boolean default true) returns table (workspace_id uuid, scope text, name text)
  language plpgsql set search_path = ''
as $$
declare
  v_scope text;
  v_table text;
  v_key record;
begin
  for v_scope, v_table in values ('queue', 'queues'), ('lane', 'lanes'), ('class', 'job_classes') loop
    return query execute format(
      'select t.workspace_id, s.scope, t.name from holdfast.%I t
       join jsonb_to_recordset($1) as s (workspace_id uuid, scope text, name text) on s.workspace_id = t.workspace_id and s.name = t.name and s.scope in (%L, %L)
       order by t.workspace_id, t.name for no key update of t %s', v_table, v_scope, v_scope || '_rate', case when not p_wait then 'skip locked' end) using p_scopes;
  end loop;
  -- A key has no row to lock: an advisory lock on its hash stands in. 1024 locks for all keys there are, because a batch
  -- of thousands would not fit into the server's lock table; keys that collide only wait for each other.
  for v_key in
    select s.workspace_id, s.scope, s.name, hashtext(s.workspace_id || ':' || s.scope || ':' || s.name) & 1023 as hash
    from jsonb_to_recordset(p_scopes) as s (workspace_id uuid, scope text, name text) where s.scope in ('key', 'suspect') order by 4
  loop
    if p_wait then
      perform pg_advisory_xact_lock(7421, v_key.hash);
    elsif not pg_try_advisory_xact_lock(7421, v_key.hash) then
      continue;
    end if;
    return query select v_key.workspace_id, v_key.scope, v_key.name;
  end loop;
end
$$;
comment on function holdfast_private.lock_scopes(jsonb, boolean) is
  'Locks limited scopes [{workspace_id, scope, name}] in lock order, until the transaction ends; returns those it got: all, or with p_wait false those that nobody else holds.';

-- What enqueues beside its real work (an alert about a failure, a schedule that fires) must not stand still because a person
-- holds a queue in an open transaction: from here on this transaction takes what is free right now, and the promote duty
-- sees to the rest.
create function holdfast_private.never_wait() returns void
  language plpgsql set search_path = ''
as $$
begin
  perform set_config('holdfast.holds_scope', pg_current_xact_id()::text, true), set_config('holdfast.holds_budget', pg_current_xact_id()::text, true);
end
$$;
comment on function holdfast_private.never_wait() is 'From here on this transaction waits for no scope and no budget: a busy one counts as full.';

-- The gates that take something. Takes the slots of those candidates that fit; the others are told which limit is reached.
-- Candidates are served by priority and id. With p_wait false, a scope that another session holds counts as full: that
-- session, or else the promote duty, sees to it.
create function holdfast_private.take_slots(p_candidates holdfast_private.candidate[], p_wait boolean default true) returns table (job_id bigint, held_by text[])
  language plpgsql set search_path = ''
as $$
declare
  v_scopes jsonb;
  v_busy text[] := '{}';
  v_free jsonb;
  v_candidate record;
  v_full text[];
begin
  -- Most installations limit little or nothing: three looks at (nearly) empty indexes instead of a join for each candidate.
  if not exists (select from holdfast.queues q where q.max_running is not null or q.max_per_hour is not null)
     and not exists (select from holdfast.lanes l where l.max_running is not null or l.max_per_hour is not null)
     and not exists (select from holdfast.job_classes k where k.max_running is not null)
     and not exists (select from unnest(p_candidates) c where c.concurrency_key is not null or c.suspect) then
    return;
  end if;
  select jsonb_agg(distinct jsonb_build_object('workspace_id', s.workspace_id, 'scope', s.scope, 'name', s.name))
    into v_scopes from holdfast_private.limited_scopes(p_candidates) s;
  if v_scopes is null then
    return;
  elsif p_wait and pg_current_xact_id()::text not in (coalesce(current_setting('holdfast.holds_scope', true), ''), coalesce(current_setting('holdfast.holds_budget', true), '')) then
    perform from holdfast_private.lock_scopes(v_scopes);
    -- Whatever this transaction inserts next already holds a scope, and no longer waits for one.
    perform set_config('holdfast.holds_scope', pg_current_xact_id()::text, true);
  else
    v_busy := array(
      select s.workspace_id || ' ' || s.scope || ' ' || s.name from jsonb_to_recordset(v_scopes) as s (workspace_id uuid, scope text, name text)
      except select l.workspace_id || ' ' || l.scope || ' ' || l.name from holdfast_private.lock_scopes(v_scopes, false) l);
  end if;
  -- Counted in a statement of its own, after the locks: it sees what the transaction before us committed. The limit is
  -- read again for the same reason. Keys are not counted here: there may be thousands.
  select coalesce(jsonb_object_agg(f.workspace_id || ' ' || f.scope || ' ' || f.name, holdfast_private.room_in(f.workspace_id, f.scope, f.name, f.max_running)), '{}')
    into v_free from (
    select distinct s.workspace_id, s.scope, s.name, s.max_running from holdfast_private.limited_scopes(p_candidates) s where s.scope <> 'key') f;
  for v_candidate in
    select s.job_id, s.workspace_id, array_agg(s.scope) as scopes, array_agg(s.name) as names,
      array_agg(s.workspace_id || ' ' || s.scope || ' ' || s.name) as scope_keys
    from holdfast_private.limited_scopes(p_candidates) s
    group by s.job_id, s.workspace_id, s.priority order by s.priority, s.job_id
  loop
    v_full := array(
      select g.gate from unnest(v_candidate.scopes, v_candidate.names, v_candidate.scope_keys) as u (scope, name, scope_key)
      join (values ('queue', 1, 'queue_limit'), ('lane', 2, 'lane_limit'), ('class', 3, 'class_limit'), ('key', 4, 'key_limit'), ('suspect', 5, 'suspect_limit'),
        ('queue_rate', 6, 'queue_rate'), ('lane_rate', 7, 'lane_rate')) as g (scope, place, gate) on g.scope = u.scope
      where u.scope_key = any (v_busy) or case u.scope
        -- Not `exists`: the planner would hash every key there is, once for each candidate.
        when 'key' then coalesce((select true from holdfast_private.slots t where t.workspace_id = v_candidate.workspace_id and t.scope = 'key' and t.name = u.name limit 1), false)
        else coalesce((v_free ->> u.scope_key)::bigint, 0) <= 0 end
      order by g.place);
    if v_full <> '{}' then
      return query select v_candidate.job_id, v_full;
    else
      insert into holdfast_private.slots (workspace_id, scope, name, job_id)
      select v_candidate.workspace_id, u.scope, u.name, v_candidate.job_id from unnest(v_candidate.scopes, v_candidate.names) as u (scope, name)
      where u.scope not like '%\_rate'
      on conflict do nothing;
      insert into holdfast_private.starts (workspace_id, scope, name, job_id, at)
      select v_candidate.workspace_id, u.scope, u.name, v_candidate.job_id, holdfast_private.clock() from unnest(v_candidate.scopes, v_candidate.names) as u (scope, name)
      where u.scope like '%\_rate';
      select v_free || coalesce(jsonb_object_agg(k, (v_free ->> k)::bigint - 1), '{}') into v_free from unnest(v_candidate.scope_keys) k where v_free ? k;
    end if;
  end loop;
end
$$;
comment on function holdfast_private.take_slots(holdfast_private.candidate[], boolean) is
  'Gates queue_limit, lane_limit, class_limit, key_limit, suspect_limit, queue_rate and lane_rate: takes the slots and starts of those that fit, returns those that do not with the limits reached.';

-- Asked at lease time: a dispatched job of a scope that is limited must hold its slot (fail closed).
create function holdfast_private.without_slot(p_candidates holdfast_private.candidate[]) returns table (job_id bigint, held_by text[])
  language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    select s.job_id, array_agg(distinct s.scope || '_limit')
    from holdfast_private.limited_scopes(p_candidates) s
    where s.scope not like '%\_rate'
      and not exists (select from holdfast_private.slots t where t.workspace_id = s.workspace_id and t.scope = s.scope and t.name = s.name and t.job_id = s.job_id)
    group by s.job_id;
end
$$;
comment on function holdfast_private.without_slot(holdfast_private.candidate[]) is 'Candidates that are dispatched into a limited scope without holding its slot.';
