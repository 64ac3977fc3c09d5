-- Leases: workers announce themselves, take jobs, keep them by heartbeats and store what they print.
--
-- Everything here is called by holdfast_worker and nobody else. A lease is the only right to write about a run: each of
-- these functions names a token and fails closed when the token holds no lease.

create function holdfast_private.register_worker(p_worker jsonb) returns bigint
  language plpgsql security definer set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_lanes text[] := array(select jsonb_array_elements_text(p_worker -> 'lanes'));
  v_unknown text[];
  v_id bigint;
begin
  v_unknown := array(select l from unnest(v_lanes) l where not exists (select from holdfast.lanes k where k.name = l));
  if cardinality(v_lanes) = 0 then
    perform holdfast_private.refuse(422, 'no_lanes', 'A worker must serve at least one lane.', 'Set HOLDFAST_LANES, for example to default.');
  elsif v_unknown <> '{}' then
    perform holdfast_private.refuse(404, 'unknown_lane', format('No workspace has a lane %s.', array_to_string(v_unknown, ', ')),
      format('Known lanes: %s. Set HOLDFAST_LANES.', coalesce((select string_agg(distinct k.name, ', ') from holdfast.lanes k), 'none; create a workspace first')));
  end if;
  if not pg_input_is_valid(coalesce(p_worker ->> 'capacity', '1'), 'integer') or not pg_input_is_valid(coalesce(p_worker ->> 'pid', ''), 'integer')
     or num_nulls(p_worker ->> 'host', p_worker ->> 'boot_id', p_worker ->> 'pid_started') > 0 then
    perform holdfast_private.refuse(422, 'bad_worker', 'A worker says its host, boot_id, pid (a number), pid_started and capacity (a number).', 'Use startWorker of @holdfast/worker.');
  end if;
  insert into holdfast.workers (name, host, boot_id, pid, pid_started, pool_id, lanes, capacity, version, started_at, last_seen_at)
  values (coalesce(p_worker ->> 'name', p_worker ->> 'host'), p_worker ->> 'host', p_worker ->> 'boot_id', (p_worker ->> 'pid')::int, p_worker ->> 'pid_started',
    p_worker ->> 'pool_id', v_lanes, coalesce((p_worker ->> 'capacity')::int, 1), coalesce(p_worker ->> 'version', ''), v_now, v_now)
  returning id into v_id;
  -- The same process under a new number: it was given up too early and has come back. What it still runs stays its own.
  update holdfast.leases l set worker_id = v_id
  from holdfast.workers w where l.worker_id = w.id and l.mode = 'function' and w.id <> v_id and w.ended_at is not null
    and (w.host, w.boot_id, w.pid, w.pid_started) = (p_worker ->> 'host', p_worker ->> 'boot_id', (p_worker ->> 'pid')::int, p_worker ->> 'pid_started');
  perform holdfast_private.record(null, 'worker:' || v_id, 'worker.registered', 'worker', v_id::text, p_worker);
  return v_id;
end
$$;
comment on function holdfast_private.register_worker(jsonb) is 'A worker process announces itself: {name, host, boot_id, pid, pid_started, pool_id, lanes, capacity, version}. Returns its id.';

-- What a runner needs to know to run a job's command. Values of environment variables are not here and never were.
create function holdfast_private.command_of(p_job holdfast.jobs, p_kind holdfast.kinds) returns jsonb
  language plpgsql stable set search_path = ''
as $$
declare
  v_roots text[] := (select w.allowed_roots from holdfast.workspaces w where w.id = p_job.workspace_id);
  v_profile holdfast.profiles;
begin
  if p_kind.mode <> 'command' then
    return null;
  end if;
  if p_kind.profile is null then
    return jsonb_build_object(
      'profile', null, 'version', null, 'literal', true,
      'program', p_job.payload -> 'argv' ->> 0, 'args', p_job.payload -> 'argv' #- '{0}', 'params', '{}'::jsonb, 'parameter_schema', null,
      'env', coalesce(p_job.payload -> 'env', '[]'), 'cwd', p_job.payload -> 'cwd', 'roots', to_jsonb(v_roots),
      'pty', coalesce(p_job.payload -> 'pty', 'false'), 'columns', coalesce(p_job.payload -> 'columns', '120'), 'rows', coalesce(p_job.payload -> 'rows', '40'),
      'grace_seconds', coalesce(p_job.payload -> 'grace_seconds', '10'));
  end if;
  select p.* into v_profile from holdfast.profiles p
  where p.workspace_id = p_job.workspace_id and p.name = p_kind.profile and p.version = p_job.profile_version;
  return jsonb_build_object(
    'profile', v_profile.name, 'version', v_profile.version, 'literal', false,
    'program', v_profile.program, 'args', to_jsonb(v_profile.args), 'params', p_job.payload, 'parameter_schema', v_profile.parameter_schema,
    'env', to_jsonb(v_profile.env), 'cwd', to_jsonb(v_profile.cwd), 'roots', to_jsonb(v_roots),
    'pty', v_profile.pty, 'columns', 120, 'rows', 40, 'grace_seconds', v_profile.grace_seconds);
end
$$;
comment on function holdfast_private.command_of(holdfast.jobs, holdfast.kinds) is 'The command of a job as its runner gets it; null for a function job.';

-- Earlier attempts whose processes nobody has made sure of. The next attempt on their host ends them first.
create function holdfast_private.orphans_of(p_job bigint) returns jsonb
  language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('run_id', r.id, 'host', r.host, 'boot_id', r.boot_id, 'runner_pid', r.runner_pid,
    'runner_started', r.runner_started, 'command_pid', r.command_pid, 'command_started', r.command_started,
    'run_directory', r.run_directory)), '[]')
  from holdfast.runs r where r.job_id = p_job and r.orphan_cleared = false
$$;
comment on function holdfast_private.orphans_of(bigint) is 'Processes of lost attempts of a job that were never proven dead.';

-- Delivery is at least once; this makes it once. A job that is no longer dispatched is skipped silently. Every gate is
-- asked again, because it may have closed since dispatch: what is held goes back to queued.
create function holdfast_private.take_leases(p_worker bigint, p_jobs bigint[])
  returns table (job_id bigint, token bigint, attempt integer, workspace_id uuid, workspace text, kind text, mode text, queue text, lane text, class text,
    name text, payload jsonb, labels jsonb, idempotency_key text, timeout_seconds integer, ttl_seconds integer, heartbeat_seconds integer, command jsonb, orphans jsonb, consent jsonb)
  language plpgsql security definer set search_path = '' set enable_seqscan = off set plan_cache_mode = auto
as $$
#variable_conflict use_column
declare
  v_now timestamptz;
  v_candidates holdfast_private.candidate[];
  v_take bigint[];
  v_held record;
  v_consents jsonb;
begin
  -- Shared with every other take, exclusive with whoever engages a stop: a start commits before the stop does, or sees it.
  -- The clock is read afterwards, so that no start bears an earlier time than a stop it has seen.
  perform pg_advisory_xact_lock_shared(7422, 0);
  v_now := holdfast_private.clock();
  if not exists (select from holdfast.workers w where w.id = p_worker and w.ended_at is null) then
    perform holdfast_private.refuse(404, 'unknown_worker', format('Worker %s is not registered, or was declared dead.', p_worker), 'Register again.');
  end if;
  with locked as materialized (
    -- Skip, never wait: one job in an operator's open transaction must not stop the other 499. If nothing came of that
    -- transaction, the redispatch duty delivers the job again.
    select j.* from holdfast.jobs j where j.id = any (p_jobs) and j.state = 'dispatched' order by j.id for update skip locked
  )
  select array_agg((j.id, j.workspace_id, j.queue, j.lane, j.class, j.concurrency_key, j.run_at, j.depends_on <> '{}', j.effective_priority, j.suspect, j.kind, j.venture, j.paid, j.external, j.consent is not null, j.est_cost)::holdfast_private.candidate),
    array_agg(j.id)
  into v_candidates, v_take from locked j;
  if v_candidates is null then
    return;
  end if;
  perform holdfast_private.plan_for(cardinality(v_take));
  for v_held in
    select array_agg(h.job_id order by h.job_id) as jobs, h.held_by from (
      select g.job_id, g.held_by from holdfast_private.closed_gates(v_candidates, true) g
      union all select s.job_id, s.held_by from holdfast_private.without_slot(v_candidates) s
    ) h group by h.held_by
  loop
    v_take := array(select t from unnest(v_take) t where t <> all (v_held.jobs));
    perform holdfast_private.undispatch(v_held.jobs, v_held.held_by);
    if 'approval' = any (v_held.held_by) then
      -- What was consented to is not what would run now: the consent is void, and asked for again.
      perform holdfast_private.ask_consent(v_held.jobs, '{}');
    end if;
  end loop;
  if exists (select from unnest(v_candidates) c where c.consent) then
    -- Before anything starts: once the new run is there, a grant that an earlier attempt spent no longer looks like one.
    select jsonb_object_agg(c.job_id, holdfast_private.consent_of(c.job_id)) into v_consents from unnest(v_candidates) c where c.consent and c.job_id = any (v_take);
  end if;
  return query
    -- Everything about the job comes out of the one statement that starts it: joined again, the planner (which sees
    -- neither how few they are nor that they were just touched) scans every job of the workspace.
    with started as (
      update holdfast.jobs j set state = 'running', attempt = j.attempt + 1, started_at = v_now, progress = null, progress_message = null
      from holdfast.kinds k, holdfast.workspaces w
      where j.id = any (v_take) and k.workspace_id = j.workspace_id and k.name = j.kind and w.id = j.workspace_id
      returning j.id, j.workspace_id, j.attempt, j.kind, j.queue, j.lane, j.class, j.name, j.payload, j.labels, j.idempotency_key, j.timeout_seconds, k.mode, w.slug
    ), opened as (
      insert into holdfast.runs (workspace_id, job_id, attempt, worker_id, started_at)
      select s.workspace_id, s.id, s.attempt, p_worker, v_now from started s
      returning id, job_id
    ), taken as materialized (
      select o.id as run_id, s.* from opened o join started s on s.id = o.job_id
    ), leased as (
      insert into holdfast.leases (token, job_id, workspace_id, worker_id, mode, acquired_at, heartbeat_at, expires_at)
      select t.run_id, t.id, t.workspace_id, p_worker, t.mode, v_now, v_now, v_now + interval '15 seconds' from taken t
    ), recorded as (
      -- A command launch is an event of its own; a function's start travels in its close event.
      insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id, data)
      select v_now, t.workspace_id, 'worker:' || p_worker, 'run.launched', 'run', t.run_id::text, jsonb_build_object('job', t.id, 'attempt', t.attempt)
      from taken t where t.mode = 'command'
    )
    select t.id, t.run_id, t.attempt, t.workspace_id, t.slug, t.kind, t.mode, t.queue, t.lane, t.class, t.name, t.payload, t.labels, t.idempotency_key,
      t.timeout_seconds, 15, 5,
      case when t.mode = 'command' then (select holdfast_private.command_of(j, k) from holdfast.jobs j join holdfast.kinds k on k.workspace_id = j.workspace_id and k.name = j.kind where j.id = t.id) end,
      case when t.mode = 'command' then holdfast_private.orphans_of(t.id) else '[]' end,
      v_consents -> t.id::text
    from taken t;
  if v_consents is not null then
    perform holdfast_private.spend_grants(v_consents);
  end if;
end
$$;
comment on function holdfast_private.take_leases(bigint, bigint[]) is 'dispatched -> running for those of the jobs that still are and whose gates are open; one row per lease taken.';

create function holdfast_private.refuse_lost_lease(p_token bigint) returns void
  language plpgsql set search_path = ''
as $$
begin
  perform holdfast_private.refuse(409, 'lease_lost', format('Run %s does not hold its lease.', p_token), 'Stop working on it: another attempt may be running, or the job has ended.');
end
$$;
comment on function holdfast_private.refuse_lost_lease(bigint) is 'The refusal every late write meets.';

create function holdfast_private.attach_run(p_token bigint, p_run jsonb) returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  -- Key-share: the lease cannot be ended under us, heartbeats go on.
  perform from holdfast.leases l where l.token = p_token for key share;
  if not found then
    perform holdfast_private.refuse_lost_lease(p_token);
  end if;
  update holdfast.runs r set
    host = coalesce(p_run ->> 'host', r.host), boot_id = coalesce(p_run ->> 'boot_id', r.boot_id),
    runner_pid = coalesce((p_run ->> 'runner_pid')::int, r.runner_pid), runner_started = coalesce(p_run ->> 'runner_started', r.runner_started),
    command_pid = coalesce((p_run ->> 'command_pid')::int, r.command_pid), command_started = coalesce(p_run ->> 'command_started', r.command_started),
    argv = coalesce(case when p_run ? 'argv' then array(select jsonb_array_elements_text(p_run -> 'argv')) end, r.argv),
    program = coalesce(p_run ->> 'program', r.program), cwd = coalesce(p_run ->> 'cwd', r.cwd), run_directory = coalesce(p_run ->> 'run_directory', r.run_directory)
  where r.id = p_token;
  if p_run ? 'runner_pid' then
    -- A sign of life: a launch may have taken most of the lease's life.
    update holdfast.leases l set progress = l.progress where l.token = p_token;
  end if;
end
$$;
comment on function holdfast_private.attach_run(bigint, jsonb) is 'A runner tells where and as what it runs; given fields replace, others stay.';

-- What a command reports as its cost is a stranger's number: one that does not fit the column must not cost a run its
-- heartbeat, nor a worker the heartbeats and finishes that travel with it.
create function holdfast_private.storable_amount(p_amount numeric) returns numeric
  language sql immutable set search_path = ''
  as $$ select case when p_amount between 0 and 99999999 then p_amount end $$;
comment on function holdfast_private.storable_amount(numeric) is 'The amount, or null when nobody could mean it: negative, not a number, above 99999999.';

-- One UPDATE beats all of a worker's function runs. Only what needs attention comes back.
create function holdfast_private.worker_beat(p_worker bigint, p_beats jsonb default '[]') returns table (token bigint, verdict text)
  language plpgsql security definer set search_path = '' set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_draining boolean;
begin
  update holdfast.workers w set last_seen_at = holdfast_private.clock() where w.id = p_worker and w.ended_at is null
  returning w.draining_since is not null into v_draining;
  if not found then
    perform holdfast_private.refuse(404, 'unknown_worker', format('Worker %s is not registered, or was declared dead.', p_worker), 'Register again.');
  end if;
  return query
    with beats as materialized (
      select b.* from jsonb_to_recordset(p_beats) as b (token bigint, progress numeric, message text, cost numeric)
    ), beaten as (
      update holdfast.leases l set progress = case when b.progress is null then l.progress else least(greatest(b.progress, 0), 1) end,
        progress_message = coalesce(left(b.message, 500), l.progress_message), cost = coalesce(holdfast_private.storable_amount(b.cost), l.cost)
      -- One lease in a person's open transaction must not cost the others their heartbeat: it is skipped, and beaten next time.
      from (select k.token as lease, b.* from beats b join holdfast.leases k on k.token = b.token where k.worker_id = p_worker order by k.token for no key update of k skip locked) b
      where l.token = b.lease
      returning l.token, l.verdict
    )
    select n.token, n.verdict from beaten n where n.verdict <> 'keep'
    union all select b.token, 'lost' from beats b where not exists (select from holdfast.leases l where l.token = b.token and l.worker_id = p_worker);
  if jsonb_path_exists(p_beats, '$[*] ? (@.cost > 0)') then
    perform holdfast_private.extend_money(array(select b.token from jsonb_to_recordset(p_beats) as b (token bigint, cost numeric) where b.cost > 0));
  end if;
  perform holdfast_private.acknowledge_stops(p_worker);
  if v_draining then
    return query select null::bigint, 'drain'::text;
  end if;
end
$$;
comment on function holdfast_private.worker_beat(bigint, jsonb) is 'Heartbeat of a worker and its function runs: [{token, progress, message, cost}]. Returns verdicts other than keep, and (null, drain) when asked to drain.';

-- A lost run that comes back before a new attempt has started takes its lease back: the command never stopped.
create function holdfast_private.resume_run(p_token bigint) returns text
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_run holdfast.runs;
  v_job holdfast.jobs;
begin
  select r.* into v_run from holdfast.runs r where r.id = p_token;
  if v_run.outcome is distinct from 'lost' then
    return 'lost';
  end if;
  select j.* into v_job from holdfast.jobs j where j.id = v_run.job_id for update;
  if v_job.state not in ('retrying', 'awaiting_approval') or v_job.attempt <> v_run.attempt or v_now > v_run.started_at + make_interval(secs => v_job.timeout_seconds) then
    return 'lost';
  end if;
  -- A stop that ends what runs ends what comes back, too.
  if exists (select from holdfast.emergency_stops s where s.released_at is null and s.kill_running
      and holdfast_private.stop_covers(s, v_job.workspace_id, v_job.queue, v_job.lane, v_job.kind, v_job.venture, v_job.paid, v_job.external)) then
    return 'lost';
  end if;
  update holdfast.runs r set outcome = null, finished_at = null, error_message = null, error_class = null, orphan_cleared = null where r.id = p_token and r.outcome = 'lost';
  if not found then
    return 'lost';
  end if;
  update holdfast.jobs j set state = 'running', consent = null, crash_count = greatest(j.crash_count - 1, 0), error_message = null, error_class = null, fingerprint = null where j.id = v_job.id;
  insert into holdfast.leases (token, job_id, workspace_id, worker_id, mode, acquired_at, heartbeat_at, expires_at)
  values (p_token, v_job.id, v_job.workspace_id, v_run.worker_id, 'command', v_now, v_now, v_now + interval '15 seconds');
  -- It runs, so it occupies its slots, even where that is one more than the limit for a while.
  insert into holdfast_private.slots (workspace_id, scope, name, job_id)
  select s.workspace_id, s.scope, s.name, s.job_id from holdfast_private.limited_scopes(array[
    (v_job.id, v_job.workspace_id, v_job.queue, v_job.lane, v_job.class, v_job.concurrency_key, v_job.run_at, false, v_job.effective_priority, false,
      v_job.kind, v_job.venture, v_job.paid, v_job.external, false, v_job.est_cost)::holdfast_private.candidate]) s
  where s.scope not like '%\_rate'
  on conflict do nothing;
  perform holdfast_private.record(v_job.workspace_id, 'worker:' || v_run.worker_id, 'run.resumed', 'run', p_token::text, jsonb_build_object('job', v_job.id, 'attempt', v_run.attempt, 'state', 'running'));
  return 'keep';
end
$$;
comment on function holdfast_private.resume_run(bigint) is 'Gives a lost command run its lease back while its job still waits (retrying, awaiting_approval) and no stop ends it. Returns keep or lost.';

create function holdfast_private.beat_lease(p_token bigint, p_beat jsonb default '{}') returns text
  language plpgsql security definer set search_path = ''
as $$
declare
  v_verdict text;
begin
  update holdfast.leases l set
    progress = case when p_beat ->> 'progress' is null then l.progress else least(greatest((p_beat ->> 'progress')::numeric, 0), 1) end, -- of null and 0 the greatest is 0
    progress_message = coalesce(left(p_beat ->> 'message', 500), l.progress_message),
    cpu_seconds = coalesce((p_beat ->> 'cpu_seconds')::numeric, l.cpu_seconds),
    memory_bytes = greatest((p_beat ->> 'memory_bytes')::bigint, l.memory_bytes),
    cost = coalesce(holdfast_private.storable_amount((p_beat ->> 'cost')::numeric), l.cost)
  where l.token = p_token
  returning l.verdict into v_verdict;
  if not found then
    return holdfast_private.resume_run(p_token);
  elsif v_verdict = 'keep' and (p_beat ->> 'cost')::numeric > 0 and holdfast_private.extend_money(array[p_token]) then
    return 'stop';
  end if;
  return v_verdict;
end
$$;
comment on function holdfast_private.beat_lease(bigint, jsonb) is 'Heartbeat of a runner: {cpu_seconds, memory_bytes, progress, message, cost}. Returns keep, cancel, kill, stop or lost.';

-- Bytes are addressed, so sending them twice stores them once, and a hole cannot be stored at all.
create function holdfast_private.store_output(p_token bigint, p_stream text, p_offset bigint, p_data bytea) returns bigint
  language plpgsql security definer set search_path = ''
as $$
declare
  v_workspace uuid;
  v_have bigint;
  v_skip integer;
begin
  select l.workspace_id into v_workspace from holdfast.leases l where l.token = p_token for key share;
  if not found then
    perform holdfast_private.refuse_lost_lease(p_token);
  end if;
  select case p_stream when 'stdout' then r.stdout_bytes when 'stderr' then r.stderr_bytes when 'raw' then r.raw_bytes end into v_have
  from holdfast.runs r where r.id = p_token for no key update;
  if v_have is null then
    perform holdfast_private.refuse(422, 'unknown_stream', format('There is no stream %s.', p_stream), 'Use stdout, stderr or raw.');
  elsif p_offset > v_have then
    perform holdfast_private.refuse(409, 'output_gap', format('%s of run %s is stored up to byte %s: byte %s would leave a gap.', p_stream, p_token, v_have, p_offset),
      format('Send again from byte %s.', v_have));
  elsif p_offset < 0 then
    perform holdfast_private.refuse(422, 'bad_offset', format('An offset is 0 or more: got %s.', p_offset), 'Count bytes from the start of the stream.');
  end if;
  v_skip := least(v_have - p_offset, length(p_data))::integer;
  if v_skip < length(p_data) then
    insert into holdfast.run_output (run_id, stream, byte_offset, at, workspace_id, data)
    values (p_token, p_stream, v_have, holdfast_private.clock(), v_workspace, case v_skip when 0 then p_data else substr(p_data, v_skip + 1) end);
    v_have := v_have + length(p_data) - v_skip;
    update holdfast.runs r set
      stdout_bytes = case p_stream when 'stdout' then v_have else r.stdout_bytes end,
      stderr_bytes = case p_stream when 'stderr' then v_have else r.stderr_bytes end,
      raw_bytes = case p_stream when 'raw' then v_have else r.raw_bytes end
    where r.id = p_token;
  end if;
  return v_have;
end
$$;
comment on function holdfast_private.store_output(bigint, text, bigint, bytea) is 'Stores output of a run at a byte offset; what is already there is ignored. Returns the next offset.';

create function holdfast_private.run_states(p_tokens bigint[]) returns table (token bigint, outcome text, job_state text)
  language sql stable security definer set search_path = ''
as $$
  select r.id, r.outcome, j.state from holdfast.runs r join holdfast.jobs j on j.id = r.job_id where r.id = any (p_tokens)
$$;
comment on function holdfast_private.run_states(bigint[]) is 'How runs stand: outcome is null while a run holds its lease.';
