-- Reviews: work that a person has to look at. A job in quarantine has an open row here with the evidence; a job that failed
-- for good has an open dead letter. Both are opened and closed by the job's own change of state, so no path can forget to.

create table holdfast.quarantine (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  job_id bigint not null,
  reason_code text not null constraint quarantine_reason_is_known check (reason_code in ('killed_its_worker', 'fails_alike', 'failed_after_consent', 'output_rule', 'person')),
  source text not null,
  severity text not null constraint quarantine_severity_is_known check (severity in ('low', 'medium', 'high', 'critical')),
  evidence jsonb not null,
  recommended_action text not null,
  state text not null default 'open' constraint quarantine_state_is_known check (state in ('open', 'released', 'discarded')),
  opened_at timestamptz not null,
  reviewer text,
  reviewed_at timestamptz,
  note text,
  constraint quarantine_review_has_its_time check ((state = 'open') = (reviewed_at is null))
);
create unique index quarantine_one_open_a_job on holdfast.quarantine (job_id) where state = 'open';
create index quarantine_by_job on holdfast.quarantine (job_id);
create index quarantine_newest on holdfast.quarantine (workspace_id, opened_at desc, id desc);
create index quarantine_open on holdfast.quarantine (workspace_id, opened_at) where state = 'open';
comment on table holdfast.quarantine is 'Jobs isolated until a person reviewed them, and the reviews. Release or discard through holdfast.actions.';
comment on column holdfast.quarantine.id is 'Identity.';
comment on column holdfast.quarantine.workspace_id is 'The workspace.';
comment on column holdfast.quarantine.job_id is 'The job.';
comment on column holdfast.quarantine.reason_code is 'killed_its_worker, fails_alike, failed_after_consent, output_rule or person.';
comment on column holdfast.quarantine.source is 'Who or what isolated it: supervisor, worker:<id>, rule:<name> or a person.';
comment on column holdfast.quarantine.severity is 'low, medium, high or critical.';
comment on column holdfast.quarantine.evidence is 'Last error, fingerprint, crashes and the latest runs.';
comment on column holdfast.quarantine.recommended_action is 'What a reviewer should look at first.';
comment on column holdfast.quarantine.state is 'open, released or discarded.';
comment on column holdfast.quarantine.opened_at is 'Since when.';
comment on column holdfast.quarantine.reviewer is 'Who decided.';
comment on column holdfast.quarantine.reviewed_at is 'When.';
comment on column holdfast.quarantine.note is 'What they found.';

create table holdfast.dead_letters (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  job_id bigint not null,
  queue text not null,
  kind text not null,
  state_before text not null,
  error_class text,
  last_error text,
  fingerprint text,
  attempts integer not null,
  hint text not null,
  state text not null default 'open' constraint dead_letters_state_is_known check (state in ('open', 'redriven', 'dismissed')),
  died_at timestamptz not null,
  closed_by text,
  closed_at timestamptz,
  note text,
  constraint dead_letters_closed_has_its_time check ((state = 'open') = (closed_at is null))
);
create unique index dead_letters_one_open_a_job on holdfast.dead_letters (job_id) where state = 'open';
create index dead_letters_by_job on holdfast.dead_letters (job_id);
create index dead_letters_open on holdfast.dead_letters (workspace_id, died_at desc, id desc) where state = 'open';
create index dead_letters_alike on holdfast.dead_letters (workspace_id, fingerprint) where state = 'open';
create index dead_letters_newest on holdfast.dead_letters (workspace_id, died_at desc, id desc);
comment on table holdfast.dead_letters is 'Jobs that failed for good, until they are redriven or dismissed.';
comment on column holdfast.dead_letters.id is 'Identity.';
comment on column holdfast.dead_letters.workspace_id is 'The workspace.';
comment on column holdfast.dead_letters.job_id is 'The job.';
comment on column holdfast.dead_letters.queue is 'Its queue.';
comment on column holdfast.dead_letters.kind is 'Its kind.';
comment on column holdfast.dead_letters.state_before is 'How it ended: failed or timed_out.';
comment on column holdfast.dead_letters.error_class is 'Kind of the last failure.';
comment on column holdfast.dead_letters.last_error is 'Its message.';
comment on column holdfast.dead_letters.fingerprint is 'Alike failures share it.';
comment on column holdfast.dead_letters.attempts is 'How many attempts it had.';
comment on column holdfast.dead_letters.hint is 'What usually helps with this kind of failure.';
comment on column holdfast.dead_letters.state is 'open, redriven or dismissed.';
comment on column holdfast.dead_letters.died_at is 'When it failed for good.';
comment on column holdfast.dead_letters.closed_by is 'Who redrove or dismissed it.';
comment on column holdfast.dead_letters.closed_at is 'When.';
comment on column holdfast.dead_letters.note is 'Why.';

do $$
declare
  v_table text;
begin
  for v_table in values ('quarantine'), ('dead_letters') loop
    execute format('alter table holdfast.%I enable row level security', v_table);
    execute format('revoke all on holdfast.%I from anon, authenticated, service_role', v_table);
    execute format('create policy "members read them" on holdfast.%I for select to authenticated
      using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)))', v_table);
    execute format('grant select on holdfast.%I to authenticated, service_role', v_table);
  end loop;
end
$$;

create function holdfast_private.recovery_hint(p_error_class text) returns text
  language sql immutable set search_path = ''
as $$
  select case p_error_class
    when 'timeout' then 'Raise timeout_seconds, or find what it waited for in its output.'
    when 'exit_code' then 'Read the end of its output.'
    when 'invalid_payload' then 'Enqueue it anew with a payload that fits the kind''s schema.'
    when 'unknown_kind' then 'Start a worker whose tasks include this kind, then redrive.'
    when 'environment_missing' then 'Set the variable where the worker runs, restart it, then redrive.'
    when 'program_not_found' then 'Install the program where the worker runs, or correct the profile.'
    when 'disk_full' then 'Free space under the worker''s state directory, then redrive.'
    when 'worker_died' then 'Look at the worker''s log and the machine''s memory.'
    else 'Read its last error and output; redrive once the cause is gone.' end
$$;
comment on function holdfast_private.recovery_hint(text) is 'What usually helps with a kind of failure.';

create function holdfast_private.tg_jobs__review() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_actor text := holdfast_private.current_actor();
  v_class holdfast.job_classes;
  v_code text;
begin
  if old.state = 'quarantined' then
    -- Released and discarded by their acts; anything else that ends a quarantine counts as discarding it.
    update holdfast.quarantine q set state = 'discarded', reviewer = v_actor, reviewed_at = v_now, note = 'The job is ' || new.state || '.' where q.job_id = new.id and q.state = 'open';
  elsif old.state in ('failed', 'timed_out') then
    update holdfast.dead_letters d set state = case new.state when 'quarantined' then 'dismissed' else 'redriven' end, closed_by = v_actor, closed_at = v_now where d.job_id = new.id and d.state = 'open';
  end if;
  if new.state = 'quarantined' then
    select c.* into v_class from holdfast.job_classes c where c.workspace_id = new.workspace_id and c.name = new.class;
    v_code := case when new.error_class = 'isolated' then 'person' when new.error_class = 'output_rule' then 'output_rule'
      when new.crash_count >= v_class.quarantine_after then 'killed_its_worker' when v_class.needs_approval then 'failed_after_consent' else 'fails_alike' end;
    insert into holdfast.quarantine (workspace_id, job_id, reason_code, source, severity, evidence, recommended_action, opened_at)
    values (new.workspace_id, new.id, v_code, case when v_code = 'person' then v_actor else 'supervisor' end,
      case v_code when 'killed_its_worker' then 'high' when 'failed_after_consent' then 'high' else 'medium' end,
      jsonb_strip_nulls(jsonb_build_object('error_class', new.error_class, 'error', left(new.error_message, 1000), 'fingerprint', new.fingerprint, 'crashes', new.crash_count, 'alike_failures', new.alike_failures,
        'runs', (select jsonb_agg(jsonb_build_object('run', r.id, 'attempt', r.attempt, 'worker', r.worker_id, 'outcome', r.outcome, 'exit_code', r.exit_code, 'signal', r.signal) order by r.id desc)
          from (select * from holdfast.runs r where r.job_id = new.id order by r.id desc limit 5) r))),
      case v_code when 'killed_its_worker' then 'Find out why its worker died before you release it: it would take another.'
        when 'fails_alike' then 'Every attempt failed the same way: mend the cause, then release.'
        when 'failed_after_consent' then 'It was let start by a person and failed: check what it has done already.'
        when 'output_rule' then 'Read what it printed or returned before anybody else uses it.' else 'See the reason given.' end, v_now);
    perform holdfast_private.record(new.workspace_id, v_actor, 'job.quarantined', 'job', new.id::text, jsonb_build_object('reason', v_code));
  elsif new.state in ('failed', 'timed_out') then
    insert into holdfast.dead_letters (workspace_id, job_id, queue, kind, state_before, error_class, last_error, fingerprint, attempts, hint, died_at)
    values (new.workspace_id, new.id, new.queue, new.kind, new.state, new.error_class, left(new.error_message, 2000), new.fingerprint, new.attempt, holdfast_private.recovery_hint(new.error_class), v_now);
    perform holdfast_private.incidents_of_failure(new);
  end if;
  return null;
end
$$;
comment on function holdfast_private.tg_jobs__review() is 'Opens and closes quarantine rows and dead letters as jobs enter and leave those states.';
create trigger jobs__review after update of state on holdfast.jobs for each row
  when (old.state <> new.state and (old.state in ('quarantined', 'failed', 'timed_out') or new.state in ('quarantined', 'failed', 'timed_out')))
  execute function holdfast_private.tg_jobs__review();

-- Filters. Every list that people filter, and every act over all that matches, reads them through here: a field nobody knows
-- or a value that is none is refused, never ignored, because a filter that is read too widely acts on too much. What a filter
-- may name is given by the caller as {field: type}; `text[]` may also be a list, `pairs` is an object of plain values.
create function holdfast.check_filter(p_filter jsonb, p_fields jsonb, p_may_be_empty boolean default false) returns void
  language plpgsql stable set search_path = ''
as $$
declare
  v_fields text := (select string_agg(k, ', ' order by k) from jsonb_object_keys(p_fields) k);
  v_bad record;
begin
  if jsonb_typeof(p_filter) is distinct from 'object' or (p_filter = '{}' and not p_may_be_empty) then
    raise exception using errcode = 'PT422', message = format('A filter is an object that says which: at least one of %s.', v_fields), detail = 'holdfast.bad_filter',
      hint = 'Example: {"kind": "import", "after": "2026-01-01T00:00:00Z"}.';
  end if;
  select f.key, p_fields ->> f.key as type into v_bad
  from jsonb_each(p_filter) f
  cross join lateral (select replace(coalesce(p_fields ->> f.key, ''), '[]', '') as type, p_fields ->> f.key like '%[]' as many) t
  where case
    when not p_fields ? f.key then true
    when t.type = 'pairs' then jsonb_typeof(f.value) <> 'object' or f.value = '{}' or jsonb_path_exists(f.value, 'strict $.* ? (@.type() != "string" && @.type() != "number" && @.type() != "boolean")')
    when jsonb_typeof(f.value) = 'array' and (not t.many or jsonb_array_length(f.value) not between 1 and 100) then true
    else exists (
      select from jsonb_array_elements(case jsonb_typeof(f.value) when 'array' then f.value else jsonb_build_array(f.value) end) v
      where jsonb_typeof(v) not in ('string', 'number', 'boolean') or not pg_input_is_valid(v #>> '{}', t.type)) end
  order by f.key limit 1;
  if v_bad.key is not null then
    raise exception using errcode = 'PT422', message = case when v_bad.type is null then format('A filter has no field %s.', quote_literal(left(v_bad.key, 60)))
        when v_bad.type = 'pairs' then format('filter.%s must be an object of keys and plain values.', v_bad.key)
        when v_bad.type like '%[]' then format('filter.%s is not a valid %s, nor a list of 1 to 100 of them.', v_bad.key, replace(v_bad.type, '[]', ''))
        else format('filter.%s is not a valid %s.', v_bad.key, v_bad.type) end,
      detail = 'holdfast.bad_filter', hint = format('Fields: %s.', v_fields);
  end if;
end
$$;
comment on function holdfast.check_filter(jsonb, jsonb, boolean) is 'Refuses a filter that is empty or malformed, or has a field that p_fields does not name. p_fields: {field: type}; text[] may be one or a list, pairs is {key: value}.';

-- Which open dead letters a filter means. One reading of the filter for the preview and the act.
create function holdfast.match_dead_letters(p_workspace uuid, p_filter jsonb, p_limit integer default 10001) returns setof holdfast.dead_letters
  language plpgsql stable set search_path = ''
as $$
begin
  perform holdfast.check_filter(p_filter, '{"job": "bigint", "fingerprint": "text", "kind": "text", "queue": "text", "error_class": "text", "after": "timestamptz", "before": "timestamptz"}', true);
  return query
    select d.* from holdfast.dead_letters d
    where d.workspace_id = p_workspace and d.state = 'open'
      and (p_filter ->> 'job' is null or d.job_id = (p_filter ->> 'job')::bigint)
      and (p_filter ->> 'fingerprint' is null or d.fingerprint = p_filter ->> 'fingerprint')
      and (p_filter ->> 'kind' is null or d.kind = p_filter ->> 'kind')
      and (p_filter ->> 'queue' is null or d.queue = p_filter ->> 'queue')
      and (p_filter ->> 'error_class' is null or d.error_class = p_filter ->> 'error_class')
      and (p_filter ->> 'after' is null or d.died_at >= (p_filter ->> 'after')::timestamptz)
      and (p_filter ->> 'before' is null or d.died_at < (p_filter ->> 'before')::timestamptz)
    order by d.died_at desc, d.id desc limit p_limit;
end
$$;
comment on function holdfast.match_dead_letters(uuid, jsonb, integer) is
  'Open dead letters that a filter means, newest first: {job, fingerprint, kind, queue, error_class, after, before}; {}: all. The preview of redrive and dismiss. Runs with the caller''s rights.';

create function holdfast.count_dead_letters(p_workspace uuid, p_filter jsonb default '{}', p_cap integer default 10000) returns integer
  language sql stable set search_path = ''
  as $$ select count(*)::integer from holdfast.match_dead_letters(p_workspace, p_filter, p_cap + 1) $$;
comment on function holdfast.count_dead_letters(uuid, jsonb, integer) is 'How many open dead letters a filter of match_dead_letters means; p_cap + 1 stands for more than p_cap. Runs with the caller''s rights.';

-- The params of every act over all that matches a filter.
create function holdfast_private.limit_of(p_act holdfast.actions, p_options text[]) returns integer
  language plpgsql immutable set search_path = ''
as $$
begin
  if exists (select from jsonb_object_keys(p_act.params) k where k <> all (p_options)) then
    perform holdfast_private.refuse(400, 'unknown_option', format('params may hold %s: got %s.', array_to_string(p_options, ', '), left(p_act.params::text, 200)), 'Example: {"filter": {"kind": "import"}, "limit": 500}.');
  elsif coalesce(jsonb_typeof(p_act.params -> 'filter'), 'null') <> 'object' or p_act.params -> 'filter' = '{}' then
    perform holdfast_private.refuse(422, 'bad_filter', 'params.filter must say which: an act never means everything there is.', 'Example: {"filter": {"kind": "import"}}.');
  elsif coalesce(jsonb_typeof(p_act.params -> 'limit'), 'number') <> 'number' or coalesce((p_act.params ->> 'limit')::numeric, 1) not between 1 and 10000 or (p_act.params ->> 'limit')::numeric % 1 <> 0 then
    perform holdfast_private.refuse(422, 'bad_limit', format('params.limit must be a whole number from 1 to 10000: got %s.', p_act.params -> 'limit'), 'Leave it out for 1000.');
  end if;
  return coalesce((p_act.params ->> 'limit')::numeric::integer, 1000);
end
$$;
comment on function holdfast_private.limit_of(holdfast.actions, text[]) is 'How many things an act by filter may touch: params.limit, or 1000. Refuses params it does not know and a filter that says nothing.';

create function holdfast_private.act_on_dead_letters(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_cap integer := holdfast_private.limit_of(p_act, '{filter,limit}');
  v_jobs bigint[];
  v_done bigint[];
  v_ask bigint[];
  v_asked integer := 0;
begin
  v_jobs := array(select d.job_id from holdfast.match_dead_letters(p_act.workspace_id, p_act.params -> 'filter', v_cap + 1) d);
  if v_jobs = '{}' then
    perform holdfast_private.refuse(404, 'nothing_matches', 'No open dead letter matches the filter.', 'Preview it with holdfast.match_dead_letters.');
  elsif cardinality(v_jobs) > v_cap then
    perform holdfast_private.refuse(422, 'too_many', format('More than %s dead letters match.', v_cap), 'Narrow the filter, or set params.limit (10000 at most): an act this large is taken in portions.');
  end if;
  -- All at once: one by one, a thousand would take longer than the Data API lets a call take.
  with locked as materialized (
    select j.* from holdfast.jobs j where j.id = any (v_jobs) and j.state in ('failed', 'timed_out') order by j.id for update
  )
  select coalesce(array_agg(j.id order by j.id), '{}'), coalesce(array_agg(j.id order by j.id) filter (where holdfast_private.retry_asks(j)), '{}') into v_done, v_ask from locked j;
  if p_act.verb = 'redrive' then
    perform holdfast_private.try_again(p_act.workspace_id, array(select d from unnest(v_done) d where d <> all (v_ask)), false);
    perform holdfast_private.try_again(p_act.workspace_id, v_ask, true);
    v_asked := (select count(*) from holdfast.jobs j where j.id = any (v_done) and j.state = 'awaiting_approval');
  end if;
  update holdfast.dead_letters d set state = case p_act.verb when 'redrive' then 'redriven' else 'dismissed' end, closed_by = p_act.actor, closed_at = p_act.acted_at, note = p_act.reason
  where d.job_id = any (v_done) and (d.state = 'open' or d.closed_at >= p_act.acted_at);
  p_act.affected := cardinality(v_done);
  p_act.result := jsonb_build_object('jobs', to_jsonb(v_done[1:100]), 'matched', cardinality(v_jobs), 'affected', p_act.affected, 'waiting_for_consent', v_asked);
  return p_act;
end
$$;
comment on function holdfast_private.act_on_dead_letters(holdfast.actions) is 'Verbs redrive and dismiss on every open dead letter that params.filter means; refused when none or more than params.limit (1000) match.';
