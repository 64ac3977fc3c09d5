-- Waiting: what goes when something opens. A parent completes, a slot becomes free, a queue is resumed, a limit is lifted:
-- each finds the jobs that waited for it, best first, and admits them. What a moment of concurrency leaves behind, the
-- promote duty finds.

-- Children that somebody else had locked when their parent completed: the promote duty looks again.
create table holdfast_private.unblock_later (
  job_id bigint primary key
);
comment on table holdfast_private.unblock_later is 'Jobs whose parent completed while another session held them.';
comment on column holdfast_private.unblock_later.job_id is 'The waiting job.';
alter table holdfast_private.unblock_later enable row level security;

-- Parents completed: jobs that now wait for nothing become queued. Returns them, for dispatch. Locked first and judged in a
-- second statement: two parents that complete at the same moment would otherwise each see the other still running, and
-- nobody would look again. Skipped when locked: a finish never waits for a person's open transaction.
create function holdfast_private.unblock(p_completed bigint[]) returns bigint[]
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_children bigint[];
  v_got bigint[];
  v_ready bigint[];
begin
  v_children := array(select distinct d.job_id from holdfast.job_dependencies d where d.depends_on = any (p_completed));
  if v_children = '{}' then
    return '{}';
  end if;
  v_got := array(select j.id from holdfast.jobs j where j.id = any (v_children) order by j.id for update skip locked);
  insert into holdfast_private.unblock_later (job_id) select c from unnest(v_children) c where c <> all (v_got) order by c on conflict do nothing;
  with unblocked as (
    update holdfast.jobs j set state = 'queued', held_by = '{}', queued_at = holdfast_private.clock()
    where j.id = any (v_got) and (j.state = 'blocked' or (j.state = 'queued' and 'dependency' = any (j.held_by)))
      and not exists (select from holdfast.job_dependencies d join holdfast.jobs p on p.id = d.depends_on where d.job_id = j.id and p.state <> 'completed')
    returning j.id
  )
  select coalesce(array_agg(u.id order by u.id), '{}') into v_ready from unblocked u;
  return v_ready;
end
$$;
comment on function holdfast_private.unblock(bigint[]) is 'Makes jobs queued, with no gate noted, whose last open parent is among the given ones. Returns them.';

create function holdfast_private.unblock_noted() returns bigint[]
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_noted bigint[] := array(select u.job_id from holdfast_private.unblock_later u order by u.job_id for update skip locked limit 1000);
begin
  if v_noted = '{}' then
    return '{}';
  end if;
  -- What is still locked is noted again by unblock itself.
  delete from holdfast_private.unblock_later u where u.job_id = any (v_noted);
  return holdfast_private.unblock(array(select d.depends_on from holdfast.job_dependencies d where d.job_id = any (v_noted)));
end
$$;
comment on function holdfast_private.unblock_noted() is 'Looks again at children that were locked when their parent completed. Returns those that became queued.';

-- A job that waits for two things is not asked again while only one of them is free; what it says of itself must still be
-- true. The head of those who wait is enough: whoever comes after it is at the head later.
create function holdfast_private.note_waits(p_workspace uuid, p_scope text, p_name text) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_candidates holdfast_private.candidate[];
begin
  execute format(
    'select array_agg((j.id, j.workspace_id, j.queue, j.lane, j.class, j.concurrency_key, j.run_at, false, j.effective_priority, j.suspect, j.kind, j.venture, j.paid, j.external, false, j.est_cost)::holdfast_private.candidate)
     from (select k.* from holdfast.jobs k where k.workspace_id = $1 and k.%I = $2%s and k.state = ''queued'' and k.waits_for_slot order by k.effective_priority, k.id limit 20) j',
    case p_scope when 'key' then 'concurrency_key' else p_scope end, case p_scope when 'suspect' then '::boolean' else '' end)
    into v_candidates using p_workspace, p_name;
  if v_candidates is null then
    return;
  end if;
  with wanted as materialized (
    select w.job_id, w.scope, w.name, w.max_running from holdfast_private.limited_scopes(v_candidates) w
  ), rooms as materialized (
    select d.scope, d.name, holdfast_private.room_in(p_workspace, d.scope, d.name, d.max_running) as room from (select distinct w.scope, w.name, w.max_running from wanted w) d
  ), closed as (
    select h as job_id, -3 as place, 'stop' as gate from holdfast_private.gate_stop(v_candidates) h
    union all select h, -2, 'queue_paused' from holdfast_private.gate_queue_paused(v_candidates) h
    union all select h, -1, 'lane_paused' from holdfast_private.gate_lane_paused(v_candidates) h
    union all select w.job_id, array_position('{queue,lane,class,key,suspect,queue_rate,lane_rate}', w.scope), case when w.scope like '%\_rate' then w.scope else w.scope || '_limit' end
      from wanted w join rooms r on r.scope = w.scope and r.name = w.name where r.room <= 0
  ), said as materialized (
    select c.job_id, array_agg(c.gate order by c.place) as gates from closed c group by c.job_id
  )
  update holdfast.jobs j set held_by = s.gates from said s
  where j.id = s.job_id and j.held_by <> s.gates
    and j.id in (select k.id from holdfast.jobs k where k.id in (select t.job_id from said t) and k.state = 'queued' and k.waits_for_slot order by k.id for update skip locked);
end
$$;
comment on function holdfast_private.note_waits(uuid, text, text) is 'Lets the first twenty that wait for a slot of this scope say which limits are reached, and what is paused or stopped, now.';

-- A slot became free: admit those that wait for it, best priority first, until nothing fits. Jobs that wait for something
-- else as well (a busy key, a full or paused lane) are passed over in the query, so that a thousand of them do not hide the
-- next job that could run.
create function holdfast_private.dispatch_waiting(p_workspace uuid, p_scope text, p_name text) returns integer
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_total integer := 0;
  v_count integer;
  v_jobs bigint[];
  v_limit integer;
  v_room bigint;
  v_queues text[];
  v_lanes text[];
  v_classes text[];
begin
  for v_round in 1 .. 20 loop
    v_limit := case p_scope
      when 'queue' then (select q.max_running from holdfast.queues q where q.workspace_id = p_workspace and q.name = p_name)
      when 'lane' then (select l.max_running from holdfast.lanes l where l.workspace_id = p_workspace and l.name = p_name)
      when 'class' then (select c.max_running from holdfast.job_classes c where c.workspace_id = p_workspace and c.name = p_name)
      else 1 end;
    v_room := coalesce(v_limit - (select count(*) from holdfast_private.slots s where s.workspace_id = p_workspace and s.scope = p_scope and s.name = p_name), 100);
    exit when v_room <= 0;
    v_queues := array(select q.name from holdfast.queues q where q.workspace_id = p_workspace and (q.paused_at is not null
      or (q.max_per_hour is not null and holdfast_private.room_in(p_workspace, 'queue_rate', q.name, q.max_per_hour) <= 0)
      or q.max_running <= (select count(*) from holdfast_private.slots s where s.workspace_id = p_workspace and s.scope = 'queue' and s.name = q.name)));
    v_lanes := array(select l.name from holdfast.lanes l where l.workspace_id = p_workspace and (l.paused_at is not null
      or (l.max_per_hour is not null and holdfast_private.room_in(p_workspace, 'lane_rate', l.name, l.max_per_hour) <= 0)
      or l.max_running <= (select count(*) from holdfast_private.slots s where s.workspace_id = p_workspace and s.scope = 'lane' and s.name = l.name)));
    v_classes := array(select c.name from holdfast.job_classes c where c.workspace_id = p_workspace
      and c.max_running <= (select count(*) from holdfast_private.slots s where s.workspace_id = p_workspace and s.scope = 'class' and s.name = c.name));
    execute format(
      'select array_agg(w.id order by w.effective_priority, w.id) from (
         select j.id, j.effective_priority from holdfast.jobs j
         where j.workspace_id = $1 and j.%I = $2%s and j.state = ''queued'' and j.waits_for_slot
           and j.queue <> all ($3) and j.lane <> all ($4) and j.class <> all ($5)
           and (j.concurrency_key is null or not exists (
             select from holdfast_private.slots s where s.workspace_id = j.workspace_id and s.scope = ''key'' and s.name = j.concurrency_key))
           and (not j.suspect or not exists (select from holdfast_private.slots s where s.workspace_id = j.workspace_id and s.scope = ''suspect''))
         order by j.effective_priority, j.id limit $6) w',
      case p_scope when 'key' then 'concurrency_key' else p_scope end, case p_scope when 'suspect' then '::boolean' else '' end)
      into v_jobs using p_workspace, p_name, v_queues, v_lanes, v_classes, least(v_room, 100);
    exit when v_jobs is null;
    v_count := holdfast_private.dispatch(v_jobs, false);
    v_total := v_total + v_count;
    exit when v_count = 0;
  end loop;
  return v_total;
end
$$;
comment on function holdfast_private.dispatch_waiting(uuid, text, text) is 'Admits jobs that wait for a slot of this queue, lane, class or key, or to be the one suspect, best first. Returns how many were dispatched.';

-- Frees the slots and settles the money of jobs that left the dispatched and running states, and admits those who waited
-- for either. The scopes that are free are locked first: a dispatcher that is just now finding them full must have marked
-- its job as waiting before we look. A scope or budget that somebody holds (a person's open transaction, say) is not waited
-- for: slots are freed all the same, which can only make room; money is settled by the promote duty, which also sees to
-- who waits.
create function holdfast_private.free_slots(p_jobs bigint[], p_costs jsonb default '{}') returns integer
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_scopes jsonb;
  v_scope record;
  v_total integer := 0;
begin
  select jsonb_agg(distinct jsonb_build_object('workspace_id', s.workspace_id, 'scope', s.scope, 'name', s.name)) into v_scopes
  from holdfast_private.slots s where s.job_id = any (p_jobs);
  if v_scopes is not null then
    perform from holdfast_private.lock_scopes(v_scopes, false);
    delete from holdfast_private.slots s where s.job_id = any (p_jobs);
  end if;
  if holdfast_private.settle_money(p_jobs, p_costs) then
    v_total := holdfast_private.dispatch_for_money(100);
  end if;
  for v_scope in select * from jsonb_to_recordset(v_scopes) as s (workspace_id uuid, scope text, name text) order by s.scope, s.workspace_id, s.name loop
    v_total := v_total + holdfast_private.dispatch_waiting(v_scope.workspace_id, v_scope.scope, v_scope.name);
  end loop;
  return v_total;
end
$$;
comment on function holdfast_private.free_slots(bigint[], jsonb) is 'Releases the slots of the given jobs, settles their money ({job: reported cost} for those that ran) and admits those who waited for either.';

-- Scopes that hold nothing any more (resumed, or their limit lifted) but still have held jobs to be asked again: more than
-- one transaction should move, or not visible yet. A transaction that enqueued while the queue was paused and commits
-- after it was resumed leaves a job that nobody would ask again; so a row stays until every transaction that may have seen
-- the closed gate has ended, and no job bears its label.
create table holdfast_private.reopened (
  workspace_id uuid not null,
  scope text not null,
  name text not null,
  gate text not null,
  reopened_at timestamptz not null,
  horizon bigint,
  primary key (workspace_id, scope, name, gate)
);
comment on table holdfast_private.reopened is 'Queues, lanes and classes that were resumed or lost their limit, and may still have jobs that bear the gate''s name.';
comment on column holdfast_private.reopened.workspace_id is 'The workspace.';
comment on column holdfast_private.reopened.scope is 'queue, lane, class, or workspace (a stop ended).';
comment on column holdfast_private.reopened.name is 'Its name.';
comment on column holdfast_private.reopened.gate is 'The gate that opened, as in jobs.held_by.';
comment on column holdfast_private.reopened.reopened_at is 'Since when.';
comment on column holdfast_private.reopened.horizon is 'Transactions from this one on saw the gate open; noted by the promote duty.';
alter table holdfast_private.reopened enable row level security;

create function holdfast_private.reopen(p_workspace uuid, p_scope text, p_name text, p_gate text) returns integer
  language plpgsql set search_path = ''
as $$
begin
  insert into holdfast_private.reopened (workspace_id, scope, name, gate, reopened_at) values (p_workspace, p_scope, p_name, p_gate, holdfast_private.clock())
  on conflict (workspace_id, scope, name, gate) do update set reopened_at = excluded.reopened_at, horizon = null;
  return holdfast_private.dispatch(holdfast_private.jobs_held_by(p_workspace, p_scope, p_name, p_gate, 1000), false);
end
$$;
comment on function holdfast_private.reopen(uuid, text, text, text) is 'A gate of a queue, lane or class has opened: asks the first thousand jobs it held at once, leaves the rest to the promote duty.';

create function holdfast_private.jobs_held_by(p_workspace uuid, p_scope text, p_name text, p_gate text, p_limit integer) returns bigint[]
  language plpgsql stable set search_path = '' set enable_seqscan = off
as $$
declare
  v_jobs bigint[];
begin
  execute format(
    'select array_agg(h.id) from (select j.id from holdfast.jobs j
     where j.workspace_id = $1 %s and j.state = ''queued'' and j.held_by <> ''{}'' and $3 = any (j.held_by) %s
     order by j.effective_priority, j.id limit $4) h', case p_scope when 'workspace' then 'and $2 is not null' else format('and j.%I = $2', p_scope) end,
    -- Many stops, one name: what another stop still holds must not stand before what this one lets go.
    case p_gate when 'stop' then 'and not exists (select from holdfast.emergency_stops s where s.released_at is null
      and holdfast_private.stop_covers(s, j.workspace_id, j.queue, j.lane, j.kind, j.venture, j.paid, j.external))' end)
    into v_jobs using p_workspace, p_name, p_gate, p_limit;
  return v_jobs;
end
$$;
comment on function holdfast_private.jobs_held_by(uuid, text, text, text, integer) is 'Queued jobs of a queue, lane, class or workspace that bear the name of a gate that has opened, best first; null when there is none.';

create function holdfast_private.work_off_reopened(p_limit integer) returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_scope record;
  v_jobs bigint[];
  v_settled boolean;
  v_total integer := 0;
begin
  for v_scope in select r.* from holdfast_private.reopened r order by r.reopened_at for update skip locked loop
    -- Before the look, not after: what ends in between may leave a job behind.
    v_settled := coalesce(pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= v_scope.horizon, false);
    v_jobs := holdfast_private.jobs_held_by(v_scope.workspace_id, v_scope.scope, v_scope.name, v_scope.gate, p_limit);
    if v_jobs is not null then
      v_total := v_total + holdfast_private.dispatch(v_jobs, false);
    elsif v_settled then
      delete from holdfast_private.reopened r where (r.workspace_id, r.scope, r.name, r.gate) = (v_scope.workspace_id, v_scope.scope, v_scope.name, v_scope.gate);
    elsif v_scope.horizon is null then
      update holdfast_private.reopened r set horizon = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
      where (r.workspace_id, r.scope, r.name, r.gate) = (v_scope.workspace_id, v_scope.scope, v_scope.name, v_scope.gate);
    end if;
  end loop;
  return v_total;
end
$$;
comment on function holdfast_private.work_off_reopened(integer) is 'Asks the held jobs of reopened scopes again, at most p_limit each. Returns how many were dispatched.';
