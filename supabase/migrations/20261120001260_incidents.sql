-- Incidents: something is being handled. Opened by a rule or by hand, at most one open per rule and subject, each with its
-- runbook; told to people through alerts, which are jobs of the queue `alert`. Nobody outside is contacted until an
-- admin has enabled a channel.

create table holdfast.incident_rules (
  rule text primary key,
  severity text not null constraint incident_rules_severity_is_known check (severity in ('low', 'medium', 'high', 'critical')),
  sentence text not null,
  threshold jsonb not null default '{}'
);
comment on table holdfast.incident_rules is 'What opens an incident by itself.';
comment on column holdfast.incident_rules.rule is 'Name of the rule; manual is for people.';
comment on column holdfast.incident_rules.severity is 'low, medium, high or critical.';
comment on column holdfast.incident_rules.sentence is 'What it watches for.';
comment on column holdfast.incident_rules.threshold is 'From when on, e.g. {"seconds": 60}.';
insert into holdfast.incident_rules (rule, severity, sentence, threshold) values
  ('worker_stuck', 'high', 'A run''s lease has expired, or a worker with running work is silent, for longer than the threshold.', '{"seconds": 60}'),
  ('queue_backed_up', 'medium', 'A queue that is not paused holds more due jobs, or an older one, than the threshold.', '{"jobs": 1000, "seconds": 3600}'),
  ('build_failed', 'medium', 'A job of the lane build failed for good.', '{}'),
  ('environment_missing', 'medium', 'A command needs an environment variable that its worker does not have.', '{}'),
  ('unsafe_claim_published', 'critical', 'An output rule matched what a job printed or returned.', '{}'),
  ('supervisor_silent', 'high', 'No supervisor led for longer than the threshold.', '{"seconds": 30}'),
  ('budget_breached', 'high', 'A job did not fit under a budget''s cap.', '{}'),
  ('manual', 'medium', 'Opened by a person.', '{}');

create table holdfast.runbook_steps (
  rule text not null references holdfast.incident_rules (rule),
  step integer not null,
  title text not null,
  sentence text not null,
  primary key (rule, step)
);
comment on table holdfast.runbook_steps is 'What to do about each kind of incident, in order.';
comment on column holdfast.runbook_steps.rule is 'The rule.';
comment on column holdfast.runbook_steps.step is 'Order, from 1.';
comment on column holdfast.runbook_steps.title is 'contain, classify, generate recovery packet, operator review or retry only if safe.';
comment on column holdfast.runbook_steps.sentence is 'What to do.';
insert into holdfast.runbook_steps (rule, step, title, sentence)
select r.rule, s.step, s.title, s.sentence from holdfast.incident_rules r cross join (values
  (1, 'contain', 'Stop it from getting worse: pause the lane or queue, or engage a stop.'),
  (2, 'classify', 'Read the evidence and the failures alike: one job, one kind, or everything?'),
  (3, 'generate recovery packet', 'Take a snapshot (holdfast snapshot) and keep it with the incident.'),
  (4, 'operator review', 'Say in the incident what happened and what has been done already.'),
  (5, 'retry only if safe', 'Redrive what may run twice; ask for consent for the rest; then resume and close.')) as s (step, title, sentence);

create table holdfast.incidents (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  rule text not null references holdfast.incident_rules (rule),
  subject text not null,
  severity text not null,
  sentence text not null,
  evidence jsonb not null default '{}',
  opened_by text not null,
  opened_at timestamptz not null,
  last_seen_at timestamptz not null,
  times_seen integer not null default 1,
  contained_at timestamptz,
  closed_at timestamptz,
  closed_by text,
  closed_reason text,
  constraint incidents_closed_has_who_and_why check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (closed_reason is null))
);
create unique index incidents_one_open_a_subject on holdfast.incidents (workspace_id, rule, subject) where closed_at is null;
create index incidents_newest on holdfast.incidents (workspace_id, opened_at desc, id desc);
create index incidents_by_rule on holdfast.incidents (rule);
comment on table holdfast.incidents is 'What is being handled, and what was. At most one is open per rule and subject.';
comment on column holdfast.incidents.id is 'Identity.';
comment on column holdfast.incidents.workspace_id is 'The workspace.';
comment on column holdfast.incidents.rule is 'What opened it.';
comment on column holdfast.incidents.subject is 'What it is about, e.g. queue:primary, job:12, worker:3.';
comment on column holdfast.incidents.severity is 'low, medium, high or critical.';
comment on column holdfast.incidents.sentence is 'What is wrong, in words.';
comment on column holdfast.incidents.evidence is 'The figures behind it.';
comment on column holdfast.incidents.opened_by is 'Who or what opened it.';
comment on column holdfast.incidents.opened_at is 'When.';
comment on column holdfast.incidents.last_seen_at is 'When the rule last found it still so: evidence with an age.';
comment on column holdfast.incidents.times_seen is 'How often the rule has found it.';
comment on column holdfast.incidents.contained_at is 'When it was contained, by the act contain.';
comment on column holdfast.incidents.closed_at is 'When it was closed. Null: open.';
comment on column holdfast.incidents.closed_by is 'Who closed it.';
comment on column holdfast.incidents.closed_reason is 'Why.';

create table holdfast.incident_steps (
  incident_id bigint not null references holdfast.incidents (id) on delete cascade,
  step integer not null,
  workspace_id uuid not null,
  done_by text not null,
  done_at timestamptz not null,
  note text,
  primary key (incident_id, step)
);
comment on table holdfast.incident_steps is 'Steps of an incident''s runbook that were ticked off.';
comment on column holdfast.incident_steps.incident_id is 'The incident.';
comment on column holdfast.incident_steps.step is 'The step of its runbook.';
comment on column holdfast.incident_steps.workspace_id is 'The workspace.';
comment on column holdfast.incident_steps.done_by is 'Who ticked it off.';
comment on column holdfast.incident_steps.done_at is 'When.';
comment on column holdfast.incident_steps.note is 'What they noted.';

create table holdfast.alert_channels (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  channel text not null constraint alert_channels_channel_is_known check (channel in ('log', 'telegram', 'webhook')),
  enabled boolean not null,
  changed_by text not null,
  changed_at timestamptz not null,
  primary key (workspace_id, channel)
);
comment on table holdfast.alert_channels is 'Where alerts go. log writes to the worker''s log and contacts nobody; telegram and webhook cannot be enabled yet.';
comment on column holdfast.alert_channels.workspace_id is 'The workspace.';
comment on column holdfast.alert_channels.channel is 'log, telegram or webhook.';
comment on column holdfast.alert_channels.enabled is 'Whether alerts go there.';
comment on column holdfast.alert_channels.changed_by is 'Who changed it last.';
comment on column holdfast.alert_channels.changed_at is 'When.';

create table holdfast.alerts (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  rule text not null,
  subject text not null,
  severity text not null,
  text text not null,
  incident_id bigint,
  channel text not null,
  job_id bigint,
  folded integer not null default 0,
  state text not null default 'pending' constraint alerts_state_is_known check (state in ('pending', 'sent')),
  created_at timestamptz not null,
  sent_at timestamptz
);
create index alerts_newest on holdfast.alerts (workspace_id, created_at desc);
create index alerts_alike on holdfast.alerts (workspace_id, rule, subject, channel, created_at desc);
comment on table holdfast.alerts is 'The outbox of alerts: each is sent by a job of the queue alert.';
comment on column holdfast.alerts.id is 'Identity.';
comment on column holdfast.alerts.workspace_id is 'The workspace.';
comment on column holdfast.alerts.rule is 'What it is about.';
comment on column holdfast.alerts.subject is 'And whom or what.';
comment on column holdfast.alerts.severity is 'low, medium, high or critical.';
comment on column holdfast.alerts.text is 'The message.';
comment on column holdfast.alerts.incident_id is 'The incident, if there is one.';
comment on column holdfast.alerts.channel is 'Where it goes.';
comment on column holdfast.alerts.job_id is 'The job that sends it.';
comment on column holdfast.alerts.folded is 'How many alike followed within the hour and were not sent again.';
comment on column holdfast.alerts.state is 'pending or sent.';
comment on column holdfast.alerts.created_at is 'When it was raised.';
comment on column holdfast.alerts.sent_at is 'When it was sent.';

create table holdfast.output_rules (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint output_rules_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  kind text,
  pattern text,
  json_path text,
  severity text not null default 'high' constraint output_rules_severity_is_known check (severity in ('low', 'medium', 'high', 'critical')),
  action text not null default 'quarantine' constraint output_rules_action_is_known check (action in ('quarantine', 'incident')),
  enabled boolean not null default true,
  created_by text not null,
  created_at timestamptz not null,
  primary key (workspace_id, name),
  constraint output_rules_look_at_something check (num_nonnulls(pattern, json_path) >= 1)
);
comment on table holdfast.output_rules is 'Patterns over what jobs print, and conditions over what they return, that must not pass unseen.';
comment on column holdfast.output_rules.workspace_id is 'The workspace.';
comment on column holdfast.output_rules.name is 'Name of the rule.';
comment on column holdfast.output_rules.kind is 'Kind it looks at. Null: all.';
comment on column holdfast.output_rules.pattern is 'Regular expression over the result as text and the last MiB of output, ignoring case.';
comment on column holdfast.output_rules.json_path is 'JSON path predicate over the result, e.g. $.claims[*] ? (@.verified == false).';
comment on column holdfast.output_rules.severity is 'Severity of what it opens.';
comment on column holdfast.output_rules.action is 'quarantine (the job is isolated, even one that completed) or incident only.';
comment on column holdfast.output_rules.enabled is 'Whether it is asked.';
comment on column holdfast.output_rules.created_by is 'Who added it; filled by the database.';
comment on column holdfast.output_rules.created_at is 'When.';

do $$
declare
  v_table text;
begin
  for v_table in values ('incidents'), ('incident_steps'), ('alert_channels'), ('alerts'), ('output_rules'), ('incident_rules'), ('runbook_steps') loop
    execute format('alter table holdfast.%I enable row level security', v_table);
    execute format('revoke all on holdfast.%I from anon, authenticated, service_role', v_table);
    execute format('grant select on holdfast.%I to authenticated, service_role', v_table);
    if v_table in ('incident_rules', 'runbook_steps') then
      execute format('create policy "anyone signed in reads them" on holdfast.%I for select to authenticated using (true)', v_table);
    else
      execute format('create policy "members read them" on holdfast.%I for select to authenticated
        using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)))', v_table);
    end if;
  end loop;
end
$$;
create policy "those who may define output rules add them" on holdfast.output_rules for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = 'define' and p.subject = 'output_rule')));
grant insert (workspace_id, name, kind, pattern, json_path, severity, action, enabled) on holdfast.output_rules to authenticated, service_role;

-- Raises an alert on every enabled channel. One that repeats an alert of the last hour is folded into it.
create function holdfast_private.raise_alert(p_workspace uuid, p_rule text, p_subject text, p_severity text, p_text text, p_incident bigint) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_channel text;
  v_alert bigint;
  v_job bigint;
begin
  for v_channel in select c.channel from holdfast.alert_channels c where c.workspace_id = p_workspace and c.enabled loop
    select b.id into v_alert from holdfast.alerts b where b.workspace_id = p_workspace and b.rule = p_rule and b.subject = p_subject and b.channel = v_channel and b.created_at > v_now - interval '1 hour'
      order by b.created_at desc limit 1;
    if found then
      -- Skip, never wait: an alert may be raised where a run closes.
      update holdfast.alerts a set folded = a.folded + 1 where a.id in (select b.id from holdfast.alerts b where b.id = v_alert for update skip locked);
      continue;
    end if;
    insert into holdfast.alerts (workspace_id, rule, subject, severity, text, incident_id, channel, created_at)
    values (p_workspace, p_rule, p_subject, p_severity, left(p_text, 2000), p_incident, v_channel, v_now) returning id into v_alert;
    perform holdfast_private.act_as('supervisor:alerts'), holdfast_private.never_wait();
    insert into holdfast.jobs (workspace_id, kind, queue, name, payload, priority) values (p_workspace, 'send_alert', 'alert', left(p_text, 200), jsonb_build_object('alert', v_alert), -100) returning id into v_job;
    perform holdfast_private.act_as(null);
    update holdfast.alerts a set job_id = v_job where a.id = v_alert;
  end loop;
end
$$;
comment on function holdfast_private.raise_alert(uuid, text, text, text, text, bigint) is 'Puts an alert into the outbox of each enabled channel, or folds it into one of the last hour.';

create function holdfast_private.open_incident(p_workspace uuid, p_rule text, p_subject text, p_sentence text, p_evidence jsonb, p_severity text default null) returns bigint
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_actor text := case when p_rule = 'manual' then holdfast_private.current_actor() else 'rule:' || p_rule end;
  v_id bigint;
  v_severity text := coalesce(p_severity, (select r.severity from holdfast.incident_rules r where r.rule = p_rule));
begin
  select i.id into v_id from holdfast.incidents i where i.workspace_id = p_workspace and i.rule = p_rule and i.subject = p_subject and i.closed_at is null;
  if found then
    -- Skip, never wait: an incident may be noted where a run closes, while a person has it in an open transaction.
    update holdfast.incidents i set last_seen_at = v_now, times_seen = i.times_seen + 1, evidence = p_evidence, sentence = left(p_sentence, 1000)
    where i.id in (select k.id from holdfast.incidents k where k.id = v_id for update skip locked);
    return v_id;
  end if;
  insert into holdfast.incidents (workspace_id, rule, subject, severity, sentence, evidence, opened_by, opened_at, last_seen_at)
  values (p_workspace, p_rule, p_subject, v_severity, left(p_sentence, 1000), p_evidence, v_actor, v_now, v_now)
  on conflict (workspace_id, rule, subject) where closed_at is null do nothing returning id into v_id;
  if v_id is not null then
    perform holdfast_private.record(p_workspace, v_actor, 'incident.opened', 'incident', v_id::text, jsonb_build_object('rule', p_rule, 'subject', p_subject, 'sentence', left(p_sentence, 300)));
    perform holdfast_private.raise_alert(p_workspace, p_rule, p_subject, v_severity, p_sentence, v_id);
  end if;
  return v_id;
end
$$;
comment on function holdfast_private.open_incident(uuid, text, text, text, jsonb, text) is 'Opens an incident, or notes on the open one that it is still so. p_severity: another than the rule''s. Returns its id.';

create function holdfast_private.incidents_of_failure(p_job holdfast.jobs) returns void
  language plpgsql set search_path = ''
as $$
begin
  if p_job.lane = 'build' then
    perform holdfast_private.open_incident(p_job.workspace_id, 'build_failed', 'kind:' || p_job.kind, format('Job %s (%s) of lane build failed for good: %s', p_job.id, p_job.kind, left(p_job.error_message, 300)),
      jsonb_build_object('job', p_job.id, 'fingerprint', p_job.fingerprint));
  end if;
  if p_job.error_class = 'environment_missing' then
    perform holdfast_private.open_incident(p_job.workspace_id, 'environment_missing', 'kind:' || p_job.kind, format('Job %s: %s', p_job.id, left(p_job.error_message, 300)), jsonb_build_object('job', p_job.id));
  end if;
end
$$;
comment on function holdfast_private.incidents_of_failure(holdfast.jobs) is 'Opens the incidents that a failure for good calls for.';

-- What was printed, as a pattern sees it.
create function holdfast_private.text_of(p_bytes bytea) returns text
  language plpgsql immutable set search_path = ''
as $$
begin
  return convert_from(p_bytes, 'UTF8');
exception when others then
  return encode(p_bytes, 'escape');
end
$$;
comment on function holdfast_private.text_of(bytea) is 'Bytes as text; where they are no UTF-8, those that are no ASCII as escapes.';

-- Output rules. Asked when a run closes, only in workspaces that have any. Every rule that matches is noted; the run is
-- quarantined when one of them says so.
create function holdfast_private.output_rule_hits(p_finishes jsonb) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_hits jsonb := '{}';
  v_hit record;
begin
  if not exists (select from holdfast.output_rules r where r.enabled) then
    return v_hits;
  end if;
  for v_hit in
    select f.token, j.id as job, j.workspace_id, (array_agg(r.name order by r.action <> 'quarantine', s.place, r.name))[1] as rule,
      case when bool_or(r.action = 'quarantine') then 'quarantine' else 'incident' end as action,
      jsonb_agg(jsonb_build_object('rule', r.name, 'severity', r.severity) order by s.place, r.name) as rules
    from jsonb_to_recordset(p_finishes) as f (token bigint, outcome text, result jsonb)
    join holdfast.leases l on l.token = f.token
    join holdfast.jobs j on j.id = l.job_id
    join holdfast.output_rules r on r.workspace_id = j.workspace_id and r.enabled and (r.kind is null or r.kind = j.kind)
    join unnest(array['critical', 'high', 'medium', 'low']) with ordinality s (severity, place) on s.severity = r.severity
    where f.outcome in ('completed', 'failed', 'timed_out')
      and ((r.json_path is not null and coalesce(jsonb_path_exists_tz(f.result, r.json_path::jsonpath, silent => true), false))
        or (r.pattern is not null and (coalesce(f.result::text ~* r.pattern, false) or exists (
          select from (
            -- Chunks joined in order, or a word that falls on a chunk's edge would pass.
            select holdfast_private.text_of(string_agg(o.data, ''::bytea order by o.byte_offset)) as printed
            from holdfast.run_output o join holdfast.runs n on n.id = o.run_id
            where o.run_id = f.token and o.byte_offset >= case o.stream when 'stdout' then n.stdout_bytes when 'stderr' then n.stderr_bytes else n.raw_bytes end - 1048576
            group by o.stream) p
          where p.printed ~* r.pattern))))
    group by f.token, j.id, j.workspace_id
  loop
    v_hits := v_hits || jsonb_build_object(v_hit.token::text, jsonb_build_object('job', v_hit.job, 'workspace', v_hit.workspace_id, 'rule', v_hit.rule, 'action', v_hit.action, 'rules', v_hit.rules));
  end loop;
  return v_hits;
end
$$;
comment on function holdfast_private.output_rule_hits(jsonb) is 'Which of some runs that are about to close match an output rule: {token: {job, workspace, action, rule (the one that decided), rules: [{rule, severity}]}}.';

create function holdfast_private.note_output_hits(p_hits jsonb) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_hit record;
begin
  for v_hit in
    select (h.value ->> 'workspace')::uuid as workspace, (h.value ->> 'job')::bigint as job, r ->> 'rule' as rule, r ->> 'severity' as severity, r ->> 'rule' = h.value ->> 'rule' as decided
    from jsonb_each(p_hits) h cross join jsonb_array_elements(h.value -> 'rules') r order by 2, 3
  loop
    update holdfast.quarantine q set severity = v_hit.severity, source = 'rule:' || v_hit.rule where v_hit.decided and q.job_id = v_hit.job and q.state = 'open' and q.reason_code = 'output_rule';
    perform holdfast_private.open_incident(v_hit.workspace, 'unsafe_claim_published', 'rule:' || v_hit.rule, format('Output rule %s matched job %s.', v_hit.rule, v_hit.job), jsonb_build_object('job', v_hit.job), v_hit.severity);
  end loop;
end
$$;
comment on function holdfast_private.note_output_hits(jsonb) is 'Marks the quarantine and opens the incident of each output rule that matched.';

create function holdfast_private.tg_output_rules__check() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if not holdfast_private.caller_may(new.workspace_id, 'define', 'output_rule') then
    perform holdfast_private.refuse(403, 'not_permitted', 'You may not define an output rule in this workspace.', 'Ask an admin of the workspace.');
  elsif num_nonnulls(new.pattern, new.json_path) = 0 then
    perform holdfast_private.refuse(422, 'bad_rule', 'An output rule needs a pattern or a json_path.', 'Example: pattern "guaranteed returns".');
  elsif coalesce(new.name, '') !~ '^[a-z][a-z0-9_-]{0,62}$' then
    perform holdfast_private.refuse(422, 'bad_rule', format('name must match [a-z][a-z0-9_-]* (at most 63): got %s.', coalesce(quote_literal(left(new.name, 80)), 'null')), 'Example: unsafe_public_claim.');
  elsif coalesce(new.severity, 'high') not in ('low', 'medium', 'high', 'critical') or coalesce(new.action, 'quarantine') not in ('quarantine', 'incident') then
    perform holdfast_private.refuse(422, 'bad_rule', format('severity must be low, medium, high or critical, and action quarantine or incident: got %s and %s.', quote_literal(left(new.severity, 60)), quote_literal(left(new.action, 60))),
      'Leave them out for high and quarantine.');
  elsif length(new.pattern) > 500 or length(new.json_path) > 500 then
    perform holdfast_private.refuse(422, 'bad_rule', 'pattern and json_path may have at most 500 characters.', 'Split the rule.');
  elsif new.kind is not null and not exists (select from holdfast.kinds k where k.workspace_id = new.workspace_id and k.name = new.kind) then
    perform holdfast_private.refuse_unknown('kind', new.kind, new.workspace_id);
  elsif new.json_path is not null and not pg_input_is_valid(new.json_path, 'jsonpath') then
    perform holdfast_private.refuse(422, 'bad_rule', format('json_path is not a JSON path: %s.', quote_literal(left(new.json_path, 100))), 'Example: $.claims[*] ? (@.verified == false).');
  end if;
  begin
    perform '' ~* new.pattern;
  exception when others then
    perform holdfast_private.refuse(422, 'bad_rule', format('pattern is not a regular expression: %s.', sqlerrm), 'Escape what is meant literally.');
  end;
  new.severity := coalesce(new.severity, 'high');
  new.action := coalesce(new.action, 'quarantine');
  new.enabled := coalesce(new.enabled, true);
  new.created_by := holdfast_private.current_actor();
  new.created_at := holdfast_private.clock();
  perform holdfast_private.record(new.workspace_id, new.created_by, 'output_rule.defined', 'output_rule', new.name, jsonb_strip_nulls(jsonb_build_object('kind', new.kind, 'pattern', new.pattern, 'json_path', new.json_path, 'action', new.action)));
  return new;
end
$$;
comment on function holdfast_private.tg_output_rules__check() is 'Checks and fills an inserted output rule.';
create trigger output_rules__check before insert on holdfast.output_rules for each row execute function holdfast_private.tg_output_rules__check();

create function holdfast_private.act_on_incident(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_incident holdfast.incidents;
  v_scope text;
  v_contain holdfast.actions;
begin
  p_act.affected := 1;
  if p_act.verb = 'open' then
    if coalesce(p_act.params ->> 'subject', '') = '' or length(p_act.params ->> 'subject') > 200 then
      perform holdfast_private.refuse(422, 'bad_subject', 'params.subject must say what the incident is about, in 1 to 200 characters.', 'Example: {"subject": "queue:primary"}.');
    end if;
    p_act.result := jsonb_build_object('incident', holdfast_private.open_incident(p_act.workspace_id, 'manual', p_act.params ->> 'subject', p_act.reason, '{}'));
    return p_act;
  end if;
  select i.* into v_incident from holdfast.incidents i where i.id = p_act.incident_id and i.workspace_id = p_act.workspace_id for update;
  if not found then
    perform holdfast_private.refuse(404, 'unknown_incident', format('There is no incident %s in this workspace.', p_act.incident_id), 'See holdfast.incidents.');
  elsif v_incident.closed_at is not null then
    perform holdfast_private.refuse(409, 'not_now', format('Incident %s was closed at %s.', v_incident.id, v_incident.closed_at), 'Open a new one if it has come back.');
  end if;
  case p_act.verb
    when 'close' then
      update holdfast.incidents i set closed_at = p_act.acted_at, closed_by = p_act.actor, closed_reason = p_act.reason where i.id = v_incident.id;
      p_act.result := jsonb_build_object('state', 'closed');
    when 'tick' then
      if not exists (select from holdfast.runbook_steps s where s.rule = v_incident.rule and s.step::text = p_act.params ->> 'step') then
        perform holdfast_private.refuse(422, 'bad_step', format('params.step must be a step of the runbook of %s: got %s.', v_incident.rule, coalesce(p_act.params -> 'step', 'null')), 'See holdfast.runbook_steps.');
      end if;
      insert into holdfast.incident_steps (incident_id, step, workspace_id, done_by, done_at, note)
      values (v_incident.id, (p_act.params ->> 'step')::int, p_act.workspace_id, p_act.actor, p_act.acted_at, p_act.reason) on conflict do nothing;
      p_act.result := jsonb_build_object('done', (select count(*) from holdfast.incident_steps s where s.incident_id = v_incident.id));
    else
      v_scope := substring(v_incident.subject from '^(queue|lane):');
      if v_scope is null then
        perform holdfast_private.refuse(422, 'bad_subject', format('Incident %s is about %s: only a queue or lane can be paused for it.', v_incident.id, v_incident.subject), 'Pause or stop what you mean by its own act.');
      end if;
      v_contain := p_act;
      v_contain.verb := 'pause';
      v_contain := holdfast_private.act_on_scope(v_contain, v_scope, substring(v_incident.subject from ':(.*)$'));
      update holdfast.incidents i set contained_at = p_act.acted_at where i.id = v_incident.id;
      p_act.result := v_contain.result;
  end case;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_incident(holdfast.actions) is 'Verbs open ({subject}), tick ({step}), contain (pauses the queue or lane it is about) and close.';

create function holdfast_private.act_on_channel(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
begin
  if p_act.channel not in ('log', 'telegram', 'webhook') then
    perform holdfast_private.refuse(404, 'unknown_channel', format('There is no alert channel %s.', quote_literal(left(p_act.channel, 60))), 'Channels: log, telegram, webhook.');
  elsif jsonb_typeof(p_act.params -> 'enabled') is distinct from 'boolean' then
    perform holdfast_private.refuse(422, 'bad_option', 'params.enabled must be true or false.', 'Example: {"enabled": true}.');
  elsif p_act.channel <> 'log' and (p_act.params ->> 'enabled')::boolean then
    perform holdfast_private.refuse(422, 'channel_not_ready', format('The channel %s cannot be enabled in this version.', p_act.channel), 'Use log; its lines say holdfast alert.');
  end if;
  insert into holdfast.alert_channels as c (workspace_id, channel, enabled, changed_by, changed_at)
  values (p_act.workspace_id, p_act.channel, (p_act.params ->> 'enabled')::boolean, p_act.actor, p_act.acted_at)
  on conflict (workspace_id, channel) do update set enabled = excluded.enabled, changed_by = excluded.changed_by, changed_at = excluded.changed_at;
  p_act.affected := 1;
  p_act.result := jsonb_build_object('enabled', (p_act.params ->> 'enabled')::boolean);
  return p_act;
end
$$;
comment on function holdfast_private.act_on_channel(holdfast.actions) is 'Verb set on an alert channel: {enabled}.';

-- Duty: what is wrong now, by the rules that watch.
create function holdfast_private.watch_incidents() returns jsonb
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_stuck integer := coalesce((select (r.threshold ->> 'seconds')::int from holdfast.incident_rules r where r.rule = 'worker_stuck'), 60);
  v_jobs integer := coalesce((select (r.threshold ->> 'jobs')::int from holdfast.incident_rules r where r.rule = 'queue_backed_up'), 1000);
  v_age integer := coalesce((select (r.threshold ->> 'seconds')::int from holdfast.incident_rules r where r.rule = 'queue_backed_up'), 3600);
  v_row record;
  v_seen integer := 0;
begin
  for v_row in select l.workspace_id, l.worker_id, count(*) as runs, min(l.expires_at) as since from holdfast.leases l
    where l.expires_at < v_now - make_interval(secs => v_stuck) group by 1, 2
  loop
    perform holdfast_private.open_incident(v_row.workspace_id, 'worker_stuck', 'worker:' || v_row.worker_id, format('%s runs of worker %s have had no heartbeat since %s.', v_row.runs, v_row.worker_id, v_row.since),
      jsonb_build_object('runs', v_row.runs, 'since', v_row.since));
    v_seen := v_seen + 1;
  end loop;
  for v_row in
    select q.workspace_id, q.name, d.jobs, d.oldest from holdfast.queues q
    cross join lateral (
      select count(*) as jobs, min(j.queued_at) as oldest from (
        select k.queued_at from holdfast.jobs k where k.workspace_id = q.workspace_id and k.queue = q.name and k.state = 'queued' and k.waits_for_slot limit v_jobs + 1) j
    ) d
    where q.paused_at is null and (d.jobs > v_jobs or d.oldest < v_now - make_interval(secs => v_age))
    union all
    select w.id, k.queue, count(*), min(k.dispatched_at) from holdfast.workspaces w
    cross join lateral (select j.queue, j.dispatched_at from holdfast.jobs j where j.workspace_id = w.id and j.state = 'dispatched' order by j.created_at limit v_jobs + 1) k
    group by 1, 2 having count(*) > v_jobs or min(k.dispatched_at) < v_now - make_interval(secs => v_age)
  loop
    perform holdfast_private.open_incident(v_row.workspace_id, 'queue_backed_up', 'queue:' || v_row.name, format('Queue %s: %s jobs wait to run, the oldest since %s.', v_row.name, v_row.jobs, v_row.oldest),
      jsonb_build_object('jobs', v_row.jobs, 'oldest', v_row.oldest));
    v_seen := v_seen + 1;
  end loop;
  return jsonb_build_object('seen', v_seen);
end
$$;
comment on function holdfast_private.watch_incidents() is 'Duty: see duties.';

create function holdfast_private.tg_workspaces__furnish_channels() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into holdfast.alert_channels (workspace_id, channel, enabled, changed_by, changed_at)
  values (new.id, 'log', true, holdfast_private.current_actor(), holdfast_private.clock()), (new.id, 'telegram', false, holdfast_private.current_actor(), holdfast_private.clock()),
    (new.id, 'webhook', false, holdfast_private.current_actor(), holdfast_private.clock());
  return null;
end
$$;
comment on function holdfast_private.tg_workspaces__furnish_channels() is 'Gives a new workspace its alert channels; only the log, which contacts nobody, is enabled.';
create trigger workspaces__furnish_channels after insert on holdfast.workspaces for each row execute function holdfast_private.tg_workspaces__furnish_channels();
