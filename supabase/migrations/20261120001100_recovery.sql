-- Recovery: what happens when a worker, a runner, a delivery or the database itself goes away.
--
-- Death is either proven (a process of the same host looked: pid gone, or its start time differs) or only unheard of (no
-- heartbeat). Proven deaths are acted on at once; silence waits out the lease, and after a restart of Postgres everybody
-- gets one full ttl to report back, because nobody could.

-- Returns a dead pool's graphile-worker rows to circulation. They would stay locked for four hours, and their single
-- attempt is already counted, so unlocking alone would not bring them back.
create function holdfast_private.release_deliveries(p_pool text) returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_count integer;
begin
  update graphile_worker._private_jobs g set locked_at = null, locked_by = null, attempts = 0
  where g.locked_by = p_pool and g.key is not null
    and exists (select from holdfast.jobs j where j.id = (g.payload ->> 'job')::bigint and j.state = 'dispatched');
  get diagnostics v_count = row_count;
  -- The others were delivered already: their jobs run, wait or have ended.
  delete from graphile_worker._private_jobs g where g.locked_by = p_pool and g.payload ->> 'job' is not null;
  if v_count > 0 then
    perform pg_notify('jobs:insert', json_build_object('r', random(), 'count', v_count)::text);
  end if;
  return v_count;
end
$$;
comment on function holdfast_private.release_deliveries(text) is 'Frees what a dead graphile-worker pool had locked: undelivered jobs go back, delivered ones are dropped. Returns how many go back.';

create function holdfast_private.lost_finishes(p_tokens bigint[], p_class text, p_message text) returns jsonb
  language sql immutable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('token', t, 'outcome', 'lost', 'error', jsonb_build_object('class', p_class, 'message', p_message))), '[]') from unnest(p_tokens) t
$$;
comment on function holdfast_private.lost_finishes(bigint[], text, text) is 'The finishes that close runs as lost, for close_runs.';

create function holdfast_private.end_worker(p_worker bigint, p_reason text) returns boolean
  language plpgsql set search_path = ''
as $$
declare
  v_pool text;
begin
  update holdfast.workers w set ended_at = holdfast_private.clock(), ended_reason = p_reason where w.id = p_worker and w.ended_at is null returning w.pool_id into v_pool;
  if not found then
    return false;
  end if;
  perform holdfast_private.record(null, 'worker:' || p_worker, 'worker.ended', 'worker', p_worker::text, jsonb_build_object('reason', p_reason));
  perform holdfast_private.release_deliveries(v_pool);
  return true;
end
$$;
comment on function holdfast_private.end_worker(bigint, text) is 'Marks a worker as ended and frees its deliveries. False when it had ended already.';

create function holdfast_private.report_worker_dead(p_worker bigint, p_evidence text) returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  v_tokens bigint[] := array(select l.token from holdfast.leases l where l.worker_id = p_worker and l.mode = 'function' order by l.job_id);
begin
  perform holdfast_private.close_runs(holdfast_private.lost_finishes(v_tokens, 'worker_died', 'The worker process died: ' || p_evidence), 'worker:' || p_worker, true);
  perform holdfast_private.end_worker(p_worker, 'died: ' || p_evidence);
  return cardinality(v_tokens);
end
$$;
comment on function holdfast_private.report_worker_dead(bigint, text) is
  'A worker process is proven dead: its function runs are lost and go again at once; its commands are left to their runners. Returns how many function runs were lost.';

create function holdfast_private.retire_worker(p_worker bigint) returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  perform holdfast_private.end_worker(p_worker, 'retired');
end
$$;
comment on function holdfast_private.retire_worker(bigint) is 'A worker leaves in good order: its function runs are finished, its commands go on without it.';

create function holdfast_private.report_runs_lost(p_tokens bigint[], p_evidence text) returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  select count(*) filter (where c.accepted) into v_count
  from holdfast_private.close_runs(holdfast_private.lost_finishes(p_tokens, 'runner_died', 'The runner process died: ' || p_evidence), null, true, true) c;
  return v_count;
end
$$;
comment on function holdfast_private.report_runs_lost(bigint[], text) is 'Runners are proven dead and nothing of their commands is left: the runs are lost. Returns how many were.';

create function holdfast_private.orphans_cleared(p_run_ids bigint[]) returns integer
  language plpgsql security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update holdfast.runs r set orphan_cleared = true where r.id = any (p_run_ids) and r.orphan_cleared = false;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function holdfast_private.orphans_cleared(bigint[]) is 'No process of these lost runs is left on their host. Returns how many were newly cleared.';

create function holdfast_private.host_workers(p_host text, p_boot_id text) returns table (worker_id bigint, pid integer, pid_started text, pool_id text, last_seen_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select w.id, w.pid, w.pid_started, w.pool_id, w.last_seen_at from holdfast.workers w
  where w.host = p_host and w.boot_id = p_boot_id and w.ended_at is null order by w.id
$$;
comment on function holdfast_private.host_workers(text, text) is 'Workers of a host''s current boot that are not known to have ended.';

create function holdfast_private.host_runs(p_host text, p_boot_id text)
  returns table (token bigint, job_id bigint, mode text, worker_id bigint, worker_pid integer, worker_started text, worker_alive boolean, runner_pid integer, runner_started text,
    command_pid integer, command_started text, run_directory text, expires_at timestamptz)
  language sql stable security definer set search_path = ''
as $$
  select l.token, l.job_id, l.mode, l.worker_id, w.pid, w.pid_started, w.ended_at is null and w.last_seen_at > holdfast_private.clock() - interval '15 seconds',
    r.runner_pid, r.runner_started, r.command_pid, r.command_started, r.run_directory, l.expires_at
  from holdfast.leases l
  join holdfast.runs r on r.id = l.token
  join holdfast.workers w on w.id = l.worker_id
  where (coalesce(r.host, w.host) = p_host and coalesce(r.boot_id, w.boot_id) = p_boot_id) order by l.token
$$;
comment on function holdfast_private.host_runs(text, text) is 'Live leases whose runner, or whose worker while there is no runner yet, is on this host and boot.';

create function holdfast_private.adopt_runs(p_worker bigint, p_tokens bigint[]) returns table (token bigint)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
    update holdfast.leases l set worker_id = p_worker
    where l.token = any (p_tokens) and l.mode = 'command' and l.worker_id <> p_worker
      -- Of two that adopt at once the second finds the first one alive.
      and exists (select from holdfast.workers w where w.id = l.worker_id and (w.ended_at is not null or w.last_seen_at < holdfast_private.clock() - interval '15 seconds'))
    returning l.token;
end
$$;
comment on function holdfast_private.adopt_runs(bigint, bigint[]) is 'A worker answers for command runs that a dead worker of its host left behind. Returns those that it answers for now.';

-- Expired leases and silent workers. Nothing expires sooner than one ttl after the server started.
create function holdfast_private.reap() returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_started timestamptz := pg_postmaster_start_time();
  v_tokens bigint[];
  v_lost integer;
  v_worker record;
  v_workers integer := 0;
begin
  for v_worker in
    select w.id, w.last_seen_at from holdfast.workers w
    where w.ended_at is null and greatest(w.last_seen_at, v_started) + interval '15 seconds' < v_now order by w.id for update skip locked
  loop
    perform holdfast_private.end_worker(v_worker.id, format('silent since %s', v_worker.last_seen_at));
    v_workers := v_workers + 1;
  end loop;
  v_tokens := array(
    select l.token from holdfast.leases l join holdfast.jobs j on j.id = l.job_id
    where greatest(l.expires_at, v_started + make_interval(secs => l.ttl_seconds)) < v_now
    order by j.id limit 1000 for update of j skip locked);
  -- Asked again now that the jobs are locked: a heartbeat may have come in between.
  v_tokens := array(select l.token from holdfast.leases l
    where l.token = any (v_tokens) and greatest(l.expires_at, v_started + make_interval(secs => l.ttl_seconds)) < v_now order by l.token for update skip locked);
  select count(*) filter (where c.accepted) into v_lost
  from holdfast_private.close_runs(holdfast_private.lost_finishes(v_tokens, 'lease_expired', 'No heartbeat: the lease expired.'), 'supervisor', false) c;
  return jsonb_build_object('runs_lost', v_lost, 'workers_ended', v_workers);
end
$$;
comment on function holdfast_private.reap() is 'Duty: ends workers and runs that have not been heard of for their ttl.';

-- A job is dispatched but graphile-worker has no row that could still deliver it.
create function holdfast_private.redispatch() returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_cutoff timestamptz := holdfast_private.clock() - interval '10 seconds';
  v_specs graphile_worker.job_spec[];
begin
  with lost as materialized (
    select j.id, j.lane, j.effective_priority, j.workspace_id
    from holdfast.workspaces w
    cross join lateral (
      select k.* from holdfast.jobs k where k.workspace_id = w.id and k.state = 'dispatched' and k.dispatched_at < v_cutoff
      and not exists (select from graphile_worker._private_jobs g where g.key = 'job:' || k.id and (g.is_available or g.locked_at is not null))
      limit 1000
    ) j
  ), locked as materialized (
    select j.id, j.kind, j.lane, j.effective_priority, j.workspace_id from holdfast.jobs j join lost l on l.id = j.id
    where j.state = 'dispatched' order by j.id for update of j skip locked
  ), recorded as (
    insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id)
    select holdfast_private.clock(), l.workspace_id, 'supervisor', 'job.redispatched', 'job', l.id::text from locked l
  )
  select array_agg(holdfast_private.delivery(l.id, l.lane, k.mode, l.effective_priority)) into v_specs
  from locked l join holdfast.kinds k on k.workspace_id = l.workspace_id and k.name = l.kind;
  if v_specs is not null then
    perform graphile_worker.add_jobs(v_specs);
  end if;
  return jsonb_build_object('redispatched', coalesce(cardinality(v_specs), 0));
end
$$;
comment on function holdfast_private.redispatch() is 'Duty: delivers again what was dispatched but got lost on the way.';
