-- Acts: everything a person does to work that exists already, as rows. RLS decides whether the row is admitted; the
-- trigger carries it out in the same transaction and writes what happened into the returned row.
--
-- One verb, one function: act_<verb>_<subject>(action) returns the action with `affected` and `result` filled. A new verb
-- is a row of verbs, the states it fits (verb_states) and one function.

create table holdfast.verb_states (
  verb text not null,
  subject text not null,
  state text not null,
  primary key (verb, subject, state),
  foreign key (verb, subject) references holdfast.verbs (verb, subject)
);
comment on table holdfast.verb_states is 'In which state of its subject a verb may be used. allowed_actions and the acts themselves read it.';
comment on column holdfast.verb_states.verb is 'The verb.';
comment on column holdfast.verb_states.subject is 'What it is done to.';
comment on column holdfast.verb_states.state is 'A state in which it is allowed: a job''s state, or active, paused.';
insert into holdfast.verb_states (verb, subject, state)
select v.verb, 'job', unnest(v.states) from (values
  ('cancel', '{awaiting_approval,blocked,queued,dispatched,running,retrying}'::text[]),
  ('kill', '{running}'),
  ('retry', '{failed,timed_out,canceled,retrying}'),
  ('rerun', '{completed,failed,timed_out,canceled,quarantined}'),
  ('approve', '{awaiting_approval}'),
  ('reject', '{awaiting_approval}'),
  ('release', '{quarantined}'),
  ('discard', '{quarantined}')) as v (verb, states);
alter table holdfast.verb_states enable row level security;
revoke all on holdfast.verb_states from anon, authenticated, service_role;
create policy "anyone signed in reads which verb fits which state" on holdfast.verb_states for select to authenticated using (true);
grant select on holdfast.verb_states to authenticated, service_role;

create table holdfast.actions (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  verb text not null,
  subject text not null,
  job_id bigint,
  queue text,
  lane text,
  class text,
  worker_id bigint,
  reason text,
  params jsonb not null default '{}',
  actor text not null,
  acted_at timestamptz not null,
  affected integer not null default 0,
  result jsonb not null default '{}',
  foreign key (verb, subject) references holdfast.verbs (verb, subject),
  constraint actions_name_one_target check (num_nonnulls(job_id, queue, lane, class, worker_id) = 1)
);
create index actions_newest on holdfast.actions (workspace_id, acted_at desc, id desc);
create index actions_by_verb on holdfast.actions (verb, subject);
create index actions_by_job on holdfast.actions (job_id) where job_id is not null;
comment on table holdfast.actions is 'One act by a person or a service each. Insert to act; the returned row says what happened.';
comment on column holdfast.actions.id is 'Identity.';
comment on column holdfast.actions.workspace_id is 'The workspace.';
comment on column holdfast.actions.verb is 'What is done; see verbs.';
comment on column holdfast.actions.subject is 'What it is done to: job, queue, lane, class or worker. Exactly that target is named.';
comment on column holdfast.actions.job_id is 'The job.';
comment on column holdfast.actions.queue is 'The queue.';
comment on column holdfast.actions.lane is 'The lane.';
comment on column holdfast.actions.class is 'The class.';
comment on column holdfast.actions.worker_id is 'The worker.';
comment on column holdfast.actions.reason is 'Why; required where verbs.needs_reason says so.';
comment on column holdfast.actions.params is 'Particulars, e.g. {"max_running": 4}.';
comment on column holdfast.actions.actor is 'Who acted; filled by the database.';
comment on column holdfast.actions.acted_at is 'When; filled by the database.';
comment on column holdfast.actions.affected is 'How many things changed.';
comment on column holdfast.actions.result is 'What happened, e.g. {"state": "canceled"} or the id of a new job.';
alter table holdfast.actions enable row level security;
revoke all on holdfast.actions from anon, authenticated, service_role;
create policy "members read the acts of their workspaces" on holdfast.actions for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "those whom the verb allows act" on holdfast.actions for insert to authenticated
  with check (exists (select from holdfast.my_powers p where p.workspace_id = actions.workspace_id and p.verb = actions.verb and p.subject = actions.subject));
grant select on holdfast.actions to authenticated, service_role;
grant insert (workspace_id, verb, subject, job_id, queue, lane, class, worker_id, reason, params) on holdfast.actions to authenticated, service_role;

-- Tells the workers of some running jobs to end them: at once by NOTIFY, and again in the next heartbeat's answer.
create function holdfast_private.order_end(p_jobs bigint[], p_verdict text) returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_count integer;
begin
  with ordered as (
    update holdfast.leases l set verdict = p_verdict where l.job_id = any (p_jobs) and l.verdict <> p_verdict and l.verdict <> 'kill' returning l.worker_id, l.token
  ), told as (
    select pg_notify('holdfast_orders', jsonb_build_object('worker', o.worker_id, 'tokens', jsonb_agg(o.token), 'verdict', p_verdict)::text), count(*) as tokens
    from (select o.*, row_number() over (partition by o.worker_id order by o.token) / 200 as page from ordered o) o group by o.worker_id, o.page
  )
  select coalesce(sum(t.tokens), 0) into v_count from told t;
  return v_count;
end
$$;
comment on function holdfast_private.order_end(bigint[], text) is 'Sets the verdict of running jobs'' leases and notifies their workers on holdfast_orders. Returns how many.';

create function holdfast_private.cancel_waiting(p_job bigint, p_message text) returns void
  language plpgsql set search_path = ''
as $$
begin
  update holdfast.jobs j set state = 'canceled', held_by = '{}', finished_at = holdfast_private.clock(), error_class = 'canceled', error_message = p_message where j.id = p_job;
  delete from graphile_worker._private_jobs g where g.key = 'job:' || p_job and g.locked_at is null;
  perform holdfast_private.free_slots(array[p_job]);
end
$$;
comment on function holdfast_private.cancel_waiting(bigint, text) is 'Cancels a job that no worker holds.';

create function holdfast_private.requeue(p_job bigint) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
begin
  update holdfast.jobs j set state = 'queued', held_by = '{}', queued_at = v_now, finished_at = null,
    -- Consent is not haste: a job that was approved still waits for its time.
    run_at = case j.state when 'awaiting_approval' then j.run_at else least(j.run_at, v_now) end,
    max_attempts = greatest(j.max_attempts, j.attempt - j.crash_count + 1), effective_priority = j.priority, suspect = false
  where j.id = p_job;
  perform holdfast_private.dispatch(array[p_job]);
end
$$;
comment on function holdfast_private.requeue(bigint) is 'Gives a job another attempt: queued, due (unless it waited for consent), with at least one attempt left, and dispatched if its gates are open.';

create function holdfast_private.act_cancel_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  if p_job.state = 'running' then
    perform holdfast_private.order_end(array[p_job.id], 'cancel');
    return jsonb_build_object('state', 'running', 'asked', 'to end (SIGTERM, then SIGKILL after its grace)');
  end if;
  perform holdfast_private.cancel_waiting(p_job.id, coalesce('Canceled: ' || p_act.reason, 'Canceled.'));
  return jsonb_build_object('state', 'canceled');
end
$$;
comment on function holdfast_private.act_cancel_job(holdfast.actions, holdfast.jobs) is 'Verb cancel.';

create function holdfast_private.act_kill_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  perform holdfast_private.order_end(array[p_job.id], 'kill');
  return jsonb_build_object('state', 'running', 'asked', 'to end at once (SIGKILL)');
end
$$;
comment on function holdfast_private.act_kill_job(holdfast.actions, holdfast.jobs) is 'Verb kill.';

create function holdfast_private.act_requeue_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  if p_act.verb = 'approve' and not (select w.single_operator from holdfast.workspaces w where w.id = p_act.workspace_id)
     and p_job.created_by = p_act.actor then
    perform holdfast_private.refuse(403, 'own_request', format('You asked for job %s yourself: another person must consent.', p_job.id), 'Ask an approver of the workspace.');
  end if;
  -- A wish to run it again is not the consent its class asks for; but where one person runs the workspace alone, it is.
  if p_act.verb in ('retry', 'release') and p_job.state <> 'retrying' and not (select w.single_operator from holdfast.workspaces w where w.id = p_act.workspace_id)
     and (select c.needs_approval or (p_act.verb = 'retry' and not c.retry_safe and p_job.attempt > 0) from holdfast.job_classes c where c.workspace_id = p_job.workspace_id and c.name = p_job.class) then
    update holdfast.jobs j set state = 'awaiting_approval', held_by = '{}', finished_at = null where j.id = p_job.id;
    return jsonb_build_object('state', 'awaiting_approval');
  end if;
  -- A release is a fresh start: what counted against the job was what a person has now looked at.
  update holdfast.jobs j set crash_count = 0, max_attempts = greatest(j.max_attempts, j.attempt + 1) where j.id = p_job.id and p_act.verb = 'release';
  perform holdfast_private.requeue(p_job.id);
  return (select jsonb_build_object('state', j.state, 'held_by', to_jsonb(j.held_by)) from holdfast.jobs j where j.id = p_job.id);
end
$$;
comment on function holdfast_private.act_requeue_job(holdfast.actions, holdfast.jobs) is 'Verbs retry, approve and release: another attempt of the same job.';

create function holdfast_private.act_end_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  perform holdfast_private.cancel_waiting(p_job.id, case p_act.verb when 'reject' then 'Consent refused: ' else 'Discarded: ' end || p_act.reason);
  return jsonb_build_object('state', 'canceled');
end
$$;
comment on function holdfast_private.act_end_job(holdfast.actions, holdfast.jobs) is 'Verbs reject and discard.';

create function holdfast_private.act_rerun_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_new holdfast.jobs;
begin
  insert into holdfast.jobs (workspace_id, venture, queue, lane, kind, class, name, priority, payload, labels, timeout_seconds, max_attempts, concurrency_key,
    est_cost, paid, external, trigger, rerun_of)
  values (p_job.workspace_id, p_job.venture, p_job.queue, p_job.lane, p_job.kind, p_job.class, p_job.name, p_job.priority, p_job.payload, p_job.labels, p_job.timeout_seconds,
    p_job.max_attempts, p_job.concurrency_key,
    p_job.est_cost, p_job.paid, p_job.external, 'rerun', p_job.id)
  returning * into v_new;
  return jsonb_build_object('job', v_new.id, 'rerun_of', p_job.id);
end
$$;
comment on function holdfast_private.act_rerun_job(holdfast.actions, holdfast.jobs) is 'Verb rerun: a new job like this one.';

create function holdfast_private.act_on_job(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_job holdfast.jobs;
begin
  if p_act.params <> '{}' then
    perform holdfast_private.refuse(400, 'unknown_option', format('%s on a job takes no params: got %s.', p_act.verb, left(p_act.params::text, 200)), 'Leave params out.');
  end if;
  select j.* into v_job from holdfast.jobs j where j.id = p_act.job_id and j.workspace_id = p_act.workspace_id for update;
  if not found then
    perform holdfast_private.refuse(404, 'unknown_job', format('There is no job %s in this workspace.', p_act.job_id), 'Check the id.');
  elsif not exists (select from holdfast.verb_states s where s.verb = p_act.verb and s.subject = 'job' and s.state = v_job.state) then
    perform holdfast_private.refuse(409, 'not_now', format('Job %s is %s: it cannot be the subject of %s.', v_job.id, v_job.state, p_act.verb),
      format('%s fits these states: %s.', p_act.verb, (select string_agg(s.state, ', ' order by s.state) from holdfast.verb_states s where s.verb = p_act.verb and s.subject = 'job')));
  end if;
  p_act.result := case p_act.verb
    when 'cancel' then holdfast_private.act_cancel_job(p_act, v_job)
    when 'kill' then holdfast_private.act_kill_job(p_act, v_job)
    when 'rerun' then holdfast_private.act_rerun_job(p_act, v_job)
    when 'reject' then holdfast_private.act_end_job(p_act, v_job)
    when 'discard' then holdfast_private.act_end_job(p_act, v_job)
    else holdfast_private.act_requeue_job(p_act, v_job) end;
  p_act.affected := 1;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_job(holdfast.actions) is 'Carries out an act on a job, if the verb fits its state.';

-- Pause, resume and limit are the same for queues, lanes and classes but for the table.
create function holdfast_private.act_on_scope(p_act holdfast.actions, p_scope text, p_name text) returns holdfast.actions
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_table text := case p_scope when 'class' then 'job_classes' else p_scope || 's' end;
  v_paused boolean;
  v_jobs bigint[];
  v_limit integer;
begin
  if jsonb_typeof(p_act.params) <> 'object' or (select count(*) from jsonb_object_keys(p_act.params) k where k <> 'max_running') > 0 then
    perform holdfast_private.refuse(400, 'unknown_option', format('params may hold max_running only: got %s.', p_act.params), 'Example: {"max_running": 4}.');
  end if;
  if p_act.verb = 'limit' then
    -- Jobs before scopes. What is on its way gets its slots below: it must not end in between, or its slot would outlive it.
    execute format('select array_agg(k.id) from (select j.id from holdfast.jobs j
      where j.workspace_id = $1 and j.state in (''dispatched'', ''running'') and j.%I = $2 order by j.id for no key update) k', p_scope)
      into v_jobs using p_act.workspace_id, p_name;
  end if;
  execute format('select %s from holdfast.%I s where s.workspace_id = $1 and s.name = $2 for no key update',
    case p_scope when 'class' then 'false' else 's.paused_at is not null' end, v_table) into v_paused using p_act.workspace_id, p_name;
  if v_paused is null then
    perform holdfast_private.refuse_unknown(p_scope, p_name, p_act.workspace_id);
  elsif p_act.verb in ('pause', 'resume') and v_paused = (p_act.verb = 'pause') then
    -- Saying it twice is no mistake worth an error at 3 a.m.: nothing changes, and the row says so.
    p_act.result := jsonb_build_object('state', case when v_paused then 'paused' else 'active' end, 'note', 'was so already');
    return p_act;
  end if;
  if p_act.verb = 'pause' then
    execute format('update holdfast.%I set paused_at = $3, paused_by = $4, paused_reason = $5 where workspace_id = $1 and name = $2', v_table)
      using p_act.workspace_id, p_name, p_act.acted_at, p_act.actor, p_act.reason;
    execute format('select array_agg(j.id) from holdfast.jobs j where j.workspace_id = $1 and j.state = ''dispatched'' and j.%I = $2', p_scope)
      into v_jobs using p_act.workspace_id, p_name;
    delete from holdfast_private.reopened r where (r.workspace_id, r.scope, r.name, r.gate) = (p_act.workspace_id, p_scope, p_name, p_scope || '_paused');
    p_act.affected := holdfast_private.undispatch(coalesce(v_jobs, '{}'), array[p_scope || '_paused']);
    p_act.result := jsonb_build_object('state', 'paused', 'taken_back', p_act.affected);
  elsif p_act.verb = 'resume' then
    execute format('update holdfast.%I set paused_at = null, paused_by = null, paused_reason = null where workspace_id = $1 and name = $2', v_table) using p_act.workspace_id, p_name;
    p_act.affected := holdfast_private.reopen(p_act.workspace_id, p_scope, p_name, p_scope || '_paused');
    p_act.result := jsonb_build_object('state', 'active', 'dispatched', p_act.affected);
  else
    if not p_act.params ? 'max_running' or jsonb_typeof(p_act.params -> 'max_running') not in ('number', 'null')
       or coalesce((p_act.params ->> 'max_running')::numeric, 0) not between 0 and 1000000 or (p_act.params ->> 'max_running')::numeric % 1 <> 0 then
      perform holdfast_private.refuse(422, 'bad_limit', format('params.max_running must be a whole number from 0, or null for no limit: got %s.', p_act.params -> 'max_running'), 'Example: {"max_running": 4}.');
    end if;
    v_limit := (p_act.params ->> 'max_running')::integer;
    execute format('update holdfast.%I set max_running = $3 where workspace_id = $1 and name = $2', v_table) using p_act.workspace_id, p_name, v_limit;
    -- What is on its way already counts: it gets its slots now, even where that is more than the new limit.
    if v_limit is not null then
      insert into holdfast_private.slots (workspace_id, scope, name, job_id)
      select p_act.workspace_id, p_scope, p_name, j from unnest(v_jobs) j
      on conflict do nothing;
      delete from holdfast_private.reopened r where (r.workspace_id, r.scope, r.name, r.gate) = (p_act.workspace_id, p_scope, p_name, p_scope || '_limit');
    else
      delete from holdfast_private.slots s where s.workspace_id = p_act.workspace_id and s.scope = p_scope and s.name = p_name;
    end if;
    p_act.result := jsonb_build_object('max_running', v_limit, 'dispatched', case
      when v_limit is null then holdfast_private.reopen(p_act.workspace_id, p_scope, p_name, p_scope || '_limit')
      else holdfast_private.dispatch_waiting(p_act.workspace_id, p_scope, p_name) end);
    p_act.affected := 1;
  end if;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_scope(holdfast.actions, text, text) is 'Verbs pause, resume and limit on a queue, lane or class.';

create function holdfast_private.act_on_worker(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
begin
  -- Workers serve every workspace: only somebody who is admin of all of them may take one away.
  if holdfast_private.is_api_caller() and exists (
    select from holdfast.workspaces w where not exists (select from holdfast.members m where m.workspace_id = w.id and m.user_id = auth.uid() and m.role = 'admin')) then
    perform holdfast_private.refuse(403, 'not_permitted', 'A worker serves every workspace: only an admin of all of them may drain one.', 'Ask whoever runs the installation.');
  end if;
  update holdfast.workers w set draining_since = coalesce(w.draining_since, p_act.acted_at) where w.id = p_act.worker_id and w.ended_at is null;
  if not found then
    perform holdfast_private.refuse(404, 'unknown_worker', format('There is no worker %s at work.', p_act.worker_id), 'See holdfast.worker_overview.');
  end if;
  p_act.affected := 1;
  p_act.result := jsonb_build_object('state', 'draining');
  return p_act;
end
$$;
comment on function holdfast_private.act_on_worker(holdfast.actions) is 'Verb drain.';

create function holdfast_private.tg_actions__carry_out() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_verb holdfast.verbs;
begin
  select v.* into v_verb from holdfast.verbs v where v.verb = new.verb and v.subject = new.subject;
  if not found or new.subject not in ('job', 'queue', 'lane', 'class', 'worker') or new.verb in ('enqueue', 'depend', 'define') then
    perform holdfast_private.refuse(404, 'unknown_verb', format('There is no act %s on %s.', quote_literal(left(new.verb, 60)), quote_literal(left(new.subject, 60))),
      'See holdfast.verbs. Enqueue, depend and define are inserts into jobs, job_dependencies and the table of what is defined.');
  elsif not holdfast_private.caller_may(new.workspace_id, new.verb, new.subject) then
    perform holdfast_private.refuse(403, 'not_permitted', format('You may not %s a %s in this workspace: it takes the role %s.', new.verb, new.subject, v_verb.least_role), 'Ask an admin of the workspace.');
  elsif v_verb.needs_reason and coalesce(btrim(new.reason), '') = '' then
    perform holdfast_private.refuse(422, 'reason_required', format('%s needs a reason.', initcap(new.verb)), 'Say why: it goes into the ledger.');
  elsif length(new.reason) > 2000 then
    perform holdfast_private.refuse(422, 'bad_reason', 'A reason may have at most 2000 characters.', 'Shorten it.');
  elsif num_nonnulls(new.job_id, new.queue, new.lane, new.class, new.worker_id) <> 1
     or (case new.subject when 'job' then new.job_id::text when 'queue' then new.queue when 'lane' then new.lane when 'class' then new.class else new.worker_id::text end) is null then
    perform holdfast_private.refuse(400, 'bad_target', format('An act on a %s names exactly that %s.', new.subject, new.subject), 'Set job_id, queue, lane, class or worker_id, as the subject says; holdfast.act takes {"job": 12}, {"queue": "primary"}, {"lane": …}, {"class": …} or {"worker": 3}.');
  end if;
  new.actor := holdfast_private.current_actor();
  new.acted_at := holdfast_private.clock();
  new.params := coalesce(new.params, '{}');
  new := case new.subject
    when 'job' then holdfast_private.act_on_job(new)
    when 'worker' then holdfast_private.act_on_worker(new)
    else holdfast_private.act_on_scope(new, new.subject, coalesce(new.queue, new.lane, new.class)) end;
  perform holdfast_private.record(new.workspace_id, new.actor, new.subject || '.' || new.verb, new.subject,
    coalesce(new.job_id::text, new.queue, new.lane, new.class, new.worker_id::text),
    jsonb_strip_nulls(jsonb_build_object('reason', new.reason, 'params', nullif(new.params, '{}'), 'affected', new.affected, 'result', new.result)));
  return new;
end
$$;
comment on function holdfast_private.tg_actions__carry_out() is 'Asks the permission question, carries the act out and fills in what happened.';
create trigger actions__carry_out before insert on holdfast.actions
  for each row execute function holdfast_private.tg_actions__carry_out();

-- Calls for people who prefer calls. They run with the caller's rights and only insert.
create function holdfast.find_workspace(p_workspace text) returns uuid
  language plpgsql stable set search_path = ''
as $$
declare
  v_id uuid;
begin
  select w.id into v_id from holdfast.workspaces w where w.slug = p_workspace;
  if not found then
    raise exception using errcode = 'PT404', message = format('There is no workspace %s that you belong to.', coalesce(quote_literal(left(p_workspace, 80)), '(null)')),
      detail = 'holdfast.unknown_workspace', hint = 'Check the name, or ask its admin to add you.';
  end if;
  return v_id;
end
$$;
comment on function holdfast.find_workspace(text) is 'Id of a workspace by its slug, among those the caller may see.';

create function holdfast.enqueue_many(p_workspace text, p_jobs jsonb) returns table (id bigint, state text, existing boolean, idempotency_key text)
  language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  v_workspace uuid := holdfast.find_workspace(p_workspace);
  v_types constant jsonb := '{"kind": "text", "payload": "json", "venture": "text", "queue": "text", "lane": "text", "class": "text", "name": "text", "priority": "integer",
    "labels": "json", "depends_on": "array", "run_at": "timestamptz", "timeout_seconds": "integer", "max_attempts": "integer", "idempotency_key": "text", "concurrency_key": "text",
    "est_cost": "numeric", "paid": "boolean", "external": "boolean", "trigger": "text"}';
  v_bad record;
  v_inserted bigint[];
begin
  if jsonb_typeof(p_jobs) is distinct from 'array' or jsonb_array_length(p_jobs) > 10000 then
    raise exception using errcode = 'PT400', message = 'p_jobs must be an array of at most 10000 jobs.', detail = 'holdfast.bad_batch', hint = 'Split larger batches.';
  elsif exists (select from jsonb_array_elements(p_jobs) j where jsonb_typeof(j) <> 'object') then
    raise exception using errcode = 'PT400', message = 'Every element of p_jobs must be an object.', detail = 'holdfast.bad_batch', hint = 'Example: [{"kind": "hello", "payload": {}}].';
  end if;
  -- Checked here, field by field, because a cast that fails inside the insert does not say which field it was.
  select f.key, v_types ->> f.key as type into v_bad
  from jsonb_array_elements(p_jobs) j cross join jsonb_each(j) f
  where case v_types ->> f.key
    when 'text' then false
    when 'json' then false
    when 'array' then jsonb_typeof(f.value) not in ('array', 'null') or jsonb_path_exists(f.value, '$[*] ? (@.type() != "number")')
    else (v_types ->> f.key) is null or (f.value <> 'null' and not pg_input_is_valid(f.value #>> '{}', v_types ->> f.key)) end
  limit 1;
  if v_bad.key is not null and v_bad.type is null then
    raise exception using errcode = 'PT400', message = format('A job has no field %s.', quote_literal(left(v_bad.key, 80))), detail = 'holdfast.unknown_option',
      hint = format('Known fields: %s.', (select string_agg(k, ', ' order by k) from jsonb_object_keys(v_types) k));
  elsif v_bad.key is not null then
    raise exception using errcode = 'PT422', message = format('%s is not a valid %s.', v_bad.key, v_bad.type), detail = 'holdfast.bad_option',
      hint = 'depends_on is an array of job ids; times are ISO 8601 with an offset; durations are whole seconds.';
  end if;
  with inserted as (
    insert into holdfast.jobs (workspace_id, kind, payload, venture, queue, lane, class, name, priority, labels, depends_on, run_at, timeout_seconds, max_attempts,
      idempotency_key, concurrency_key, est_cost, paid, external, trigger)
    select v_workspace, a.kind, coalesce(a.payload, '{}'), a.venture, a.queue, a.lane, a.class, a.name, coalesce(a.priority, 0), coalesce(a.labels, '{}'),
      coalesce(a.depends_on, '{}'), a.run_at, a.timeout_seconds, a.max_attempts, a.idempotency_key, a.concurrency_key, a.est_cost, coalesce(a.paid, false),
      coalesce(a.external, false), coalesce(a.trigger, 'api')
    from jsonb_to_recordset(p_jobs) as a (kind text, payload jsonb, venture text, queue text, lane text, class text, name text, priority int, labels jsonb, depends_on bigint[],
      run_at timestamptz, timeout_seconds int, max_attempts int, idempotency_key text, concurrency_key text, est_cost numeric, paid boolean, external boolean, trigger text)
    on conflict (workspace_id, kind, idempotency_key) where idempotency_key is not null do nothing
    returning id
  )
  select coalesce(array_agg(i.id), '{}') into v_inserted from inserted i;
  -- A statement of its own: it sees the states after dispatch, and the job that a concurrent caller with the same key has
  -- committed in the meantime.
  return query
    select j.id, j.state, false, j.idempotency_key from holdfast.jobs j where j.id = any (v_inserted)
    union all
    select j.id, j.state, true, j.idempotency_key
    from (select distinct a.kind, a.idempotency_key from jsonb_to_recordset(p_jobs) as a (kind text, idempotency_key text) where a.idempotency_key is not null) a
    join holdfast.jobs j on j.workspace_id = v_workspace and j.kind = a.kind and j.idempotency_key = a.idempotency_key
    where j.id <> all (v_inserted)
    order by 1;
end
$$;
comment on function holdfast.enqueue_many(text, jsonb) is
  'Adds up to 10000 jobs: [{kind, payload, queue, …}] as the columns of holdfast.jobs. A repeat of an idempotency key returns the job that exists (existing = true). Runs with the caller''s rights.';

create function holdfast.enqueue(p_workspace text, p_kind text, p_payload jsonb default '{}', p_options jsonb default '{}') returns holdfast.jobs
  language plpgsql set search_path = ''
as $$
declare
  v_id bigint;
  v_job holdfast.jobs;
begin
  select e.id into v_id from holdfast.enqueue_many(p_workspace, jsonb_build_array(coalesce(p_options, '{}') || jsonb_build_object('kind', p_kind, 'payload', p_payload))) e;
  select j.* into v_job from holdfast.jobs j where j.id = v_id;
  return v_job;
end
$$;
comment on function holdfast.enqueue(text, text, jsonb, jsonb) is
  'Adds one job and returns it. p_options holds any other columns of holdfast.jobs, e.g. {"queue": "priority", "idempotency_key": "k1"}. Runs with the caller''s rights.';

create function holdfast.act(p_workspace text, p_verb text, p_subject text, p_target jsonb, p_reason text default null, p_params jsonb default '{}') returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_action holdfast.actions;
begin
  if not pg_input_is_valid(coalesce(p_target ->> 'job', p_target ->> 'worker', '0'), 'bigint') then
    raise exception using errcode = 'PT400', message = 'The target names a job or worker by its number.', detail = 'holdfast.bad_target', hint = 'Example: {"job": 1207}.';
  end if;
  insert into holdfast.actions (workspace_id, verb, subject, job_id, queue, lane, class, worker_id, reason, params)
  values (holdfast.find_workspace(p_workspace), p_verb, p_subject, (p_target ->> 'job')::bigint, p_target ->> 'queue', p_target ->> 'lane', p_target ->> 'class',
    (p_target ->> 'worker')::bigint, p_reason, p_params)
  returning * into v_action;
  return v_action;
end
$$;
comment on function holdfast.act(text, text, text, jsonb, text, jsonb) is
  'Acts: holdfast.act(''local'', ''pause'', ''queue'', ''{"queue": "primary"}'', ''deploying''). Returns the row of holdfast.actions with what happened. Runs with the caller''s rights.';

create function holdfast.read_output(p_run bigint, p_stream text default null, p_after bigint default 0, p_limit integer default 262144)
  returns table (stream text, byte_offset bigint, bytes integer, data text)
  language sql stable set search_path = ''
as $$
  with chunks as (
    select o.stream, o.byte_offset, o.data, sum(length(o.data)) over (order by o.at, o.stream, o.byte_offset) - length(o.data) as before
    from holdfast.run_output o
    where o.run_id = p_run and (p_stream is null or o.stream = p_stream) and o.byte_offset + length(o.data) > p_after
    order by o.at, o.stream, o.byte_offset limit 2000
  )
  select c.stream, greatest(c.byte_offset, p_after), length(c.data) - greatest(p_after - c.byte_offset, 0)::int,
    encode(substr(c.data, greatest(p_after - c.byte_offset, 0)::int + 1), 'base64')
  from chunks c where c.before < p_limit
  order by c.stream, c.byte_offset
$$;
comment on function holdfast.read_output(bigint, text, bigint, integer) is
  'Output of a run from a byte offset on, about p_limit bytes at a time, as base64. p_after counts within a stream: name the stream to page through it.';
