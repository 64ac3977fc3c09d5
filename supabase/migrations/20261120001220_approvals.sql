-- Approvals: a person's consent to exactly one thing.
--
-- A request shows what would happen (`shown`) and carries the sha-256 of that text (`digest`). Consent is to the digest: it
-- is computed again when the lease is taken, and the process about to execute checks it a third time against what it really
-- runs. Whatever changed in between voids the consent. A grant is spent by one run.
--
-- Who asks: the state machine (a job enters awaiting_approval: the trigger below opens the request, so no path can forget
-- to), and acts that need consent. Who decides: people, by a row of approval_decisions, never the requester (unless the
-- workspace says that one person runs it alone), never an agent, never a service. Lock order: the job, then its approval.

create table holdfast.approvals (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  venture text,
  subject text not null constraint approvals_subject_is_known check (subject in ('job', 'schedule', 'budget')),
  job_id bigint,
  kind text,
  schedule text,
  budget text,
  purpose text not null constraint approvals_purpose_is_known check (purpose in ('first_run', 'retry', 'spend', 'enable', 'raise')),
  requested_by text not null,
  requested_at timestamptz not null,
  reason text,
  shown jsonb not null,
  digest text not null,
  params jsonb not null default '{}',
  quorum integer not null,
  least_role text not null references holdfast.roles (role),
  expires_at timestamptz not null,
  state text not null default 'pending' constraint approvals_state_is_known check (state in ('pending', 'granted', 'rejected', 'expired', 'spent', 'superseded')),
  closed_at timestamptz,
  closed_reason text,
  run_id bigint,
  constraint approvals_name_their_subject check (num_nonnulls(job_id, schedule, budget) = 1 and (job_id is not null) = (subject = 'job') and (schedule is not null) = (subject = 'schedule')),
  constraint approvals_pending_is_open check ((state = 'pending') = (closed_at is null)),
  constraint approvals_spent_names_its_run check (state <> 'spent' or run_id is not null or subject <> 'job')
);
create unique index approvals_one_pending_a_job on holdfast.approvals (job_id) where state = 'pending' and job_id is not null;
create unique index approvals_one_pending_a_schedule on holdfast.approvals (workspace_id, schedule) where state = 'pending' and schedule is not null;
create unique index approvals_one_pending_a_budget on holdfast.approvals (workspace_id, budget) where state = 'pending' and budget is not null;
create index approvals_of_job on holdfast.approvals (job_id) where job_id is not null;
create index approvals_pending on holdfast.approvals (workspace_id, expires_at) where state = 'pending';
create index approvals_newest on holdfast.approvals (workspace_id, requested_at desc, id desc);
create index approvals_decided on holdfast.approvals (workspace_id, state, requested_at desc, id desc) where state <> 'pending';
create index approvals_granted on holdfast.approvals (workspace_id, subject, kind, schedule, budget, id desc) where state in ('granted', 'spent');
create index approvals_by_role on holdfast.approvals (least_role);
comment on table holdfast.approvals is 'Requests for consent and what became of them. Decide by inserting into approval_decisions.';
comment on column holdfast.approvals.id is 'Identity.';
comment on column holdfast.approvals.workspace_id is 'The workspace.';
comment on column holdfast.approvals.venture is 'Venture of the job, if any.';
comment on column holdfast.approvals.subject is 'What it is about: job, schedule or budget.';
comment on column holdfast.approvals.job_id is 'The job.';
comment on column holdfast.approvals.kind is 'Kind of the job.';
comment on column holdfast.approvals.schedule is 'The schedule.';
comment on column holdfast.approvals.budget is 'The budget.';
comment on column holdfast.approvals.purpose is 'What for: first_run, retry or spend (a job), enable (a schedule), raise (a budget).';
comment on column holdfast.approvals.requested_by is 'Who asked; that person never decides.';
comment on column holdfast.approvals.requested_at is 'When.';
comment on column holdfast.approvals.reason is 'Why it is asked: the last error, the budget''s threshold, the requester''s words.';
comment on column holdfast.approvals.shown is 'What would happen, in full: exactly what the digest covers.';
comment on column holdfast.approvals.digest is 'sha-256 of shown as text, hex.';
comment on column holdfast.approvals.params is 'Particulars that are carried out on consent, e.g. {"cap": 40}.';
comment on column holdfast.approvals.quorum is 'How many people must consent.';
comment on column holdfast.approvals.least_role is 'The weakest role that may decide.';
comment on column holdfast.approvals.expires_at is 'Until when it may be decided.';
comment on column holdfast.approvals.state is 'pending, granted, rejected, expired, spent (a run used it) or superseded (its subject changed or moved on).';
comment on column holdfast.approvals.closed_at is 'When it left pending.';
comment on column holdfast.approvals.closed_reason is 'Why it was closed, when nobody decided.';
comment on column holdfast.approvals.run_id is 'The run that spent it; the latest, where the class retries the same thing by itself.';

create table holdfast.approval_decisions (
  approval_id bigint not null references holdfast.approvals (id),
  decided_by text not null,
  workspace_id uuid not null,
  decision text not null constraint approval_decisions_grant_or_reject check (decision in ('grant', 'reject')),
  reason text,
  digest text not null,
  decided_at timestamptz not null,
  primary key (approval_id, decided_by)
);
comment on table holdfast.approval_decisions is 'One person''s answer to one request. Insert to decide; never changed.';
comment on column holdfast.approval_decisions.approval_id is 'The request.';
comment on column holdfast.approval_decisions.decided_by is 'Who decided; filled by the database.';
comment on column holdfast.approval_decisions.workspace_id is 'The workspace; filled by the database.';
comment on column holdfast.approval_decisions.decision is 'grant or reject.';
comment on column holdfast.approval_decisions.reason is 'Why; required to reject.';
comment on column holdfast.approval_decisions.digest is 'Digest of what the person was shown; give it to be sure that it is still what is asked.';
comment on column holdfast.approval_decisions.decided_at is 'When; filled by the database.';
alter table holdfast.approvals enable row level security;
alter table holdfast.approval_decisions enable row level security;
revoke all on holdfast.approvals, holdfast.approval_decisions from anon, authenticated, service_role;
create policy "members read the approvals of their workspaces" on holdfast.approvals for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "members read the decisions of their workspaces" on holdfast.approval_decisions for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "those who may approve decide" on holdfast.approval_decisions for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p
    where p.subject = 'approval' and p.verb = case approval_decisions.decision when 'grant' then 'approve' else 'reject' end)));
grant select on holdfast.approvals, holdfast.approval_decisions to authenticated, service_role;
grant insert (approval_id, decision, reason, digest) on holdfast.approval_decisions to authenticated;

-- What a job would do: every field that matters and none that does not (times and attempt numbers change by themselves).
create function holdfast_private.shown_of(p_job holdfast.jobs) returns jsonb
  language plpgsql stable set search_path = ''
as $$
declare
  v_kind holdfast.kinds;
  v_command jsonb;
begin
  select k.* into v_kind from holdfast.kinds k where k.workspace_id = p_job.workspace_id and k.name = p_job.kind;
  v_command := holdfast_private.command_of(p_job, v_kind);
  return jsonb_build_object('job', p_job.id, 'kind', p_job.kind, 'class', p_job.class, 'payload', p_job.payload, 'est_cost', p_job.est_cost, 'paid', p_job.paid, 'external', p_job.external,
    'command', case when v_command is not null then jsonb_build_object('profile', v_command -> 'profile', 'version', v_command -> 'version', 'program', v_command -> 'program',
      'args', v_command -> 'args', 'env', v_command -> 'env', 'cwd', v_command -> 'cwd', 'pty', v_command -> 'pty') end);
end
$$;
comment on function holdfast_private.shown_of(holdfast.jobs) is 'What a person consents to when they consent to a job.';

create function holdfast_private.digest_of(p_shown jsonb) returns text
  language sql immutable set search_path = ''
  as $$ select encode(sha256(convert_to(p_shown::text, 'UTF8')), 'hex') $$;
comment on function holdfast_private.digest_of(jsonb) is 'sha-256 of the canonical text of what was shown.';

-- True where one person runs the workspace alone and is the caller: then their wish is their consent, on the record.
create function holdfast_private.may_consent_alone(p_workspace uuid) returns boolean
  language plpgsql stable set search_path = ''
as $$
begin
  return (select w.single_operator from holdfast.workspaces w where w.id = p_workspace) and holdfast_private.is_person(p_workspace)
     and holdfast_private.caller_may(p_workspace, 'approve', 'approval');
end
$$;
comment on function holdfast_private.may_consent_alone(uuid) is 'May the caller consent to their own request here? Only in a single-operator workspace.';

create function holdfast_private.is_person(p_workspace uuid) returns boolean
  language plpgsql stable set search_path = ''
as $$
begin
  -- A login role with SQL access is a person at a terminal; the roles of services and workers are not.
  return case when auth.uid() is not null then not exists (select from holdfast.members m where m.workspace_id = p_workspace and m.user_id = auth.uid() and m.agent)
    else auth.role() is null and session_user not in ('holdfast_worker', 'authenticator', 'service_role') and holdfast_private.current_actor() like 'sql:%' end;
end
$$;
comment on function holdfast_private.is_person(uuid) is 'True when the caller is a person: a member who is no agent, or somebody connected with a login role of their own.';

-- A job entered or left awaiting_approval, by whatever path.
create function holdfast_private.tg_jobs__consent() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_shown jsonb;
  v_class holdfast.job_classes;
  v_now timestamptz := holdfast_private.clock();
  v_asked_by text;
begin
  if new.state <> 'awaiting_approval' then
    update holdfast.approvals a set state = 'superseded', closed_at = v_now, closed_reason = 'The job is ' || new.state || '.' where a.job_id = new.id and a.state = 'pending';
    return null;
  end if;
  select c.* into v_class from holdfast.job_classes c where c.workspace_id = new.workspace_id and c.name = new.class;
  v_shown := holdfast_private.shown_of(new);
  -- Whoever asked for this attempt: the person who retried it, else the one who enqueued it.
  v_asked_by := case when tg_op = 'UPDATE' and old.state in ('failed', 'timed_out', 'canceled', 'quarantined') then holdfast_private.current_actor() else new.created_by end;
  insert into holdfast.approvals (workspace_id, venture, subject, job_id, kind, purpose, requested_by, requested_at, reason, shown, digest, quorum, least_role, expires_at)
  values (new.workspace_id, new.venture, 'job', new.id, new.kind, coalesce(new.consent, 'retry'), v_asked_by, v_now,
    case coalesce(new.consent, 'retry') when 'first_run' then 'Class ' || new.class || ' needs consent.' when 'spend' then 'Spending would pass a threshold or a cap.' else left(new.error_message, 500) end,
    v_shown, holdfast_private.digest_of(v_shown), v_class.approval_quorum, v_class.approval_role, v_now + make_interval(hours => v_class.approval_hours));
  perform holdfast_private.record(new.workspace_id, v_asked_by, 'approval.requested', 'job', new.id::text, jsonb_build_object('purpose', coalesce(new.consent, 'retry'), 'digest', holdfast_private.digest_of(v_shown)));
  return null;
end
$$;
comment on function holdfast_private.tg_jobs__consent() is 'Opens a request when a job begins to wait for consent, closes it when the job moves on.';
create trigger jobs__asks after insert on holdfast.jobs for each row when (new.state = 'awaiting_approval') execute function holdfast_private.tg_jobs__consent();
create trigger jobs__consent after update of state on holdfast.jobs for each row
  when (old.state <> new.state and (old.state = 'awaiting_approval' or new.state = 'awaiting_approval')) execute function holdfast_private.tg_jobs__consent();

-- Jobs that were on their way and turn out to need consent: a threshold would be passed, or what was consented to changed.
create function holdfast_private.ask_consent(p_jobs bigint[], p_spend bigint[]) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
begin
  update holdfast.approvals a set state = 'superseded', closed_at = holdfast_private.clock(), closed_reason = 'What would run is no longer what was shown.'
  where a.job_id = any (p_jobs) and a.state = 'granted' and a.job_id <> all (p_spend);
  update holdfast.jobs j set state = 'awaiting_approval', held_by = '{}', consent = case when j.id = any (p_spend) then 'spend' else coalesce(j.consent, 'retry') end
  where j.id in (select k.id from holdfast.jobs k where k.id = any (p_jobs) and k.state = 'queued' order by k.id for update);
end
$$;
comment on function holdfast_private.ask_consent(bigint[], bigint[]) is 'queued -> awaiting_approval; p_spend are those among them that ask because of money.';

-- The grant that covers a job's next attempt, if there is one: for this purpose, for this digest, unspent; or spent by an
-- earlier attempt of the same thing, where the class may retry by itself.
create function holdfast_private.grant_for(p_job bigint) returns bigint
  language plpgsql volatile set search_path = ''
as $$
begin
  return (
    select a.id from holdfast.jobs j
    join holdfast.job_classes c on c.workspace_id = j.workspace_id and c.name = j.class
    join holdfast.approvals a on a.job_id = j.id and a.purpose = j.consent
    where j.id = p_job and (a.state = 'granted' or (a.state = 'spent' and c.retry_safe and j.attempt > 0 and a.run_id = (select max(r.id) from holdfast.runs r where r.job_id = j.id)))
      and a.digest = holdfast_private.digest_of(holdfast_private.shown_of(j))
    order by a.id desc limit 1);
end
$$;
comment on function holdfast_private.grant_for(bigint) is 'Id of the approval that covers the job''s next attempt; null when none does.';

create function holdfast_private.gate_approval(p_candidates holdfast_private.candidate[]) returns setof bigint
  language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
  if not exists (select from unnest(p_candidates) c where c.consent) then
    return;
  end if;
  return query select c.job_id from unnest(p_candidates) c where c.consent and holdfast_private.grant_for(c.job_id) is null;
end
$$;
comment on function holdfast_private.gate_approval(holdfast_private.candidate[]) is 'Gate approval: holds jobs that need consent and have none for exactly what they would do now.';

create function holdfast_private.consent_of(p_job bigint) returns jsonb
  language plpgsql volatile set search_path = ''
as $$
begin
  return (select jsonb_build_object('approval', a.id, 'digest', a.digest, 'shown', a.shown::text) from holdfast.approvals a where a.id = holdfast_private.grant_for(p_job));
end
$$;
comment on function holdfast_private.consent_of(bigint) is 'What the process that executes a job checks itself against: {approval, digest, shown as the text that was hashed}.';

create function holdfast_private.spend_grants(p_consents jsonb) returns void
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
begin
  update holdfast.approvals a set state = 'spent', run_id = (select max(r.id) from holdfast.runs r where r.job_id = a.job_id)
  where a.id = any (array(select (c.value ->> 'approval')::bigint from jsonb_each(p_consents) c));
  -- Whatever else was granted (a first run that then turned out to need money) was for this run, too.
  update holdfast.approvals a set state = 'superseded', closed_reason = 'A later consent covered the run.'
  where a.job_id = any (array(select k::bigint from jsonb_object_keys(p_consents) k)) and a.state = 'granted';
end
$$;
comment on function holdfast_private.spend_grants(jsonb) is 'Jobs have just started, each with the consent given ({job: consent_of}): it is spent by that run.';

create function holdfast_private.tg_approval_decisions__decide() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_approval holdfast.approvals;
  v_grants integer;
  v_now timestamptz := holdfast_private.clock();
begin
  select a.* into v_approval from holdfast.approvals a where a.id = new.approval_id;
  if not found or (holdfast_private.is_api_caller() and not exists (select from holdfast.my_workspaces m where m.workspace_id = v_approval.workspace_id)) then
    perform holdfast_private.refuse(404, 'unknown_approval', format('There is no approval %s that you may see.', new.approval_id), 'See holdfast.approvals.');
  end if;
  -- The subject first: the order of everybody who moves it.
  perform from holdfast.jobs j where j.id = v_approval.job_id for update;
  perform from holdfast.schedules s where s.workspace_id = v_approval.workspace_id and s.name = v_approval.schedule for update;
  perform from holdfast.budgets b where b.workspace_id = v_approval.workspace_id and b.name = v_approval.budget for no key update;
  select a.* into v_approval from holdfast.approvals a where a.id = new.approval_id for update;
  new.workspace_id := v_approval.workspace_id;
  new.decided_by := holdfast_private.current_actor();
  new.decided_at := v_now;
  perform holdfast_private.check_decision(new, v_approval);
  new.digest := v_approval.digest;
  perform holdfast_private.record(new.workspace_id, new.decided_by, case new.decision when 'grant' then 'approval.granted' else 'approval.rejected' end, 'approval', new.approval_id::text,
    jsonb_strip_nulls(jsonb_build_object('subject', v_approval.subject, 'job', v_approval.job_id, 'schedule', v_approval.schedule, 'budget', v_approval.budget, 'purpose', v_approval.purpose,
      'digest', v_approval.digest, 'reason', new.reason, 'quorum', v_approval.quorum)));
  if new.decision = 'reject' then
    update holdfast.approvals a set state = 'rejected', closed_at = v_now, closed_reason = new.reason where a.id = v_approval.id;
    if v_approval.job_id is not null then
      perform holdfast_private.cancel_waiting(array[v_approval.job_id], 'Consent refused: ' || new.reason);
    end if;
    return new;
  end if;
  v_grants := 1 + (select count(*) from holdfast.approval_decisions d where d.approval_id = v_approval.id and d.decision = 'grant');
  if v_grants >= v_approval.quorum then
    update holdfast.approvals a set state = case v_approval.subject when 'job' then 'granted' else 'spent' end, closed_at = v_now where a.id = v_approval.id;
    case v_approval.subject
      when 'job' then perform holdfast_private.requeue(array[v_approval.job_id]);
      when 'schedule' then perform holdfast_private.set_schedule_enabled(v_approval.workspace_id, v_approval.schedule, true, v_approval.requested_by);
      else perform holdfast_private.set_cap(v_approval.workspace_id, v_approval.budget, (v_approval.params ->> 'cap')::numeric);
    end case;
  end if;
  return new;
end
$$;
comment on function holdfast_private.tg_approval_decisions__decide() is 'Checks a decision and, with the quorum, carries out what was asked for.';
create trigger approval_decisions__decide before insert on holdfast.approval_decisions for each row execute function holdfast_private.tg_approval_decisions__decide();

create function holdfast_private.check_decision(p_decision holdfast.approval_decisions, p_approval holdfast.approvals) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_mine integer := (select r.rank from holdfast.members m join holdfast.roles r on r.role = m.role where m.workspace_id = p_approval.workspace_id and m.user_id = auth.uid());
begin
  if not holdfast_private.is_person(p_approval.workspace_id) then
    perform holdfast_private.refuse(403, 'only_people_decide', 'An agent, a service or a worker never gives consent.', 'A person with the role must decide, signed in as themselves.');
  elsif holdfast_private.is_api_caller() and coalesce(v_mine, 0) < (select r.rank from holdfast.roles r where r.role = p_approval.least_role) then
    perform holdfast_private.refuse(403, 'not_permitted', format('This decision takes the role %s.', p_approval.least_role), 'Ask an admin of the workspace.');
  elsif coalesce(p_decision.decision, '') not in ('grant', 'reject') then
    perform holdfast_private.refuse(422, 'bad_decision', 'decision must be grant or reject.', 'Nothing else closes a request.');
  elsif p_decision.decision = 'reject' and coalesce(btrim(p_decision.reason), '') = '' then
    perform holdfast_private.refuse(422, 'reason_required', 'A rejection needs a reason.', 'Say why: it goes into the ledger and to whoever asked.');
  elsif length(p_decision.reason) > 2000 then
    perform holdfast_private.refuse(422, 'bad_reason', 'A reason may have at most 2000 characters.', 'Shorten it.');
  elsif p_approval.state <> 'pending' then
    perform holdfast_private.refuse(409, 'not_pending', format('Approval %s is %s%s: it cannot be decided any more.', p_approval.id, p_approval.state, coalesce(' (' || p_approval.closed_reason || ')', '')),
      'Look at its subject: a new request may be open.');
  elsif p_approval.expires_at <= p_decision.decided_at then
    perform holdfast_private.refuse(409, 'approval_expired', format('Approval %s expired at %s.', p_approval.id, p_approval.expires_at), 'Ask again: retry the job, or repeat the act.');
  elsif p_approval.requested_by = p_decision.decided_by and not (select w.single_operator from holdfast.workspaces w where w.id = p_approval.workspace_id) then
    perform holdfast_private.refuse(403, 'own_request', format('You asked for approval %s yourself: another person must decide.', p_approval.id), 'Ask an approver of the workspace.');
  elsif exists (select from holdfast.approval_decisions d where d.approval_id = p_approval.id and d.decided_by = p_decision.decided_by) then
    perform holdfast_private.refuse(409, 'already_decided', format('You have decided about approval %s already.', p_approval.id), format('It needs %s people.', p_approval.quorum));
  elsif p_decision.digest is not null and p_decision.digest <> p_approval.digest or holdfast_private.digest_now(p_approval) is distinct from p_approval.digest then
    perform holdfast_private.refuse(409, 'subject_changed', format('What approval %s is about has changed since it was shown.', p_approval.id), 'Read it again: a new request opens within seconds.');
  end if;
end
$$;
comment on function holdfast_private.check_decision(holdfast.approval_decisions, holdfast.approvals) is 'Refuses a decision by the wrong person, too late, twice, or about something that has changed.';

create function holdfast_private.digest_now(p_approval holdfast.approvals) returns text
  language plpgsql volatile set search_path = ''
as $$
begin
  return holdfast_private.digest_of(case p_approval.subject
    when 'job' then (select holdfast_private.shown_of(j) from holdfast.jobs j where j.id = p_approval.job_id)
    when 'schedule' then (select holdfast_private.shown_of_schedule(s) from holdfast.schedules s where s.workspace_id = p_approval.workspace_id and s.name = p_approval.schedule)
    else (select holdfast_private.shown_of_raise(b, (p_approval.params ->> 'cap')::numeric) from holdfast.budgets b where b.workspace_id = p_approval.workspace_id and b.name = p_approval.budget) end);
end
$$;
comment on function holdfast_private.digest_now(holdfast.approvals) is 'Digest of the request''s subject as it is now.';

create function holdfast_private.act_on_approval(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
begin
  if not exists (select from holdfast.approvals a where a.id = p_act.approval_id and a.workspace_id = p_act.workspace_id) then
    perform holdfast_private.refuse(404, 'unknown_approval', format('There is no approval %s in this workspace.', p_act.approval_id), 'See holdfast.approvals.');
  end if;
  if exists (select from jsonb_object_keys(p_act.params) k where k <> 'digest') then
    perform holdfast_private.refuse(400, 'unknown_option', format('params may hold digest: got %s.', left(p_act.params::text, 200)), 'Give the digest of what you were shown, to be sure that it is still what is asked.');
  end if;
  insert into holdfast.approval_decisions (approval_id, decision, reason, digest)
  values (p_act.approval_id, case p_act.verb when 'approve' then 'grant' else 'reject' end, p_act.reason, p_act.params ->> 'digest');
  p_act.affected := 1;
  p_act.result := (select jsonb_build_object('state', a.state, 'decided', (select count(*) from holdfast.approval_decisions d where d.approval_id = a.id), 'quorum', a.quorum)
    from holdfast.approvals a where a.id = p_act.approval_id);
  return p_act;
end
$$;
comment on function holdfast_private.act_on_approval(holdfast.actions) is 'Verbs approve and reject on an approval: the same as a row of approval_decisions.';

-- An act that needs consent becomes a request; a single operator's act is its own consent.
create function holdfast_private.request_approval(p_act holdfast.actions, p_purpose text, p_shown jsonb, p_params jsonb) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_id bigint;
begin
  update holdfast.approvals a set state = 'superseded', closed_at = p_act.acted_at, closed_reason = 'Asked for anew.'
  where a.workspace_id = p_act.workspace_id and a.state = 'pending' and (a.schedule = p_act.schedule or a.budget = p_act.budget);
  insert into holdfast.approvals (workspace_id, subject, schedule, budget, purpose, requested_by, requested_at, reason, shown, digest, params, quorum, least_role, expires_at)
  values (p_act.workspace_id, p_act.subject, p_act.schedule, p_act.budget, p_purpose, p_act.actor, p_act.acted_at, p_act.reason, p_shown, holdfast_private.digest_of(p_shown), p_params, 1, 'approver',
    p_act.acted_at + interval '24 hours')
  returning id into v_id;
  if holdfast_private.may_consent_alone(p_act.workspace_id) then
    insert into holdfast.approval_decisions (approval_id, decision, reason) values (v_id, 'grant', 'The single operator asked for it.');
    return jsonb_build_object('approval', v_id, 'state', 'carried out');
  end if;
  return jsonb_build_object('approval', v_id, 'state', 'waits for another person''s consent');
end
$$;
comment on function holdfast_private.request_approval(holdfast.actions, text, jsonb, jsonb) is 'Opens a request for an act on a schedule or budget. Returns {approval, state}.';

-- Duty. An undecided request expires, and its job ends; a pending request whose subject changed is replaced by one for what
-- the subject is now.
create function holdfast_private.expire_approvals() returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_approval holdfast.approvals;
  v_expired integer := 0;
  v_replaced integer := 0;
begin
  for v_approval in select a.* from holdfast.approvals a where a.state = 'pending' order by a.job_id, a.id loop
    continue when v_approval.expires_at > v_now and holdfast_private.digest_now(v_approval) is not distinct from v_approval.digest;
    -- Skip, never wait: one request in somebody's open transaction must not keep the others from expiring.
    if v_approval.job_id is not null then
      perform from holdfast.jobs j where j.id = v_approval.job_id for update skip locked;
      continue when not found;
    end if;
    perform from holdfast.approvals a where a.id = v_approval.id and a.state = 'pending' for update skip locked;
    continue when not found;
    if v_approval.expires_at <= v_now then
      update holdfast.approvals a set state = 'expired', closed_at = v_now, closed_reason = 'Nobody decided in time.' where a.id = v_approval.id;
      if v_approval.job_id is not null then
        perform holdfast_private.cancel_waiting(array[v_approval.job_id], 'Nobody consented before ' || to_char(v_approval.expires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.');
      end if;
      perform holdfast_private.record(v_approval.workspace_id, 'supervisor', 'approval.expired', 'approval', v_approval.id::text, jsonb_strip_nulls(jsonb_build_object('job', v_approval.job_id, 'schedule', v_approval.schedule, 'budget', v_approval.budget)));
      v_expired := v_expired + 1;
    else
      update holdfast.approvals a set state = 'superseded', closed_at = v_now, closed_reason = 'Its subject changed.' where a.id = v_approval.id;
      perform holdfast_private.record(v_approval.workspace_id, 'supervisor', 'approval.superseded', 'approval', v_approval.id::text, jsonb_strip_nulls(jsonb_build_object('job', v_approval.job_id, 'schedule', v_approval.schedule, 'budget', v_approval.budget)));
      if v_approval.job_id is not null then
        insert into holdfast.approvals (workspace_id, venture, subject, job_id, kind, purpose, requested_by, requested_at, reason, shown, digest, quorum, least_role, expires_at)
        select a.workspace_id, a.venture, a.subject, a.job_id, a.kind, a.purpose, a.requested_by, v_now, 'Changed since it was asked for: read it again.', s.shown, holdfast_private.digest_of(s.shown), a.quorum, a.least_role, a.expires_at
        from holdfast.approvals a join holdfast.jobs j on j.id = a.job_id and j.state = 'awaiting_approval', lateral (select holdfast_private.shown_of(j) as shown) s where a.id = v_approval.id;
      end if;
      v_replaced := v_replaced + 1;
    end if;
  end loop;
  return jsonb_build_object('expired', v_expired, 'replaced', v_replaced);
end
$$;
comment on function holdfast_private.expire_approvals() is 'Duty: see duties.';
