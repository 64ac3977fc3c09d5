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
comment on column holdfast.verb_states.state is 'A state in which it is allowed: a job''s state, or active, paused, live, pending, open, engaged, enabled, disabled. A verb without a row fits always.';
insert into holdfast.verb_states (verb, subject, state) values
  ('pause', 'queue', 'active'), ('resume', 'queue', 'paused'), ('pause', 'lane', 'active'), ('resume', 'lane', 'paused'),
  ('drain', 'worker', 'live'), ('kill', 'worker', 'live'),
  ('approve', 'approval', 'pending'), ('reject', 'approval', 'pending'),
  ('redrive', 'dead_letter', 'open'), ('dismiss', 'dead_letter', 'open'),
  ('release', 'stop', 'engaged'),
  ('enable', 'schedule', 'disabled'), ('disable', 'schedule', 'enabled'), ('run', 'schedule', 'enabled'), ('run', 'schedule', 'disabled'),
  ('tick', 'incident', 'open'), ('contain', 'incident', 'open'), ('close', 'incident', 'open');
insert into holdfast.verb_states (verb, subject, state)
select v.verb, 'job', unnest(v.states) from (values
  ('cancel', '{awaiting_approval,blocked,queued,dispatched,running,retrying}'::text[]),
  ('kill', '{running}'),
  ('retry', '{failed,timed_out,canceled,retrying}'),
  ('rerun', '{completed,failed,timed_out,canceled,quarantined}'),
  ('approve', '{awaiting_approval}'),
  ('reject', '{awaiting_approval}'),
  ('quarantine', '{awaiting_approval,blocked,queued,dispatched,retrying,failed,timed_out}'),
  ('release', '{quarantined}'),
  ('discard', '{quarantined}')) as v (verb, states);
-- An act on all jobs that match is for those of them that the verb fits one by one.
insert into holdfast.verb_states (verb, subject, state) select v.verb, v.subject, s.state from holdfast.verbs v join holdfast.verb_states s on s.subject = 'job' and s.verb = v.verb where v.subject = 'jobs';
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
  approval_id bigint,
  schedule text,
  budget text,
  stop_id bigint,
  incident_id bigint,
  channel text,
  reason text,
  params jsonb not null default '{}',
  actor text not null,
  acted_at timestamptz not null,
  affected integer not null default 0,
  result jsonb not null default '{}',
  foreign key (verb, subject) references holdfast.verbs (verb, subject),
  constraint actions_name_one_target check (num_nonnulls(job_id, queue, lane, class, worker_id, approval_id, schedule, budget, stop_id, incident_id, channel)
    = (case when subject in ('dead_letter', 'jobs') or (verb, subject) in (('engage', 'stop'), ('open', 'incident')) then 0 else 1 end))
);
create index actions_newest on holdfast.actions (workspace_id, acted_at desc, id desc);
create index actions_by_verb on holdfast.actions (verb, subject);
create index actions_by_job on holdfast.actions (job_id) where job_id is not null;
comment on table holdfast.actions is 'One act by a person or a service each. Insert to act; the returned row says what happened.';
comment on column holdfast.actions.id is 'Identity.';
comment on column holdfast.actions.workspace_id is 'The workspace.';
comment on column holdfast.actions.verb is 'What is done; see verbs.';
comment on column holdfast.actions.subject is 'What it is done to: job, queue, lane, class, worker, approval, schedule, budget, stop, incident, alert_channel: exactly that target is named. dead_letter, jobs: params.filter says which.';
comment on column holdfast.actions.job_id is 'The job.';
comment on column holdfast.actions.queue is 'The queue.';
comment on column holdfast.actions.lane is 'The lane.';
comment on column holdfast.actions.class is 'The class.';
comment on column holdfast.actions.worker_id is 'The worker.';
comment on column holdfast.actions.approval_id is 'The approval.';
comment on column holdfast.actions.schedule is 'The schedule.';
comment on column holdfast.actions.budget is 'The budget.';
comment on column holdfast.actions.stop_id is 'The emergency stop.';
comment on column holdfast.actions.incident_id is 'The incident.';
comment on column holdfast.actions.channel is 'The alert channel.';
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
grant insert (workspace_id, verb, subject, job_id, queue, lane, class, worker_id, approval_id, schedule, budget, stop_id, incident_id, channel, reason, params) on holdfast.actions to authenticated, service_role;

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

create function holdfast_private.cancel_waiting(p_jobs bigint[], p_message text) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
begin
  -- What was dispatched and never started does not count against a rate.
  delete from holdfast_private.starts t using holdfast.jobs j where j.id = any (p_jobs) and j.state = 'dispatched' and t.job_id = j.id and t.at >= coalesce(j.started_at, j.created_at);
  update holdfast.jobs j set state = 'canceled', held_by = '{}', finished_at = holdfast_private.clock(), error_class = 'canceled', error_message = p_message where j.id = any (p_jobs);
  delete from graphile_worker._private_jobs g where g.key = any (array(select 'job:' || j from unnest(p_jobs) j)) and g.locked_at is null;
  perform holdfast_private.free_slots(p_jobs);
end
$$;
comment on function holdfast_private.cancel_waiting(bigint[], text) is 'Cancels jobs that no worker holds.';

create function holdfast_private.requeue(p_jobs bigint[]) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_now timestamptz := holdfast_private.clock();
begin
  update holdfast.jobs j set state = 'queued', held_by = '{}', queued_at = v_now, finished_at = null,
    -- Consent is not haste: a job that was approved still waits for its time.
    run_at = case j.state when 'awaiting_approval' then j.run_at else least(j.run_at, v_now) end,
    max_attempts = greatest(j.max_attempts, j.attempt - j.crash_count + 1), effective_priority = j.priority, suspect = false
  where j.id = any (p_jobs);
  perform holdfast_private.dispatch(p_jobs);
end
$$;
comment on function holdfast_private.requeue(bigint[]) is 'Gives jobs another attempt: queued, due (unless they waited for consent), with at least one attempt left, and dispatched if their gates are open.';

create function holdfast_private.act_cancel_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  if p_job.state = 'running' then
    perform holdfast_private.order_end(array[p_job.id], 'cancel');
    return jsonb_build_object('state', 'running', 'asked', 'to end (SIGTERM, then SIGKILL after its grace)');
  end if;
  perform holdfast_private.cancel_waiting(array[p_job.id], coalesce('Canceled: ' || p_act.reason, 'Canceled.'));
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

-- Another attempt that a person asked for. Where the class needs consent, or running it twice may do harm, the wish is a
-- request: it waits for another person. A single operator's wish is their consent, and the approval says so.
create function holdfast_private.try_again(p_workspace uuid, p_jobs bigint[], p_ask boolean) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
begin
  if not p_ask then
    perform holdfast_private.requeue(p_jobs);
    -- One may ask all the same (money): then it is whoever wanted this attempt who asks.
    update holdfast.approvals a set requested_by = holdfast_private.current_actor() where a.job_id = any (p_jobs) and a.state = 'pending';
    return;
  end if;
  update holdfast.jobs j set state = 'awaiting_approval', held_by = '{}', finished_at = null, consent = case when j.attempt = 0 then 'first_run' else 'retry' end
  where j.id = any (p_jobs);
  if holdfast_private.may_consent_alone(p_workspace) then
    insert into holdfast.approval_decisions (approval_id, decision, reason)
    select a.id, 'grant', 'The single operator asked for it.' from holdfast.approvals a where a.job_id = any (p_jobs) and a.state = 'pending' order by a.job_id;
  end if;
end
$$;
comment on function holdfast_private.try_again(uuid, bigint[], boolean) is 'Gives jobs of a workspace another attempt, at once or (p_ask) once another person has consented.';

create function holdfast_private.try_again(p_job holdfast.jobs, p_ask boolean) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_last bigint := (select max(a.id) from holdfast.approvals a where a.job_id = p_job.id);
  v_approval bigint;
begin
  perform holdfast_private.try_again(p_job.workspace_id, array[p_job.id], p_ask);
  v_approval := (select max(a.id) from holdfast.approvals a where a.job_id = p_job.id and a.id > coalesce(v_last, 0));
  return (select jsonb_strip_nulls(jsonb_build_object('state', j.state, 'held_by', to_jsonb(j.held_by), 'approval', v_approval)) from holdfast.jobs j where j.id = p_job.id);
end
$$;
comment on function holdfast_private.try_again(holdfast.jobs, boolean) is 'Gives a job another attempt, at once or (p_ask) once another person has consented. Returns {state, held_by, approval}.';

-- Must another attempt be asked for? One reading for retry and redrive.
create function holdfast_private.retry_asks(p_job holdfast.jobs) returns boolean
  language plpgsql stable set search_path = ''
as $$
begin
  return p_job.state <> 'retrying' and (select c.needs_approval or (not c.retry_safe and p_job.attempt > 0) from holdfast.job_classes c where c.workspace_id = p_job.workspace_id and c.name = p_job.class);
end
$$;
comment on function holdfast_private.retry_asks(holdfast.jobs) is 'True when another attempt of the job takes consent: its class needs it, or it may not run twice and has run.';

create function holdfast_private.act_retry_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language sql set search_path = ''
  as $$ select holdfast_private.try_again(p_job, holdfast_private.retry_asks(p_job)) $$;
comment on function holdfast_private.act_retry_job(holdfast.actions, holdfast.jobs) is 'Verb retry: another attempt of the same job.';

create function holdfast_private.act_release_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  -- A release is a fresh start: what counted against the job was what a person has now looked at.
  update holdfast.jobs j set crash_count = 0, alike_failures = 0, max_attempts = greatest(j.max_attempts, j.attempt + 1) where j.id = p_job.id;
  update holdfast.quarantine q set state = 'released', reviewer = p_act.actor, reviewed_at = p_act.acted_at, note = p_act.reason where q.job_id = p_job.id and q.state = 'open';
  return holdfast_private.try_again(p_job, (select c.needs_approval from holdfast.job_classes c where c.workspace_id = p_job.workspace_id and c.name = p_job.class));
end
$$;
comment on function holdfast_private.act_release_job(holdfast.actions, holdfast.jobs) is 'Verb release: a quarantined job goes on; where its class needs approval, it asks first.';

create function holdfast_private.act_decide_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_approval bigint := (select a.id from holdfast.approvals a where a.job_id = p_job.id and a.state = 'pending');
begin
  insert into holdfast.approval_decisions (approval_id, decision, reason)
  values (v_approval, case p_act.verb when 'approve' then 'grant' else 'reject' end, p_act.reason);
  return (select jsonb_build_object('state', j.state, 'held_by', to_jsonb(j.held_by), 'approval', v_approval) from holdfast.jobs j where j.id = p_job.id);
end
$$;
comment on function holdfast_private.act_decide_job(holdfast.actions, holdfast.jobs) is 'Verbs approve and reject: a decision on the job''s pending approval.';

create function holdfast_private.act_quarantine_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  if p_job.state = 'dispatched' then
    -- Not undispatch: its slots are freed below, for those who wait for them.
    delete from holdfast_private.starts t where t.job_id = p_job.id and t.at >= coalesce(p_job.started_at, p_job.created_at);
    delete from graphile_worker._private_jobs g where g.key = 'job:' || p_job.id and g.locked_at is null;
    update holdfast.jobs j set state = 'queued', dispatched_at = null where j.id = p_job.id;
  end if;
  update holdfast.jobs j set state = 'quarantined', held_by = '{}', finished_at = null, error_class = 'isolated', error_message = 'Isolated by a person: ' || p_act.reason where j.id = p_job.id;
  perform holdfast_private.free_slots(array[p_job.id]);
  return jsonb_build_object('state', 'quarantined');
end
$$;
comment on function holdfast_private.act_quarantine_job(holdfast.actions, holdfast.jobs) is 'Verb quarantine: isolates a job that does not run.';

create function holdfast_private.act_discard_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
begin
  update holdfast.quarantine q set state = 'discarded', reviewer = p_act.actor, reviewed_at = p_act.acted_at, note = p_act.reason where q.job_id = p_job.id and q.state = 'open';
  perform holdfast_private.cancel_waiting(array[p_job.id], 'Discarded: ' || p_act.reason);
  return jsonb_build_object('state', 'canceled');
end
$$;
comment on function holdfast_private.act_discard_job(holdfast.actions, holdfast.jobs) is 'Verb discard: a quarantined job is given up.';

create function holdfast_private.make_again(p_jobs bigint[]) returns bigint[]
  language sql set search_path = '' set enable_seqscan = off
as $$
  with made as (
    insert into holdfast.jobs (workspace_id, venture, queue, lane, kind, class, name, priority, payload, labels, timeout_seconds, max_attempts, concurrency_key, est_cost, paid, external, trigger, rerun_of)
    select j.workspace_id, j.venture, j.queue, j.lane, j.kind, j.class, j.name, j.priority, j.payload, j.labels, j.timeout_seconds, j.max_attempts, j.concurrency_key, j.est_cost, j.paid, j.external, 'rerun', j.id
    from holdfast.jobs j where j.id = any (p_jobs) order by j.id
    returning id
  )
  select array_agg(m.id order by m.id) from made m
$$;
comment on function holdfast_private.make_again(bigint[]) is 'Makes new jobs like these, which point back to them. Returns their ids, in the order of the old ones.';

create function holdfast_private.act_rerun_job(p_act holdfast.actions, p_job holdfast.jobs) returns jsonb
  language sql set search_path = ''
  as $$ select jsonb_build_object('job', (holdfast_private.make_again(array[p_job.id]))[1], 'rerun_of', p_job.id) $$;
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
    when 'retry' then holdfast_private.act_retry_job(p_act, v_job)
    when 'release' then holdfast_private.act_release_job(p_act, v_job)
    when 'discard' then holdfast_private.act_discard_job(p_act, v_job)
    when 'quarantine' then holdfast_private.act_quarantine_job(p_act, v_job)
    else holdfast_private.act_decide_job(p_act, v_job) end;
  p_act.affected := 1;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_job(holdfast.actions) is 'Carries out an act on a job, if the verb fits its state.';

-- What is on its way already counts: it gets its slots when a limit is set, even where that is more than the limit. A rate
-- counts from the dispatches it has seen: the first hour of a new rate starts empty.
create function holdfast_private.set_limits(p_act holdfast.actions, p_scope text, p_name text, p_table text, p_on_their_way bigint[]) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_key text;
  v_limit integer;
  v_gate text;
  v_dispatched integer := 0;
begin
  if p_act.params = '{}' then
    perform holdfast_private.refuse(422, 'bad_limit', 'params must say max_running or max_per_hour.', 'Example: {"max_running": 4}.');
  end if;
  for v_key in select k from jsonb_object_keys(p_act.params) k order by k loop
    if jsonb_typeof(p_act.params -> v_key) not in ('number', 'null')
       or coalesce((p_act.params ->> v_key)::numeric, 0) not between 0 and 1000000 or (p_act.params ->> v_key)::numeric % 1 <> 0 then
      perform holdfast_private.refuse(422, 'bad_limit', format('params.%s must be a whole number from 0, or null for no limit: got %s.', v_key, p_act.params -> v_key), 'Example: {"max_running": 4}.');
    end if;
    v_limit := (p_act.params ->> v_key)::integer;
    v_gate := p_scope || case v_key when 'max_running' then '_limit' else '_rate' end;
    execute format('update holdfast.%I set %I = $3 where workspace_id = $1 and name = $2', p_table, v_key) using p_act.workspace_id, p_name, v_limit;
    delete from holdfast_private.reopened r where (r.workspace_id, r.scope, r.name, r.gate) = (p_act.workspace_id, p_scope, p_name, v_gate);
    if v_limit is null then
      delete from holdfast_private.slots s where v_key = 'max_running' and s.workspace_id = p_act.workspace_id and s.scope = p_scope and s.name = p_name;
      delete from holdfast_private.starts t where t.workspace_id = p_act.workspace_id and t.scope = v_gate and t.name = p_name;
      v_dispatched := v_dispatched + holdfast_private.reopen(p_act.workspace_id, p_scope, p_name, v_gate);
    else
      insert into holdfast_private.slots (workspace_id, scope, name, job_id)
      select p_act.workspace_id, p_scope, p_name, j from unnest(p_on_their_way) j where v_key = 'max_running'
      on conflict do nothing;
      v_dispatched := v_dispatched + holdfast_private.dispatch_waiting(p_act.workspace_id, p_scope, p_name);
    end if;
  end loop;
  return p_act.params || jsonb_build_object('dispatched', v_dispatched);
end
$$;
comment on function holdfast_private.set_limits(holdfast.actions, text, text, text, bigint[]) is 'Verb limit: sets max_running and max_per_hour as params say, and admits what now fits.';

-- Pause, resume and limit are the same for queues, lanes and classes but for the table.
create function holdfast_private.act_on_scope(p_act holdfast.actions, p_scope text, p_name text) returns holdfast.actions
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_table text := case p_scope when 'class' then 'job_classes' else p_scope || 's' end;
  v_paused boolean;
  v_jobs bigint[];
begin
  if jsonb_typeof(p_act.params) <> 'object' or (select count(*) from jsonb_object_keys(p_act.params) k where k not in ('max_running', 'max_per_hour')) > 0
     or (p_scope = 'class' and p_act.params ? 'max_per_hour') then
    perform holdfast_private.refuse(400, 'unknown_option', format('params may hold max_running, or max_per_hour for a queue or lane: got %s.', p_act.params), 'Example: {"max_running": 4}.');
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
    p_act.result := holdfast_private.set_limits(p_act, p_scope, p_name, v_table, v_jobs);
    p_act.affected := 1;
  end if;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_scope(holdfast.actions, text, text) is 'Verbs pause, resume and limit on a queue, lane or class.';

create function holdfast_private.bad_target(p_act holdfast.actions) returns boolean
  language plpgsql immutable set search_path = ''
as $$
declare
  v_named text := case p_act.subject when 'job' then p_act.job_id::text when 'queue' then p_act.queue when 'lane' then p_act.lane when 'class' then p_act.class
    when 'worker' then p_act.worker_id::text when 'approval' then p_act.approval_id::text when 'schedule' then p_act.schedule when 'budget' then p_act.budget
    when 'stop' then p_act.stop_id::text when 'incident' then p_act.incident_id::text when 'alert_channel' then p_act.channel end;
  v_wanted integer := case when p_act.subject in ('dead_letter', 'jobs') or (p_act.verb, p_act.subject) in (('engage', 'stop'), ('open', 'incident')) then 0 else 1 end;
begin
  return num_nonnulls(p_act.job_id, p_act.queue, p_act.lane, p_act.class, p_act.worker_id, p_act.approval_id, p_act.schedule, p_act.budget, p_act.stop_id, p_act.incident_id, p_act.channel) <> v_wanted
      or (v_wanted = 1 and v_named is null);
end
$$;
comment on function holdfast_private.bad_target(holdfast.actions) is 'True when an act does not name exactly the target that its subject says.';

create function holdfast_private.tg_actions__carry_out() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_verb holdfast.verbs;
begin
  select v.* into v_verb from holdfast.verbs v where v.verb = new.verb and v.subject = new.subject;
  if not found or new.verb in ('enqueue', 'depend', 'define') then
    perform holdfast_private.refuse(404, 'unknown_verb', format('There is no act %s on %s.', quote_literal(left(new.verb, 60)), quote_literal(left(new.subject, 60))),
      'See holdfast.verbs. Enqueue, depend and define are inserts into jobs, job_dependencies and the table of what is defined.');
  elsif not holdfast_private.caller_may(new.workspace_id, new.verb, new.subject) then
    perform holdfast_private.refuse(403, 'not_permitted', format('You may not %s a %s in this workspace: it takes the role %s.', new.verb, new.subject, v_verb.least_role), 'Ask an admin of the workspace.');
  elsif v_verb.persons_only and not holdfast_private.is_person(new.workspace_id) then
    perform holdfast_private.refuse(403, 'only_people_decide', format('To %s a %s takes a person: an agent, a service or a worker never does.', new.verb, new.subject), 'A person with the role must decide, signed in as themselves.');
  elsif jsonb_typeof(coalesce(new.params, '{}')) <> 'object' then
    perform holdfast_private.refuse(400, 'unknown_option', format('params must be an object: got %s.', left(new.params::text, 200)), 'Leave params out where the act takes none.');
  elsif v_verb.needs_reason and coalesce(btrim(new.reason), '') = '' then
    perform holdfast_private.refuse(422, 'reason_required', format('%s needs a reason.', initcap(new.verb)), 'Say why: it goes into the ledger.');
  elsif length(new.reason) > 2000 then
    perform holdfast_private.refuse(422, 'bad_reason', 'A reason may have at most 2000 characters.', 'Shorten it.');
  elsif holdfast_private.bad_target(new) then
    perform holdfast_private.refuse(400, 'bad_target', format('An act on a %s names exactly that %s.', new.subject, new.subject),
      'Set job_id, queue, lane, class, worker_id, approval_id, schedule, budget, stop_id, incident_id or channel, as the subject says. To engage a stop, open an incident, or act on dead letters or jobs by filter, use params alone. holdfast.act takes {"job": 12}, {"queue": "primary"}, {"stop": 3}, ….');
  end if;
  new.actor := holdfast_private.current_actor();
  new.acted_at := holdfast_private.clock();
  new.params := coalesce(new.params, '{}');
  new := case new.subject
    when 'job' then holdfast_private.act_on_job(new)
    when 'worker' then holdfast_private.act_on_worker(new)
    when 'approval' then holdfast_private.act_on_approval(new)
    when 'dead_letter' then holdfast_private.act_on_dead_letters(new)
    when 'jobs' then holdfast_private.act_on_jobs(new)
    when 'stop' then holdfast_private.act_on_stop(new)
    when 'schedule' then holdfast_private.act_on_schedule(new)
    when 'budget' then holdfast_private.act_on_budget(new)
    when 'incident' then holdfast_private.act_on_incident(new)
    when 'alert_channel' then holdfast_private.act_on_channel(new)
    else holdfast_private.act_on_scope(new, new.subject, coalesce(new.queue, new.lane, new.class)) end;
  perform holdfast_private.record(new.workspace_id, new.actor, new.subject || '.' || new.verb, new.subject,
    coalesce(new.job_id::text, new.queue, new.lane, new.class, new.worker_id::text, new.approval_id::text, new.schedule, new.budget, new.stop_id::text, new.incident_id::text, new.channel,
      -- What the act itself made: the stop that it engaged, the incident that it opened.
      new.result ->> 'stop', new.result ->> 'incident', 'filter'),
    jsonb_strip_nulls(jsonb_build_object('reason', new.reason, 'params', nullif(new.params, '{}'), 'affected', new.affected, 'result', new.result)));
  return new;
end
$$;
comment on function holdfast_private.tg_actions__carry_out() is 'Asks the permission question, carries the act out and fills in what happened.';
create trigger actions__carry_out before insert on holdfast.actions
  for each row execute function holdfast_private.tg_actions__carry_out();
