-- Reports: the built-in kinds. Each does its work from the database, in the transaction of one call by the worker that holds
-- the job's lease; what it returns is the job's result, with the same report as JSON and as Markdown.

create function holdfast_private.report(p_workspace uuid, p_venture text, p_from timestamptz, p_to timestamptz) returns jsonb
  language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'venture', p_venture, 'from', p_from, 'to', p_to,
    'outcomes', (select coalesce(jsonb_object_agg(o.outcome, o.n), '{}') from (
      select coalesce(r.outcome, 'running') as outcome, count(*) as n from holdfast.runs r join holdfast.jobs j on j.id = r.job_id
      where r.workspace_id = p_workspace and r.started_at >= p_from and r.started_at < p_to and (p_venture is null or j.venture = p_venture) group by 1) o),
    'enqueued', (select count(*) from holdfast.jobs j where j.workspace_id = p_workspace and j.created_at >= p_from and j.created_at < p_to and (p_venture is null or j.venture = p_venture)),
    'failures', (select coalesce(jsonb_agg(to_jsonb(f) order by f.jobs desc, f.fingerprint), '[]') from (
      select d.fingerprint, max(d.kind) as kind, max(d.error_class) as error_class, left(max(d.last_error), 200) as last_error, count(*) as jobs
      from holdfast.dead_letters d join holdfast.jobs j on j.id = d.job_id
      where d.workspace_id = p_workspace and d.died_at >= p_from and d.died_at < p_to and (p_venture is null or j.venture = p_venture)
      group by d.fingerprint order by count(*) desc limit 20) f),
    'spend', (select coalesce(jsonb_agg(to_jsonb(s) order by s.amount desc), '[]') from (
      select coalesce(c.venture, '(none)') as venture, coalesce(c.lane, '(none)') as lane, coalesce(c.kind, '(adjustment)') as kind, sum(c.amount) as amount, max(c.currency) as currency
      from holdfast.cost_entries c where c.workspace_id = p_workspace and c.entry in ('settle', 'adjust') and c.counts_at >= p_from and c.counts_at < p_to and (p_venture is null or c.venture = p_venture)
      group by 1, 2, 3 order by sum(c.amount) desc limit 50) s),
    'budgets', (select coalesce(jsonb_agg(jsonb_build_object('budget', b.name, 'scope', b.scope, 'scope_name', b.scope_name, 'period', b.period, 'cap', b.cap, 'reserved', coalesce(p.reserved, 0), 'spent', coalesce(p.spent, 0), 'currency', b.currency) order by b.name), '[]')
      from holdfast.budgets b left join holdfast.budget_periods p on p.budget_id = b.id and p_to > p.starts_at and p_to <= p.ends_at
      where b.workspace_id = p_workspace and (p_venture is null or b.scope <> 'venture' or b.scope_name = p_venture)),
    'oldest', (select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at), '[]') from (
      select j.id, j.kind, left(j.name, 100) as name, j.state, j.created_at from holdfast.jobs j where j.workspace_id = p_workspace and j.state in ('awaiting_approval', 'blocked', 'queued', 'dispatched', 'running', 'retrying', 'quarantined')
        and (p_venture is null or j.venture = p_venture) order by j.created_at limit 10) o),
    'approvals_pending', (select count(*) from holdfast.approvals a where a.workspace_id = p_workspace and a.state = 'pending' and (p_venture is null or a.venture = p_venture)),
    'incidents', (select coalesce(jsonb_agg(jsonb_build_object('incident', i.id, 'rule', i.rule, 'subject', i.subject, 'open', i.closed_at is null, 'sentence', left(i.sentence, 200)) order by i.id), '[]')
      from (select * from holdfast.incidents i where i.workspace_id = p_workspace and (i.closed_at is null or i.opened_at >= p_from) order by i.id desc limit 20) i))
$$;
comment on function holdfast_private.report(uuid, text, timestamptz, timestamptz) is 'Outcomes, spend against budgets, failures by fingerprint, oldest work, approvals and incidents of a venture (null: all) over a period.';

create function holdfast_private.report_text(p_title text, p_report jsonb) returns text
  language sql immutable set search_path = ''
as $$
  select '# ' || p_title || E'\n\n' || (p_report ->> 'from') || ' to ' || (p_report ->> 'to') || E'\n\n## Outcomes\n\n'
    || coalesce((select string_agg('- ' || o.key || ': ' || o.value, E'\n' order by o.key) from jsonb_each_text(p_report -> 'outcomes') o), 'Nothing ran.')
    || E'\n- enqueued: ' || (p_report ->> 'enqueued')
    || E'\n\n## Failures\n\n' || coalesce((select string_agg(format('- %s × %s (%s): %s', f ->> 'jobs', f ->> 'kind', f ->> 'error_class', f ->> 'last_error'), E'\n') from jsonb_array_elements(p_report -> 'failures') f), 'None.')
    || E'\n\n## Spend\n\n' || coalesce((select string_agg(format('- %s %s: %s / %s / %s', to_char((s ->> 'amount')::numeric, 'FM99999999990.009999'), s ->> 'currency', s ->> 'venture', s ->> 'lane', s ->> 'kind'), E'\n') from jsonb_array_elements(p_report -> 'spend') s), 'Nothing was spent.')
    || E'\n\n## Budgets\n\n' || coalesce((select string_agg(format('- %s: %s of %s %s spent, %s reserved (%s)', b ->> 'budget', to_char((b ->> 'spent')::numeric, 'FM99999999990.009999'),
      to_char((b ->> 'cap')::numeric, 'FM99999999990.009999'), b ->> 'currency', to_char((b ->> 'reserved')::numeric, 'FM99999999990.009999'), b ->> 'period'), E'\n') from jsonb_array_elements(p_report -> 'budgets') b), 'There is no budget: paid work waits.')
    || E'\n\n## Oldest work\n\n' || coalesce((select string_agg(format('- job %s %s (%s) since %s', o ->> 'id', coalesce(o ->> 'name', o ->> 'kind'), o ->> 'state', o ->> 'created_at'), E'\n') from jsonb_array_elements(p_report -> 'oldest') o), 'Nothing waits.')
    || E'\n\n## Waiting for people\n\n- approvals: ' || (p_report ->> 'approvals_pending')
    || coalesce((select E'\n' || string_agg(format('- incident %s%s: %s', i ->> 'incident', case when (i ->> 'open')::boolean then '' else ' (closed)' end, i ->> 'sentence'), E'\n') from jsonb_array_elements(p_report -> 'incidents') i), '')
    || E'\n'
$$;
comment on function holdfast_private.report_text(text, jsonb) is 'A report as Markdown.';

create function holdfast_private.health(p_workspace uuid) returns jsonb
  language plpgsql stable set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_checks jsonb;
begin
  select jsonb_agg(jsonb_build_object('check', c.name, 'ok', coalesce(c.ok, false), 'evidence', c.evidence) order by c.name) into v_checks from (
    select 'workers' as name, count(*) > 0 as ok, count(*) || ' workers with a heartbeat younger than 15 s' as evidence from holdfast.workers w where w.ended_at is null and w.last_seen_at > v_now - interval '15 seconds'
    union all select 'supervisor', exists (select from holdfast.leaders l where l.role = 'supervisor' and l.expires_at > v_now), coalesce((select l.holder || ' renewed ' || l.renewed_at from holdfast.leaders l where l.role = 'supervisor'), 'none has led')
    union all select 'duties', count(*) = 0, coalesce(string_agg(d.name || ': ' || coalesce(left(d.last_error, 100), 'late'), '; '), 'all in time') from holdfast.duties d
      where d.last_failed_at > coalesce(d.last_succeeded_at, '-infinity') or d.last_succeeded_at < v_now - make_interval(secs => 10 * d.every_seconds + 60)
    union all select 'leases', count(*) = 0, count(*) || ' runs with an expired lease' from holdfast.leases l where l.workspace_id = p_workspace and l.expires_at < v_now
    union all select 'stops', count(*) = 0, count(*) || ' emergency stops engaged' from holdfast.emergency_stops s where s.released_at is null and (s.workspace_id = p_workspace or s.workspace_id is null)
    union all select 'lanes', count(*) = 0, coalesce('no live worker serves: ' || string_agg(l.name, ', '), 'every lane with work is served') from holdfast.lanes l
      where l.workspace_id = p_workspace and exists (select from holdfast.jobs j where j.workspace_id = p_workspace and j.state = 'dispatched' and j.lane = l.name and j.dispatched_at < v_now - interval '30 seconds')
        and not exists (select from holdfast.workers w where w.ended_at is null and w.last_seen_at > v_now - interval '15 seconds' and l.name = any (w.lanes))
    union all select 'incidents', count(*) = 0, count(*) || ' incidents open' from holdfast.incidents i where i.workspace_id = p_workspace and i.closed_at is null
    union all select 'unsealed', count(*) = 0, count(*) || ' seal duties overdue' from holdfast.duties d where d.name = 'seal' and d.last_succeeded_at < v_now - interval '60 seconds'
  ) c;
  return jsonb_build_object('ok', not jsonb_path_exists(v_checks, '$[*] ? (@.ok == false)'), 'checks', v_checks);
end
$$;
comment on function holdfast_private.health(uuid) is 'The checks of health_scan, each with its evidence.';

-- Dead letters that are safe to retry get one more attempt; the others are asked for, once each.
create function holdfast_private.scan_retries(p_workspace uuid) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_job holdfast.jobs;
  v_safe boolean;
  v_retried bigint[] := '{}';
  v_asked bigint[] := '{}';
begin
  for v_job in
    select j.* from holdfast.dead_letters d join holdfast.jobs j on j.id = d.job_id
    where d.workspace_id = p_workspace and d.state = 'open' and j.state in ('failed', 'timed_out')
      -- Once by itself: what fails for good again waits for a person.
      and not exists (select from holdfast.dead_letters e where e.job_id = d.job_id and e.id < d.id)
    order by j.id limit 200 for update of j skip locked
  loop
    v_safe := (select c.retry_safe and not c.needs_approval from holdfast.job_classes c where c.workspace_id = v_job.workspace_id and c.name = v_job.class)
      -- Failures that another attempt cannot cure.
      and coalesce(v_job.error_class, '') not in ('invalid_payload', 'unknown_kind', 'program_not_found', 'program_not_executable', 'cwd_missing', 'cwd_outside_roots', 'environment_forbidden', 'result_too_large');
    continue when not v_safe and (select c.retry_safe and not c.needs_approval from holdfast.job_classes c where c.workspace_id = v_job.workspace_id and c.name = v_job.class);
    perform holdfast_private.try_again(v_job, not v_safe);
    if v_safe then v_retried := v_retried || v_job.id; else v_asked := v_asked || v_job.id; end if;
  end loop;
  return jsonb_build_object('retried', to_jsonb(v_retried), 'asked', to_jsonb(v_asked));
end
$$;
comment on function holdfast_private.scan_retries(uuid) is 'The work of retry_scan: retries what is safe, once, and asks for the rest.';

-- A dead letter or quarantined job is a candidate for redrive when jobs of its kind have completed since, and its
-- fingerprint has not been seen since.
create function holdfast_private.candidates(p_workspace uuid, p_venture text) returns jsonb
  language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(c) order by c.completed_since desc, c.job), '[]') from (
    select j.id as job, j.kind, j.state, j.fingerprint, x.since, left(j.error_message, 200) as error,
      (select count(*) from (select from holdfast.jobs k where k.workspace_id = p_workspace and k.kind = j.kind and k.state = 'completed' and k.finished_at > x.since limit 1000) n) as completed_since
    from (
      select d.job_id, d.died_at as since from holdfast.dead_letters d where d.workspace_id = p_workspace and d.state = 'open'
      union all select q.job_id, q.opened_at from holdfast.quarantine q where q.workspace_id = p_workspace and q.state = 'open'
    ) x join holdfast.jobs j on j.id = x.job_id
    where (p_venture is null or j.venture = p_venture)
      and not exists (select from holdfast.jobs k where k.workspace_id = p_workspace and k.fingerprint = j.fingerprint and k.id <> j.id and coalesce(k.finished_at, k.started_at) > x.since)
      and exists (select from holdfast.jobs k where k.workspace_id = p_workspace and k.kind = j.kind and k.state = 'completed' and k.finished_at > x.since)
    limit 100) c
$$;
comment on function holdfast_private.candidates(uuid, text) is 'The work of candidate_scan: what could be redriven because its failure stopped happening elsewhere.';

-- Verified is an event of its own, so that the answer has an age that nobody can touch up. It is written last: until then this
-- transaction has no number and holds back no seal.
create function holdfast_private.verify_ledger(p_job holdfast.jobs) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_began timestamptz := clock_timestamp();
  v_faults jsonb;
  v_count integer;
  v_found jsonb;
begin
  select coalesce(jsonb_agg(to_jsonb(f) - 'place' order by f.place) filter (where f.place <= 100), '[]'), count(*) into v_faults, v_count
  from (select v.seal, v.seq, v.fault, row_number() over () as place from holdfast_ledger.verify() v) f;
  v_found := (select jsonb_build_object('ok', v_count = 0, 'seals', count(*), 'events', coalesce(sum(cardinality(s.seqs)), 0), 'fault_count', v_count,
    'seconds', round(extract(epoch from clock_timestamp() - v_began), 3)) from holdfast_ledger.seals s);
  perform holdfast_private.record(p_job.workspace_id, holdfast_private.current_actor(), 'ledger.verified', 'ledger', p_job.workspace_id::text, v_found || jsonb_build_object('job', p_job.id));
  return v_found || jsonb_build_object('faults', v_faults);
end
$$;
comment on function holdfast_private.verify_ledger(holdfast.jobs) is 'The work of ledger_verify: {ok, seals, events, fault_count, faults (the first 100), seconds}, and the event ledger.verified.';

create function holdfast_private.run_builtin(p_token bigint) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_job holdfast.jobs;
  v_now timestamptz := holdfast_private.clock();
  v_zone text;
  v_venture text;
  v_report jsonb;
  v_row record;
  v_days jsonb := '{"venture_review": "1 hour", "portfolio_daily": "1 day", "portfolio_weekly": "7 days", "strategy_monthly": "1 month"}';
begin
  select j.* into v_job from holdfast.leases l join holdfast.jobs j on j.id = l.job_id where l.token = p_token;
  if not found then
    perform holdfast_private.refuse_lost_lease(p_token);
  end if;
  v_zone := (select w.time_zone from holdfast.workspaces w where w.id = v_job.workspace_id);
  v_venture := v_job.payload ->> 'venture';
  perform holdfast_private.act_as('job:' || v_job.id);
  case
    when v_job.kind = 'health_scan' then
      v_report := holdfast_private.health(v_job.workspace_id);
    when v_days ? v_job.kind then
      v_report := holdfast_private.report(v_job.workspace_id, v_venture, v_now - (v_days ->> v_job.kind)::interval, v_now);
      if v_job.kind = 'venture_review' and v_venture is null then
        v_report := v_report || jsonb_build_object('ventures', (select coalesce(jsonb_agg(holdfast_private.report(v_job.workspace_id, v.name, v_now - interval '1 hour', v_now) order by v.name), '[]')
          from (select v.name from holdfast.ventures v where v.workspace_id = v_job.workspace_id order by v.name limit 20) v));
      end if;
      v_report := v_report || jsonb_build_object('markdown', holdfast_private.report_text(initcap(replace(v_job.kind, '_', ' ')) || coalesce(': ' || v_venture, ''), v_report));
    when v_job.kind = 'cost_summary' then
      v_report := holdfast_private.report(v_job.workspace_id, null, holdfast.period_start('day', v_zone, v_now), v_now);
      v_report := jsonb_build_object('spend', v_report -> 'spend', 'budgets', v_report -> 'budgets', 'total', (select coalesce(sum((s ->> 'amount')::numeric), 0) from jsonb_array_elements(v_report -> 'spend') s),
        'markdown', holdfast_private.report_text('Cost summary', v_report));
    when v_job.kind = 'retry_scan' then
      v_report := holdfast_private.scan_retries(v_job.workspace_id);
    when v_job.kind = 'quarantine_review' then
      v_report := jsonb_build_object('waiting', (select coalesce(jsonb_agg(jsonb_build_object('job', q.job_id, 'reason', q.reason_code, 'severity', q.severity, 'hours', round(extract(epoch from v_now - q.opened_at) / 3600, 1), 'do', q.recommended_action) order by q.opened_at), '[]')
        from (select * from holdfast.quarantine q where q.workspace_id = v_job.workspace_id and q.state = 'open' order by q.opened_at limit 100) q));
      if v_report -> 'waiting' <> '[]' then
        perform holdfast_private.raise_alert(v_job.workspace_id, 'quarantine_review', 'quarantine', 'medium', format('%s jobs wait in quarantine; the oldest for %s hours.', jsonb_array_length(v_report -> 'waiting'), v_report #>> '{waiting,0,hours}'), null);
      end if;
    when v_job.kind = 'approval_reminder' then
      v_report := jsonb_build_object('waiting', (select coalesce(jsonb_agg(jsonb_build_object('approval', a.id, 'subject', a.subject, 'job', a.job_id, 'schedule', a.schedule, 'budget', a.budget, 'purpose', a.purpose, 'expires_at', a.expires_at) order by a.expires_at), '[]')
        from (select * from holdfast.approvals a where a.workspace_id = v_job.workspace_id and a.state = 'pending' order by a.expires_at limit 100) a));
      if v_report -> 'waiting' <> '[]' then
        perform holdfast_private.raise_alert(v_job.workspace_id, 'approval_reminder', 'approvals', 'low', format('%s requests wait for consent; the next expires at %s.', jsonb_array_length(v_report -> 'waiting'), v_report #>> '{waiting,0,expires_at}'), null);
      end if;
    when v_job.kind = 'candidate_scan' then
      v_report := jsonb_build_object('candidates', holdfast_private.candidates(v_job.workspace_id, v_venture));
    when v_job.kind = 'ledger_verify' then
      v_report := holdfast_private.verify_ledger(v_job);
    when v_job.kind = 'send_alert' then
      select a.* into v_row from holdfast.alerts a where a.id = (v_job.payload ->> 'alert')::bigint and a.workspace_id = v_job.workspace_id for update;
      if not found then
        perform holdfast_private.refuse(404, 'unknown_alert', format('There is no alert %s in this workspace.', v_job.payload -> 'alert'), 'Alerts are raised by incidents and reminders.');
      end if;
      update holdfast.alerts a set state = 'sent', sent_at = v_now where a.id = v_row.id;
      v_report := jsonb_build_object('alert', v_row.id, 'channel', v_row.channel, 'rule', v_row.rule, 'subject', v_row.subject, 'severity', v_row.severity, 'text', v_row.text);
    else
      perform holdfast_private.refuse(404, 'unknown_kind', format('%s is not a built-in kind.', v_job.kind), 'Built-in kinds are those of holdfast_private.builtin_kinds().');
  end case;
  perform holdfast_private.act_as(null);
  -- A result holds 64 KiB: the text goes before the figures do, and of long lists their heads stay.
  if octet_length(v_report::text) > 60000 then
    v_report := v_report - 'ventures' || '{"shortened": true}';
    for v_row in select p.key, p.value from jsonb_each(v_report) p
      where jsonb_typeof(p.value) = 'array' or p.key = 'markdown' order by p.key <> 'markdown', octet_length(p.value::text) desc
    loop
      exit when octet_length(v_report::text) <= 60000;
      v_report := v_report || jsonb_build_object(v_row.key, case v_row.key when 'markdown' then to_jsonb(left(v_row.value #>> '{}', 4000)) else jsonb_path_query_array(v_row.value, '$[0 to 9]') end);
    end loop;
  end if;
  return v_report;
end
$$;
comment on function holdfast_private.run_builtin(bigint) is 'Does the work of a built-in kind for the run that holds this lease. Returns the job''s result.';

create function holdfast_private.builtin_kinds() returns jsonb
  language sql immutable set search_path = ''
as $$
  select jsonb_agg(jsonb_build_object('name', k.name, 'queue', k.queue, 'description', k.description, 'payload_schema', k.schema::jsonb)
    -- The whole record is read: 7 µs an event.
    || case k.name when 'ledger_verify' then '{"timeout_seconds": 3600}'::jsonb else '{}' end) from (values
    ('health_scan', 'scheduled', 'Checks workers, supervisor, duties, leases, stops, lanes and incidents.', '{"type": "object", "additionalProperties": false}'),
    ('venture_review', 'report', 'Outcomes, spend, failures and oldest work of the last hour, by venture.', '{"type": "object", "additionalProperties": false, "properties": {"venture": {"type": "string"}}}'),
    ('portfolio_daily', 'report', 'The same for all ventures, for the last day.', '{"type": "object", "additionalProperties": false}'),
    ('portfolio_weekly', 'report', 'The same for all ventures, for the last week.', '{"type": "object", "additionalProperties": false}'),
    ('strategy_monthly', 'report', 'The same for all ventures, for the last month.', '{"type": "object", "additionalProperties": false}'),
    ('retry_scan', 'recovery', 'Retries dead letters that are safe to retry, asks for the rest.', '{"type": "object", "additionalProperties": false}'),
    ('quarantine_review', 'report', 'Lists what waits in quarantine and for how long, and reminds.', '{"type": "object", "additionalProperties": false}'),
    ('approval_reminder', 'report', 'Reminds of requests that wait for consent.', '{"type": "object", "additionalProperties": false}'),
    ('cost_summary', 'report', 'What was spent today, against the budgets.', '{"type": "object", "additionalProperties": false}'),
    ('candidate_scan', 'report', 'Ranks what could be redriven because its failure stopped happening elsewhere.', '{"type": "object", "additionalProperties": false, "properties": {"venture": {"type": "string"}}}'),
    ('ledger_verify', 'report', 'Recomputes every seal of the ledger and names what was altered.', '{"type": "object", "additionalProperties": false}'),
    ('send_alert', 'alert', 'Sends one alert of the outbox.', '{"type": "object", "additionalProperties": false, "required": ["alert"], "properties": {"alert": {"type": "integer"}}}')
  ) as k (name, queue, description, schema)
$$;
comment on function holdfast_private.builtin_kinds() is 'The kinds that every worker can run and every workspace has, as register_kinds takes them.';
insert into holdfast_private.registered_kinds (name, definition, registered_at)
select k ->> 'name', k, holdfast_private.clock() from jsonb_array_elements(holdfast_private.builtin_kinds()) k;
