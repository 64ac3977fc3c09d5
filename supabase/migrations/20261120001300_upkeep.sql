-- Upkeep: the supervisor's leader lease and its duties. Every duty is idempotent, so two leaders for a moment do no harm,
-- and every duty writes its last success, so that silence is visible.

create table holdfast.leaders (
  role text primary key,
  holder text not null,
  term bigint not null,
  acquired_at timestamptz not null,
  renewed_at timestamptz not null,
  expires_at timestamptz not null
);
comment on table holdfast.leaders is 'Who leads. One row: the supervisor whose duties count.';
comment on column holdfast.leaders.role is 'supervisor.';
comment on column holdfast.leaders.holder is 'Name of the process that leads.';
comment on column holdfast.leaders.term is 'Counts up with every change of leader.';
comment on column holdfast.leaders.acquired_at is 'Since when it leads.';
comment on column holdfast.leaders.renewed_at is 'Its last renewal.';
comment on column holdfast.leaders.expires_at is 'When another may take over.';
alter table holdfast.leaders enable row level security;
revoke all on holdfast.leaders from anon, authenticated, service_role;
create policy "members of any workspace see who leads" on holdfast.leaders for select to authenticated
  using (exists (select from holdfast.my_workspaces m));
grant select on holdfast.leaders to authenticated, service_role;

create table holdfast.duties (
  name text primary key,
  every_seconds integer not null constraint duties_interval_is_positive check (every_seconds > 0),
  sentence text not null,
  last_started_at timestamptz,
  last_succeeded_at timestamptz,
  last_seconds numeric,
  last_result jsonb,
  last_failed_at timestamptz,
  last_error text,
  done_by text
);
comment on table holdfast.duties is 'What the supervisor does regularly, and when each was last done.';
comment on column holdfast.duties.name is 'Name, as in run_duty.';
comment on column holdfast.duties.every_seconds is 'How often it is due.';
comment on column holdfast.duties.sentence is 'What it does.';
comment on column holdfast.duties.last_started_at is 'When it was last begun.';
comment on column holdfast.duties.last_succeeded_at is 'When it last succeeded.';
comment on column holdfast.duties.last_seconds is 'How long that took.';
comment on column holdfast.duties.last_result is 'What it did.';
comment on column holdfast.duties.last_failed_at is 'When it last failed.';
comment on column holdfast.duties.last_error is 'Why.';
comment on column holdfast.duties.done_by is 'Which supervisor did it last.';
insert into holdfast.duties (name, every_seconds, sentence) values
  ('promote', 1, 'Lets due jobs and finished backoffs go, and works off reopened queues and lanes.'),
  ('reap', 1, 'Ends runs and workers that have not been heard of for their ttl.'),
  ('expire_approvals', 5, 'Ends requests for consent that nobody decided, and renews those whose subject changed.'),
  ('watch_incidents', 15, 'Opens incidents for stuck workers and queues that back up.'),
  ('redispatch', 5, 'Delivers again what was dispatched but got lost on the way.'),
  ('age_priorities', 30, 'Improves the priority of what has waited long.'),
  ('seal', 2, 'Seals new events of the ledger.'),
  ('partitions', 600, 'Prepares the partitions of the coming days.'),
  ('retention', 600, 'Drops output, events, runs and jobs past their keeping.');
alter table holdfast.duties enable row level security;
revoke all on holdfast.duties from anon, authenticated, service_role;
create policy "members of any workspace see the duties" on holdfast.duties for select to authenticated
  using (exists (select from holdfast.my_workspaces m));
grant select on holdfast.duties to authenticated, service_role;

create function holdfast_private.lead(p_supervisor text, p_ttl_seconds integer default 6) returns boolean
  language plpgsql security definer set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_leader holdfast.leaders;
  v_changed boolean;
  v_silent interval := (select v_now - l.renewed_at from holdfast.leaders l where l.role = 'supervisor' and l.expires_at > '-infinity');
begin
  insert into holdfast.leaders as l (role, holder, term, acquired_at, renewed_at, expires_at)
  values ('supervisor', p_supervisor, 1, v_now, v_now, v_now + make_interval(secs => p_ttl_seconds))
  on conflict (role) do update set
    term = case when l.holder = excluded.holder then l.term else l.term + 1 end,
    acquired_at = case when l.holder = excluded.holder then l.acquired_at else v_now end,
    holder = excluded.holder, renewed_at = v_now, expires_at = excluded.expires_at
    where l.holder = excluded.holder or l.expires_at < v_now
  returning l.* into v_leader;
  v_changed := found and v_leader.acquired_at = v_now;
  if v_changed then
    if v_silent > interval '30 seconds' then
      perform holdfast_private.open_incident(w.id, 'supervisor_silent', 'supervisor', format('No supervisor led for %s seconds.', floor(extract(epoch from v_silent))), jsonb_build_object('seconds', floor(extract(epoch from v_silent))))
      from holdfast.workspaces w;
    end if;
    perform holdfast_private.record(null, 'supervisor:' || p_supervisor, 'supervisor.leads', 'supervisor', p_supervisor, jsonb_build_object('term', v_leader.term));
  end if;
  return v_leader.holder is not null;
end
$$;
comment on function holdfast_private.lead(text, integer) is 'Takes or renews the leader lease. True while the caller leads.';

create function holdfast_private.resign(p_supervisor text) returns void
  language sql security definer set search_path = ''
as $$
  update holdfast.leaders l set expires_at = '-infinity' where l.role = 'supervisor' and l.holder = p_supervisor
$$;
comment on function holdfast_private.resign(text) is 'Gives the leader lease up, so that a standby takes over at its next look.';

create function holdfast_private.duties() returns setof holdfast.duties
  language sql stable security definer set search_path = ''
  as $$ select d.* from holdfast.duties d order by d.name $$;
comment on function holdfast_private.duties() is 'All duties, for the supervisor.';

-- Due jobs and finished backoffs. Locked in id order and skipped when locked: whoever holds the row decides about it.
-- Generic plans: beside 100,000 held jobs the planner would plan every statement anew each second, for the plan it had.
create function holdfast_private.promote() returns jsonb
  language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = force_generic_plan
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_due bigint[];
  v_dispatched integer := 0;
  v_reopened integer;
  v_waiting integer := 0;
  v_settled integer;
  v_stopped integer;
  v_paid integer;
  v_scope record;
begin
  v_due := array(select j.id from holdfast.jobs j
    where (j.state = 'retrying' or (j.state = 'queued' and 'due_time' = any (j.held_by))) and j.run_at <= v_now order by j.run_at limit 1000);
  update holdfast.jobs j set state = 'queued', queued_at = v_now
    where j.id in (select k.id from holdfast.jobs k where k.id = any (v_due) and k.state = 'retrying' order by k.id for update skip locked);
  v_due := v_due || holdfast_private.unblock_noted();
  if v_due <> '{}' then
    v_dispatched := holdfast_private.dispatch(v_due, false);
  end if;
  v_reopened := holdfast_private.work_off_reopened(5000);
  v_settled := holdfast_private.settle_later();
  v_stopped := holdfast_private.enforce_budgets();
  v_paid := holdfast_private.dispatch_for_money(200);
  delete from holdfast_private.starts t where t.at < v_now - interval '1 hour';
  -- Safety net: a limited scope with room and waiters. Normally whoever freed the slot has seen to it.
  for v_scope in
    select s.workspace_id, s.scope, s.name from (
      select q.workspace_id, 'queue' as scope, q.name from holdfast.queues q where q.max_running is not null or q.max_per_hour is not null
      union all select l.workspace_id, 'lane', l.name from holdfast.lanes l where l.max_running is not null or l.max_per_hour is not null
      union all select c.workspace_id, 'class', c.name from holdfast.job_classes c where c.max_running is not null
      union all (select distinct j.workspace_id, 'suspect', 'true' from holdfast.jobs j where j.state = 'queued' and j.waits_for_slot and j.suspect)
      union all (
        -- From key to key, not from job to job: sixty thousand jobs may wait behind one key.
        with recursive keys as (
          (select j.workspace_id, j.concurrency_key from holdfast.jobs j where j.state = 'queued' and j.waits_for_slot and j.concurrency_key is not null order by 1, 2 limit 1)
          union all
          select n.workspace_id, n.concurrency_key from keys k cross join lateral (
            select j.workspace_id, j.concurrency_key from holdfast.jobs j where j.state = 'queued' and j.waits_for_slot and j.concurrency_key is not null
              and (j.workspace_id, j.concurrency_key) > (k.workspace_id, k.concurrency_key) order by 1, 2 limit 1) n)
        select k.workspace_id, 'key', k.concurrency_key from keys k
        where not exists (select from holdfast_private.slots s where s.workspace_id = k.workspace_id and s.scope = 'key' and s.name = k.concurrency_key) limit 100)
    ) s
    -- Every workspace has a limited lane; few have anybody waiting.
    where exists (select from holdfast.jobs j where j.workspace_id = s.workspace_id and j.state = 'queued' and j.waits_for_slot)
  loop
    v_waiting := v_waiting + holdfast_private.dispatch_waiting(v_scope.workspace_id, v_scope.scope, v_scope.name);
    perform holdfast_private.note_waits(v_scope.workspace_id, v_scope.scope, v_scope.name);
  end loop;
  return jsonb_build_object('due', coalesce(cardinality(v_due), 0), 'dispatched', v_dispatched, 'reopened', v_reopened, 'waiting', v_waiting, 'settled', v_settled, 'stops', v_stopped, 'for_money', v_paid);
end
$$;
comment on function holdfast_private.promote() is 'Duty: see duties.';

create function holdfast_private.next_due_at() returns timestamptz
  language sql stable security definer set search_path = ''
as $$
  select j.run_at from holdfast.jobs j
  where j.state = 'retrying' or (j.state = 'queued' and 'due_time' = any (j.held_by)) order by j.run_at limit 1
$$;
comment on function holdfast_private.next_due_at() is 'When the next waiting job is due; null when none waits.';

-- A job improves by 10 for every 10 minutes it has waited, by 60 at most: so it is rewritten at most six times, and work
-- of equal priority keeps its order. Applies to what waits for a slot and to what is dispatched and not yet taken.
create function holdfast_private.age_priorities() returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_count integer;
begin
  with aged as (
    select j.id, j.priority - least(60, 10 * floor(extract(epoch from v_now - j.queued_at) / 600)::int) as better
    from holdfast.workspaces w
    cross join lateral (
      select k.id, k.priority, k.queued_at, k.effective_priority from holdfast.jobs k
      where k.workspace_id = w.id and (k.state = 'dispatched' or (k.state = 'queued' and k.waits_for_slot)) and k.queued_at < v_now - interval '10 minutes'
        and k.effective_priority > k.priority - least(60, 10 * floor(extract(epoch from v_now - k.queued_at) / 600)::int)
      order by k.queued_at limit 5000
    ) j
  ), locked as materialized (
    select k.id, a.better from holdfast.jobs k join aged a on a.id = k.id where k.state in ('queued', 'dispatched') order by k.id for update of k skip locked
  ), improved as (
    update holdfast.jobs j set effective_priority = l.better from locked l where j.id = l.id returning j.id, j.state, j.effective_priority
  ), delivered as (
    update graphile_worker._private_jobs g set priority = i.effective_priority from improved i where g.key = 'job:' || i.id and g.locked_at is null and i.state = 'dispatched'
  )
  select count(*) into v_count from improved;
  return jsonb_build_object('improved', v_count);
end
$$;
comment on function holdfast_private.age_priorities() is 'Duty: nothing starves. effective_priority = priority - min(60, 10 per 10 minutes of waiting).';

create function holdfast_private.partitions() returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_today date := (holdfast_private.clock() at time zone 'UTC')::date;
  v_made integer := 0;
  v_put_off integer := 0;
begin
  for v_ahead in 0 .. 7 loop
    begin
      v_made := v_made + holdfast_ledger.add_day(v_today + v_ahead)::int + holdfast_private.add_output_day(v_today + v_ahead)::int;
    exception when lock_not_available then
      v_put_off := v_put_off + 1;
    end;
  end loop;
  return jsonb_build_object('made', v_made, 'put_off', v_put_off,
    'stray_events', (select count(*) from (select from holdfast_ledger.events e where e.tableoid = 'holdfast_parts.events_default'::regclass limit 1000) s),
    'stray_output', (select count(*) from (select from holdfast_parts.run_output_default limit 1000) s));
end
$$;
comment on function holdfast_private.partitions() is 'Duty: see duties. put_off days met a lock and are tried again; stray_* above zero means rows landed outside every prepared day.';

-- Retention. Output goes by whole days, once no queue keeps it any longer; sealed days of the ledger, once no workspace
-- does; jobs go with their runs by age, a thousand at a
-- time, never while another job still points at them. What is dropped is an event.
create function holdfast_private.retention() returns jsonb
  language plpgsql set search_path = '' set lock_timeout = '500ms'
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_keep_output integer := coalesce((select max(q.keep_output_days) from holdfast.queues q), 14);
  v_part record;
  v_keep_events integer := coalesce((select max(w.keep_events_days) from holdfast.workspaces w), 400);
  v_days integer := 0;
  v_event_days integer := 0;
  v_events bigint;
  v_old bigint[];
  v_put_off integer := 0;
begin
  for v_part in
    select c.relname, to_date(right(c.relname, 8), 'YYYYMMDD') as day from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'holdfast.run_output'::regclass and c.relname ~ '^run_output_[0-9]{8}$'
  loop
    if v_part.day < (v_now at time zone 'UTC')::date - v_keep_output then
      begin
        execute format('drop table holdfast_parts.%I', v_part.relname);
        perform holdfast_private.record(w.id, 'supervisor', 'output.dropped', 'day', v_part.day::text) from holdfast.workspaces w;
        v_days := v_days + 1;
      exception when lock_not_available then
        v_put_off := v_put_off + 1;
      end;
    end if;
  end loop;
  for v_part in
    select to_date(right(c.relname, 8), 'YYYYMMDD') as day from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'holdfast_ledger.events'::regclass and c.relname ~ '^events_[0-9]{8}$' order by 1
  loop
    if v_part.day < (v_now at time zone 'UTC')::date - v_keep_events then
      begin
        v_events := holdfast_ledger.drop_day(v_part.day);
        perform holdfast_private.record(w.id, 'supervisor', 'events.dropped', 'day', v_part.day::text, jsonb_build_object('count', v_events)) from holdfast.workspaces w;
        v_event_days := v_event_days + 1;
      exception when lock_not_available or sqlstate 'PT409' then
        -- Somebody reads it, or it is not sealed yet: another time.
        v_put_off := v_put_off + 1;
      end;
    end if;
  end loop;
  select array_agg(j.id) into v_old from (
    select k.id from holdfast.queues q cross join lateral (
      select j.id from holdfast.jobs j
      where j.workspace_id = q.workspace_id and j.queue = q.name and j.state in ('completed', 'failed', 'timed_out', 'canceled')
        and j.finished_at < v_now - make_interval(days => q.keep_jobs_days) and j.created_at < v_now - make_interval(days => q.keep_jobs_days)
        and not exists (select from holdfast.job_dependencies d join holdfast.jobs c on c.id = d.job_id where d.depends_on = j.id and c.finished_at is null)
      -- Locked, and what is locked is passed over: a person may be retrying it, a new job may be about to wait for it.
      order by j.id limit 1000 for update of j skip locked
    ) k
  ) j;
  if v_old is not null then
    delete from holdfast.runs r where r.job_id = any (v_old);
    delete from holdfast.job_labels l where l.job_id = any (v_old);
    -- What was said about them goes with them; the ledger keeps who decided what.
    delete from holdfast.stopped_runs t where t.job_id = any (v_old);
    delete from holdfast.approval_decisions d using holdfast.approvals a where a.id = d.approval_id and a.job_id = any (v_old);
    delete from holdfast.approvals a where a.job_id = any (v_old);
    delete from holdfast.quarantine q where q.job_id = any (v_old);
    delete from holdfast.dead_letters d where d.job_id = any (v_old);
    with dropped as (delete from holdfast.jobs j where j.id = any (v_old) returning j.id, j.workspace_id)
    insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id, data)
    select v_now, d.workspace_id, 'supervisor', 'jobs.dropped', 'jobs', count(*)::text, jsonb_build_object('first', min(d.id), 'last', max(d.id), 'count', count(*))
    from dropped d group by d.workspace_id;
  end if;
  delete from holdfast.workers w where w.ended_at < v_now - interval '90 days' and not exists (select from holdfast.leases l where l.worker_id = w.id);
  return jsonb_build_object('put_off', v_put_off, 'output_days_dropped', v_days, 'event_days_dropped', v_event_days, 'jobs_dropped', coalesce(cardinality(v_old), 0));
end
$$;
comment on function holdfast_private.retention() is 'Duty: drops output by day and finished jobs by age, as each queue keeps them, and sealed days of the ledger past keep_events_days.';

-- A duty that fails is recorded and tried again at its next tick; it never takes the supervisor with it.
create function holdfast_private.run_duty(p_duty text, p_supervisor text) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_started timestamptz := clock_timestamp();
  v_result jsonb;
  v_error text;
begin
  if not exists (select from holdfast.leaders l where l.role = 'supervisor' and l.holder = p_supervisor and l.expires_at >= holdfast_private.clock()) then
    perform holdfast_private.refuse(409, 'not_leading', format('%s does not lead.', p_supervisor), 'Take the leader lease first.');
  end if;
  begin
    v_result := case p_duty
      when 'promote' then holdfast_private.promote()
      when 'reap' then holdfast_private.reap()
      when 'expire_approvals' then holdfast_private.expire_approvals()
      when 'watch_incidents' then holdfast_private.watch_incidents()
      when 'redispatch' then holdfast_private.redispatch()
      when 'age_priorities' then holdfast_private.age_priorities()
      when 'seal' then holdfast_ledger.seal()
      when 'partitions' then holdfast_private.partitions()
      when 'retention' then holdfast_private.retention() end;
  exception when others then
    v_error := sqlstate || ' ' || sqlerrm;
  end;
  if v_result is null and v_error is null then
    perform holdfast_private.refuse(404, 'unknown_duty', format('There is no duty %s.', quote_literal(left(p_duty, 60))), 'See holdfast.duties.');
  end if;
  update holdfast.duties d set
    last_started_at = v_started, done_by = p_supervisor,
    last_succeeded_at = case when v_error is null then holdfast_private.clock() else d.last_succeeded_at end,
    last_seconds = case when v_error is null then extract(epoch from clock_timestamp() - v_started) else d.last_seconds end,
    last_result = case when v_error is null then v_result else d.last_result end,
    last_failed_at = case when v_error is null then d.last_failed_at else holdfast_private.clock() end,
    last_error = case when v_error is null then d.last_error else v_error end
  where d.name = p_duty;
  return coalesce(v_result, jsonb_build_object('error', v_error));
end
$$;
comment on function holdfast_private.run_duty(text, text) is 'Does one duty as the leading supervisor and records how it went. A failure comes back as {"error": …}.';

select holdfast_private.partitions();
