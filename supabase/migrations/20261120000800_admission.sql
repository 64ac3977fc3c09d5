-- Admission: from insert to graphile-worker.
--
-- A job is checked and filled when it is inserted, and dispatched in the same transaction when every gate is open: state
-- and delivery commit together or not at all. While a gate is closed, nothing about the job is in graphile-worker, so
-- 100,000 held jobs cost the others nothing.

-- Dispatches the candidates whose gates are all open, holds the others with their reasons. Candidates are queued jobs
-- whose rows this transaction has locked. Returns how many were dispatched.
create function holdfast_private.admit(p_candidates holdfast_private.candidate[], p_wait boolean default true) returns integer
  language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = auto
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_held jsonb;
  v_open holdfast_private.candidate[] := p_candidates;
  v_money jsonb;
  v_asks bigint[];
  v_specs graphile_worker.job_spec[];
begin
  if coalesce(cardinality(p_candidates), 0) = 0 then
    return 0;
  end if;
  perform holdfast_private.plan_for(cardinality(p_candidates));
  select jsonb_object_agg(h.job_id, h.held_by) into v_held from holdfast_private.closed_gates(p_candidates) h;
  if v_held is not null then
    v_open := array(select c from unnest(p_candidates) c where not v_held ? (c.job_id)::text);
  end if;
  -- Three statements, not one: the slots are counted only for those that nothing else holds, money for those with a slot.
  select coalesce(v_held, '{}') || coalesce(jsonb_object_agg(s.job_id, s.held_by), '{}') into v_held from holdfast_private.take_slots(v_open, p_wait) s;
  if exists (select from unnest(v_open) c where c.paid) then
    select jsonb_object_agg(m.job_id, array[m.gate]) into v_money
    from holdfast_private.take_money(array(select c from unnest(v_open) c where c.paid and not v_held ? (c.job_id)::text), p_wait) m;
    if v_money is not null then
      perform holdfast_private.give_back_slots(array(select k::bigint from jsonb_object_keys(v_money) k));
      v_held := v_held || v_money;
    end if;
  end if;
  if jsonb_path_exists(v_held, '$.*[*] ? (@ == "budget")') then
    perform holdfast_private.note_breaches(array(select c from unnest(p_candidates) c where c.paid and v_held -> (c.job_id)::text ? 'budget'));
  end if;
  if jsonb_path_exists(v_held, '$.*[*] ? (@ == "approval")') then
    v_asks := array(select e.key::bigint from jsonb_each(v_held) e where e.value ? 'approval' order by 1);
    perform holdfast_private.ask_consent(v_asks, array(select k::bigint from jsonb_object_keys(v_money) k));
  end if;
  if v_held <> '{}' then
    update holdfast.jobs j set held_by = array(select jsonb_array_elements_text(v_held -> j.id::text))
    where j.id = any (array(select k::bigint from jsonb_object_keys(v_held) k)) and j.state = 'queued'
      and j.held_by is distinct from array(select jsonb_array_elements_text(v_held -> j.id::text));
    v_open := array(select c from unnest(v_open) c where not v_held ? (c.job_id)::text);
  end if;
  if cardinality(v_open) = 0 then
    return 0;
  end if;
  with dispatched as (
    update holdfast.jobs j set state = 'dispatched', held_by = '{}', dispatched_at = v_now
    from holdfast.kinds k where j.id = any (array(select c.job_id from unnest(v_open) c)) and k.workspace_id = j.workspace_id and k.name = j.kind
    returning j.id, j.lane, k.mode, j.effective_priority
  )
  select array_agg(holdfast_private.delivery(d.id, d.lane, d.mode, d.effective_priority)) into v_specs from dispatched d;
  perform graphile_worker.add_jobs(v_specs);
  return cardinality(v_specs);
end
$$;
comment on function holdfast_private.admit(holdfast_private.candidate[], boolean) is
  'Asks the gates; hands open candidates to graphile-worker and marks the others with held_by. p_wait false where the caller holds scopes already (lock_scopes). Returns how many were dispatched.';

-- How a job looks inside graphile-worker: keyed, so that a second delivery replaces the first, and with one attempt,
-- because retries are ours. Commands have a task of their own in each lane: a worker counts them apart from functions and
-- fetches none that it has no slot for, so that a flood of commands neither holds up functions nor waits in one worker
-- while another is idle.
create function holdfast_private.delivery(p_job bigint, p_lane text, p_mode text, p_priority integer) returns graphile_worker.job_spec
  language plpgsql immutable set search_path = ''
as $$
begin
  return ('holdfast:' || p_lane || case p_mode when 'command' then ':commands' else '' end, json_build_object('job', p_job), null, null, 1, 'job:' || p_job, p_priority, null)::graphile_worker.job_spec;
end
$$;
comment on function holdfast_private.delivery(bigint, text, text, integer) is 'The graphile-worker job that delivers one of ours.';

-- Locks some queued jobs and admits them. Jobs that another session is working on are skipped: it decides about them.
create function holdfast_private.dispatch(p_jobs bigint[], p_wait boolean default true) returns integer
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_candidates holdfast_private.candidate[];
begin
  with locked as materialized (
    select j.* from holdfast.jobs j where j.id = any (p_jobs) and j.state = 'queued' order by j.id for update skip locked
  )
  select array_agg((j.id, j.workspace_id, j.queue, j.lane, j.class, j.concurrency_key, j.run_at, j.depends_on <> '{}', j.effective_priority, j.suspect, j.kind, j.venture, j.paid, j.external, j.consent is not null, j.est_cost)::holdfast_private.candidate
    order by j.effective_priority, j.id)
  into v_candidates from locked j;
  return holdfast_private.admit(v_candidates, p_wait);
end
$$;
comment on function holdfast_private.dispatch(bigint[], boolean) is 'Locks those of the given jobs that are queued and admits them. p_wait false where the caller holds scopes already (lock_scopes). Returns how many were dispatched.';

-- Takes jobs back from graphile-worker: a gate closed over them. A delivery already in a worker's hands finds the job no
-- longer dispatched and leaves it alone.
create function holdfast_private.undispatch(p_jobs bigint[], p_held_by text[]) returns integer
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_jobs bigint[];
begin
  with back as (
    update holdfast.jobs j set state = 'queued', held_by = p_held_by, dispatched_at = null
    where j.id in (select k.id from holdfast.jobs k where k.id = any (p_jobs) and k.state = 'dispatched' order by k.id for update skip locked)
    returning j.id
  )
  select array_agg(b.id) into v_jobs from back b;
  perform holdfast_private.give_back_slots(v_jobs);
  perform holdfast_private.settle_money(v_jobs, '{}');
  delete from graphile_worker._private_jobs g where g.key = any (array(select 'job:' || j from unnest(v_jobs) j)) and g.locked_at is null;
  return coalesce(cardinality(v_jobs), 0);
end
$$;
comment on function holdfast_private.undispatch(bigint[], text[]) is 'dispatched -> queued, held by the given gates, and out of graphile-worker. Returns how many.';

-- What never started gives its slots back, and its starts: it does not count against a rate.
create function holdfast_private.give_back_slots(p_jobs bigint[]) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
begin
  delete from holdfast_private.slots s where s.job_id = any (p_jobs);
  delete from holdfast_private.starts t using holdfast.jobs j
  where t.job_id = any (p_jobs) and j.id = t.job_id and t.at >= coalesce(j.started_at, j.created_at);
end
$$;
comment on function holdfast_private.give_back_slots(bigint[]) is 'Forgets the slots and the unused starts of jobs that leave dispatched without having started.';

-- Checks and fills one inserted row. Everything a person could get wrong is refused here, with the field and the way out.
create function holdfast_private.tg_jobs__fill() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_kind holdfast.kinds;
  v_names record;
  v_class holdfast.job_classes;
  v_blocked boolean := false;
begin
  -- The policy's question, asked before any lookup: see "Every act is a row".
  if not holdfast_private.caller_may(new.workspace_id, 'enqueue', 'job') then
    perform holdfast_private.refuse(403, 'not_permitted', 'You may not enqueue jobs in this workspace.', 'Ask an admin of the workspace for the role operator.');
  end if;
  select k.* into v_kind from holdfast.kinds k where k.workspace_id = new.workspace_id and k.name = new.kind;
  if not found then
    perform holdfast_private.refuse_unknown('kind', new.kind, new.workspace_id);
  end if;
  new.queue := coalesce(new.queue, v_kind.queue);
  new.lane := coalesce(new.lane, v_kind.lane);
  new.class := coalesce(new.class, v_kind.class);
  select c as class,
      exists (select from holdfast.queues q where q.workspace_id = c.workspace_id and q.name = new.queue) as queue,
      exists (select from holdfast.lanes l where l.workspace_id = c.workspace_id and l.name = new.lane) as lane
    into v_names from holdfast.job_classes c where c.workspace_id = new.workspace_id and c.name = new.class;
  if not found then
    perform holdfast_private.refuse_unknown('class', new.class, new.workspace_id);
  elsif not v_names.queue then
    perform holdfast_private.refuse_unknown('queue', new.queue, new.workspace_id);
  elsif not v_names.lane then
    perform holdfast_private.refuse_unknown('lane', new.lane, new.workspace_id);
  end if;
  v_class := v_names.class;
  if new.venture is not null and not exists (select from holdfast.ventures v where v.workspace_id = new.workspace_id and v.name = new.venture) then
    perform holdfast_private.refuse_unknown('venture', new.venture, new.workspace_id);
  end if;

  new.payload := coalesce(new.payload, '{}');
  new.labels := coalesce(new.labels, '{}');
  new.priority := coalesce(new.priority, 0);
  new.run_at := coalesce(new.run_at, v_now);
  new.timeout_seconds := coalesce(new.timeout_seconds, v_kind.timeout_seconds, v_class.timeout_seconds);
  new.max_attempts := coalesce(new.max_attempts, v_class.max_retries + 1);
  new.trigger := coalesce(new.trigger, 'api');
  new.depends_on := coalesce(new.depends_on, '{}');
  new.est_cost := round(new.est_cost, 6);
  new.paid := coalesce(new.paid, false);
  new.external := coalesce(new.external, false);
  perform holdfast_private.check_job(new, v_now);
  if v_kind.mode = 'command' then
    new.profile_version := holdfast_private.check_command(new, v_kind);
  end if;

  if new.depends_on <> '{}' then
    new.depends_on := array(select distinct d from unnest(new.depends_on) d where d is not null order by 1);
    v_blocked := holdfast_private.check_dependencies(new.workspace_id, new.depends_on);
  end if;
  new.effective_priority := new.priority;
  new.state := case when v_class.needs_approval then 'awaiting_approval' when v_blocked then 'blocked' else 'queued' end;
  new.held_by := case when new.state = 'blocked' then '{dependency}'::text[] else '{}' end;
  new.created_by := holdfast_private.current_actor();
  new.created_at := v_now;
  new.queued_at := case when new.state = 'queued' then v_now end;
  new.attempt := 0;
  new.crash_count := 0;
  new.alike_failures := 0;
  new.suspect := false;
  new.consent := case when v_class.needs_approval then 'first_run' end;
  return new;
end
$$;
comment on function holdfast_private.tg_jobs__fill() is 'Checks an inserted job and fills what it does not say from its kind and class.';

create function holdfast_private.check_dependencies(p_workspace uuid, p_parents bigint[]) returns boolean
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_missing bigint[];
begin
  -- Share-locked: a parent that is finishing right now either sees us as its dependent, or we see it completed.
  perform from holdfast.jobs p where p.id = any (p_parents) and p.workspace_id = p_workspace order by p.id for share;
  v_missing := array(select d from unnest(p_parents) d
    where not exists (select from holdfast.jobs p where p.id = d and p.workspace_id = p_workspace) order by 1);
  if v_missing <> '{}' then
    perform holdfast_private.refuse(404, 'unknown_job', format('depends_on names a job that does not exist in this workspace: %s.', array_to_string(v_missing, ', ')),
      'A job can only wait for jobs of its own workspace that were enqueued before it.');
  end if;
  return exists (select from holdfast.jobs p where p.id = any (p_parents) and p.state <> 'completed');
end
$$;
comment on function holdfast_private.check_dependencies(uuid, bigint[]) is 'Refuses parents that are not jobs of the workspace; true when one of them has not completed yet.';

create function holdfast_private.refuse_unknown(p_what text, p_name text, p_workspace uuid) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_table text := case p_what when 'class' then 'job_classes' else p_what || 's' end;
  v_names text;
begin
  if not exists (select from holdfast.workspaces w where w.id = p_workspace) then
    perform holdfast_private.refuse(404, 'unknown_workspace', format('There is no workspace %s.', coalesce(p_workspace::text, '(null)')), 'Set workspace_id to the id of a workspace you belong to.');
  end if;
  execute format('select string_agg(name, '', '' order by name) from (select name from holdfast.%I where workspace_id = $1 order by name limit 30) n', v_table)
    into v_names using p_workspace;
  perform holdfast_private.refuse(404, 'unknown_' || p_what, format('There is no %s %s in this workspace.', p_what, coalesce(quote_literal(left(p_name, 100)), '(null)')),
    format('Known: %s.', coalesce(v_names, 'none yet')));
end
$$;
comment on function holdfast_private.refuse_unknown(text, text, uuid) is 'Refuses a name that the workspace''s catalogue does not hold, and says which it holds.';

create function holdfast_private.check_job(p_job holdfast.jobs, p_now timestamptz) returns void
  language plpgsql set search_path = ''
as $$
begin
  if p_job.timeout_seconds not between 1 and 30 * 86400 then
    perform holdfast_private.refuse(422, 'bad_timeout', format('timeout_seconds must be 1 to 2592000 (30 days): got %s.', p_job.timeout_seconds), 'Leave it out to take the class''s timeout.');
  elsif p_job.max_attempts not between 1 and 100 then
    perform holdfast_private.refuse(422, 'bad_max_attempts', format('max_attempts must be 1 to 100: got %s.', p_job.max_attempts), 'Use 1 for a job that must not be retried.');
  elsif p_job.priority not between -1000 and 1000 then
    perform holdfast_private.refuse(422, 'bad_priority', format('priority must be -1000 to 1000, smaller first: got %s.', p_job.priority), 'Leave it out for 0.');
  elsif not isfinite(p_job.run_at) or p_job.run_at > p_now + interval '10 years' then
    perform holdfast_private.refuse(422, 'bad_run_at', format('run_at may be at most ten years ahead: got %s.', p_job.run_at), 'Check the year; times are ISO 8601 with an offset.');
  elsif octet_length(p_job.payload::text) > 262144 then
    perform holdfast_private.refuse(413, 'payload_too_large', format('payload may be at most 256 KiB as text: got %s bytes.', octet_length(p_job.payload::text)),
      'Store it elsewhere and pass a reference in the payload.');
  elsif jsonb_typeof(p_job.labels) <> 'object' or octet_length(p_job.labels::text) > 8192 then
    perform holdfast_private.refuse(422, 'bad_labels', 'labels must be a JSON object of at most 8 KiB.', 'Labels are for filters: put data into the payload.');
  elsif length(p_job.name) > 500 then
    perform holdfast_private.refuse(422, 'bad_name', format('name may have at most 500 characters: got %s.', length(p_job.name)), 'Shorten it.');
  elsif p_job.idempotency_key = '' or length(p_job.idempotency_key) > 200 then
    perform holdfast_private.refuse(422, 'bad_idempotency_key', 'idempotency_key must have 1 to 200 characters.', 'Leave it out when a repeat may make a second job.');
  elsif p_job.concurrency_key = '' or length(p_job.concurrency_key) > 200 then
    perform holdfast_private.refuse(422, 'bad_concurrency_key', 'concurrency_key must have 1 to 200 characters.', 'Leave it out when jobs need not wait for each other.');
  elsif p_job.est_cost not between 0 and 99999999 then
    perform holdfast_private.refuse(422, 'bad_est_cost', format('est_cost must be an amount from 0 to 99999999: got %s.', p_job.est_cost), 'Leave it out when the job costs nothing.');
  elsif p_job.paid and p_job.est_cost is null then
    perform holdfast_private.refuse(422, 'bad_est_cost', 'A paid job must say its est_cost: that much is reserved from the budget before it runs.', 'Give the most one attempt should cost.');
  elsif p_job.trigger not in ('api', 'manual', 'schedule', 'work_order', 'retry', 'rerun') then
    perform holdfast_private.refuse(422, 'bad_trigger', format('trigger must be api, manual, schedule, work_order, retry or rerun: got %s.', p_job.trigger), 'Leave it out for api.');
  elsif cardinality(p_job.depends_on) > 1000 then
    perform holdfast_private.refuse(422, 'too_many_dependencies', format('depends_on may name at most 1000 jobs: got %s.', cardinality(p_job.depends_on)), 'Gather them behind a job in between.');
  end if;
end
$$;
comment on function holdfast_private.check_job(holdfast.jobs, timestamptz) is 'Refuses out-of-range fields of a new job, each by name.';

-- A command job names a profile through its kind, or is ad hoc and then needs a command rule. Returns the profile's version.
create function holdfast_private.check_command(p_job holdfast.jobs, p_kind holdfast.kinds) returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_program text := p_job.payload -> 'argv' ->> 0;
begin
  if p_kind.profile is not null then
    return (select max(p.version) from holdfast.profiles p where p.workspace_id = p_job.workspace_id and p.name = p_kind.profile);
  end if;
  if jsonb_typeof(p_job.payload -> 'argv') is distinct from 'array' or coalesce(v_program, '') = ''
     or exists (select from jsonb_array_elements(p_job.payload -> 'argv') a where jsonb_typeof(a) <> 'string') then
    perform holdfast_private.refuse(422, 'bad_argv', 'payload.argv must be an array of strings, the program first.', 'Example: {"argv": ["ls", "-l"]}.');
  end if;
  if coalesce(jsonb_typeof(p_job.payload -> 'env'), 'array') <> 'array'
     or exists (select from jsonb_array_elements(coalesce(p_job.payload -> 'env', '[]')) e where jsonb_typeof(e) <> 'string' or not holdfast_private.is_env_name(e #>> '{}')) then
    perform holdfast_private.refuse(422, 'bad_env', format('payload.env must be an array of names of environment variables, none of them HOLDFAST_*: got %s.', left((p_job.payload -> 'env')::text, 200)),
      'Names only: the values come from the worker when the command starts.');
  end if;
  if not exists (
    select from holdfast.command_rules r
    where r.workspace_id = p_job.workspace_id and r.program in (v_program, '*')
      and (not holdfast_private.is_api_caller() or exists (
        select from holdfast.members m join holdfast.roles mine on mine.role = m.role join holdfast.roles least on least.role = r.least_role
        where m.workspace_id = r.workspace_id and m.user_id = auth.uid() and mine.rank >= least.rank))
  ) then
    perform holdfast_private.refuse(403, 'program_not_allowed', format('No command rule of this workspace lets you run %s.', quote_literal(left(v_program, 200))),
      'An admin may add a row to command_rules, or define a profile for it.');
  end if;
  return null;
end
$$;
comment on function holdfast_private.check_command(holdfast.jobs, holdfast.kinds) is 'Refuses an ad-hoc command that no rule allows; returns the version of the profile a profile''s kind runs.';

create trigger jobs__fill before insert on holdfast.jobs
  for each row execute function holdfast_private.tg_jobs__fill();

-- One statement for all rows of an insert: their events, their dependencies, and dispatch.
create function holdfast_private.tg_jobs__admit() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id, data)
  select n.created_at, n.workspace_id, n.created_by, 'job.enqueued', 'job', n.id::text, jsonb_build_object('kind', n.kind, 'queue', n.queue, 'state', n.state)
  from new_jobs n;
  insert into holdfast.job_dependencies (job_id, depends_on, workspace_id)
  select n.id, d, n.workspace_id from new_jobs n cross join unnest(n.depends_on) d;
  if exists (select from new_jobs n where n.labels <> '{}') then
    insert into holdfast.job_labels (job_id, key, value, workspace_id, created_at)
    select n.id, left(l.key, 100), left(l.value, 200), n.workspace_id, n.created_at from new_jobs n cross join jsonb_each_text(n.labels) l where l.value is not null
    on conflict do nothing; -- two keys that are alike for 100 characters
  end if;
  perform holdfast_private.admit(array(
    select (n.id, n.workspace_id, n.queue, n.lane, n.class, n.concurrency_key, n.run_at, false, n.priority, false, n.kind, n.venture, n.paid, n.external, false, n.est_cost)::holdfast_private.candidate
    from new_jobs n where n.state = 'queued' order by n.priority, n.id));
  return null;
end
$$;
comment on function holdfast_private.tg_jobs__admit() is 'After an insert: writes the events, dependencies and labels and dispatches what no gate holds.';
create trigger jobs__admit after insert on holdfast.jobs referencing new table as new_jobs
  for each statement execute function holdfast_private.tg_jobs__admit();

-- A dependency added later: only before the job is on its way, only inside the workspace, never a cycle.
create function holdfast_private.tg_job_dependencies__check() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_job holdfast.jobs;
  v_parent holdfast.jobs;
begin
  -- Rows written by the insert of the job itself were checked there; they alone bring their workspace along. The depth keeps
  -- a superuser's insert from passing for one.
  if pg_trigger_depth() > 1 and new.workspace_id is not null then
    return new;
  end if;
  select j.* into v_job from holdfast.jobs j where j.id = new.job_id;
  if v_job.id is null or not holdfast_private.caller_may(v_job.workspace_id, 'depend', 'job') then
    perform holdfast_private.refuse(404, 'unknown_job', format('There is no job %s that you may change.', new.job_id), 'Check the id.');
  end if;
  -- One at a time per workspace: two sessions that each add one half of a long cycle share no job to meet at.
  perform pg_advisory_xact_lock(hashtextextended('holdfast.depend:' || v_job.workspace_id, 0));
  perform from holdfast.jobs j where j.id in (new.job_id, new.depends_on) and j.workspace_id = v_job.workspace_id order by j.id for update;
  select j.* into v_job from holdfast.jobs j where j.id = new.job_id;
  select j.* into v_parent from holdfast.jobs j where j.id = new.depends_on;
  if v_parent.id is null or v_parent.workspace_id <> v_job.workspace_id then
    perform holdfast_private.refuse(404, 'unknown_job', format('There is no job %s in the same workspace.', new.depends_on), 'A job can only wait for jobs of its own workspace.');
  elsif new.job_id = new.depends_on then
    perform holdfast_private.refuse(422, 'dependency_on_itself', format('Job %s cannot wait for itself.', new.job_id), 'Name another job.');
  elsif v_job.state not in ('queued', 'blocked', 'awaiting_approval') then
    perform holdfast_private.refuse(409, 'not_now', format('Job %s is %s: it no longer waits for anything.', v_job.id, v_job.state), 'Declare dependencies when enqueueing (depends_on).');
  elsif exists (
    with recursive upstream (id) as (
      select d.depends_on from holdfast.job_dependencies d where d.job_id = new.depends_on
      union select d.depends_on from holdfast.job_dependencies d join upstream u on d.job_id = u.id
    ) select from upstream u where u.id = new.job_id
  ) then
    perform holdfast_private.refuse(422, 'dependency_cycle', format('Job %s already waits, directly or not, for job %s.', new.depends_on, new.job_id), 'Remove the other direction first.');
  end if;
  new.workspace_id := v_job.workspace_id;
  new.created_at := holdfast_private.clock();
  update holdfast.jobs j set
    depends_on = case when new.depends_on = any (j.depends_on) then j.depends_on else j.depends_on || new.depends_on end,
    state = case when v_parent.state <> 'completed' and j.state = 'queued' then 'blocked' else j.state end,
    held_by = case when v_parent.state <> 'completed' and j.state in ('queued', 'blocked') then '{dependency}' else j.held_by end
  where j.id = new.job_id;
  perform holdfast_private.record(new.workspace_id, holdfast_private.current_actor(), 'job.dependency_added', 'job', new.job_id::text, jsonb_build_object('depends_on', new.depends_on));
  return new;
end
$$;
comment on function holdfast_private.tg_job_dependencies__check() is 'Refuses a dependency across workspaces, on itself, in a cycle, or too late.';
create trigger job_dependencies__check before insert on holdfast.job_dependencies
  for each row execute function holdfast_private.tg_job_dependencies__check();
