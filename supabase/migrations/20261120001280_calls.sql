-- Calls for people who prefer calls. They run with the caller's rights and only insert (or only read): whatever they do, a
-- plain insert by the same person could do.
--
-- And what was refused to them. A refusal rolls its own transaction back, event and all, so it cannot be on the record by
-- itself: whoever carried the act to the database (the client library, and with it the CLI and the admin app) tells of it
-- afterwards, in an insert of its own. An attempt by bare SQL or curl leaves its trace in the server's log only.

create table holdfast.refusals (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  actor text not null,
  verb text not null constraint refusals_verb_is_short check (length(verb) between 1 and 60),
  subject text not null constraint refusals_subject_is_short check (length(subject) between 1 and 60),
  target jsonb not null default '{}' constraint refusals_target_is_small check (octet_length(target::text) <= 2000),
  rule text not null constraint refusals_rule_is_plain check (rule ~ '^[a-z_]{1,60}$'),
  refused_at timestamptz not null
);
create index refusals_newest on holdfast.refusals (workspace_id, refused_at desc, id desc);
comment on table holdfast.refusals is 'Acts that were attempted and refused, as the client that attempted them tells. Each is an event, act.refused.';
comment on column holdfast.refusals.id is 'Identity.';
comment on column holdfast.refusals.workspace_id is 'The workspace.';
comment on column holdfast.refusals.actor is 'Who attempted it; filled by the database.';
comment on column holdfast.refusals.verb is 'What they attempted.';
comment on column holdfast.refusals.subject is 'On what kind of thing.';
comment on column holdfast.refusals.target is 'Which one, e.g. {"job": 12}.';
comment on column holdfast.refusals.rule is 'The rule that refused it, e.g. own_request.';
comment on column holdfast.refusals.refused_at is 'When it was told; filled by the database.';
alter table holdfast.refusals enable row level security;
revoke all on holdfast.refusals from anon, authenticated, service_role;
create policy "members read what was refused in their workspaces" on holdfast.refusals for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "members tell what was refused to them" on holdfast.refusals for insert to authenticated
  with check (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
grant select on holdfast.refusals to authenticated, service_role;
grant insert (workspace_id, verb, subject, target, rule) on holdfast.refusals to authenticated, service_role;

create function holdfast_private.tg_refusals__record() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if holdfast_private.is_api_caller() and not exists (select from holdfast.my_workspaces m where m.workspace_id = new.workspace_id) then
    perform holdfast_private.refuse(403, 'not_permitted', 'You are not a member of this workspace.', 'Ask an admin of the workspace.');
  end if;
  new.actor := holdfast_private.current_actor();
  new.refused_at := holdfast_private.clock();
  perform holdfast_private.record(new.workspace_id, new.actor, 'act.refused', new.subject, left(coalesce((select string_agg(t.value, ',') from jsonb_each_text(new.target) t), ''), 200),
    jsonb_build_object('verb', new.verb, 'target', new.target, 'rule', new.rule));
  return new;
end
$$;
comment on function holdfast_private.tg_refusals__record() is 'Stamps a refusal and writes its event.';
create trigger refusals__record before insert on holdfast.refusals for each row execute function holdfast_private.tg_refusals__record();

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
  if exists (select from jsonb_each_text(p_target) t where t.key in ('job', 'worker', 'approval', 'stop', 'incident') and not pg_input_is_valid(t.value, 'bigint')) then
    raise exception using errcode = 'PT400', message = 'The target names a job, worker, approval, stop or incident by its number.', detail = 'holdfast.bad_target', hint = 'Example: {"job": 1207}.';
  end if;
  insert into holdfast.actions (workspace_id, verb, subject, job_id, queue, lane, class, worker_id, approval_id, schedule, budget, stop_id, incident_id, channel, reason, params)
  values (holdfast.find_workspace(p_workspace), p_verb, p_subject, (p_target ->> 'job')::bigint, p_target ->> 'queue', p_target ->> 'lane', p_target ->> 'class',
    (p_target ->> 'worker')::bigint, (p_target ->> 'approval')::bigint, p_target ->> 'schedule', p_target ->> 'budget', (p_target ->> 'stop')::bigint,
    (p_target ->> 'incident')::bigint, p_target ->> 'channel', p_reason, p_params)
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
