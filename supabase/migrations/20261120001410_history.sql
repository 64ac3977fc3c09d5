-- History: the list of all jobs, its filters, and acts on everything that a filter means.
--
-- One reading of a filter (find_jobs) serves the page, the count and the act, so that what a person was shown is what they
-- act on. Its statement is put together from fixed fragments for the fields that the filter names, with every value bound:
-- each filter gets a plan of its own, made with its values known, which one statement for all filters would not.
--
-- At a million jobs a page takes a few milliseconds because each fragment reads an index in the order of the page and stops
-- after it. Three things the planner cannot know by itself: a list of values is read value by value (an index gives their
-- union in no order); what a prefix, a label or a worker matches is counted first, up to a bound (its estimates are of the
-- whole table, not of a workspace); and nothing here reads jobs from end to end.

create view holdfast.job_history with (security_invoker = true) as
  select j.id, j.workspace_id, j.state, j.name, j.kind, k.profile, j.venture, j.queue, j.lane, j.class, j.trigger, j.schedule,
    j.created_at, j.started_at, j.finished_at, j.attempt, j.max_attempts, j.progress, j.progress_message, j.held_by,
    extract(epoch from coalesce(r.finished_at, now()) - r.started_at) as duration_seconds,
    r.id as run_id, r.outcome, r.exit_code, r.signal, coalesce(r.memory_bytes, l.memory_bytes) as memory_bytes, coalesce(r.cpu_seconds, l.cpu_seconds) as cpu_seconds,
    r.worker_id, w.name as worker, c.cost, j.est_cost, j.error_class, left(j.error_message, 300) as error_message, j.fingerprint,
    j.created_by, holdfast.name_of(j.workspace_id, j.created_by) as created_by_name, j.labels, j.rerun_of
  from holdfast.jobs j
  left join holdfast.kinds k on k.workspace_id = j.workspace_id and k.name = j.kind
  left join lateral (select n.* from holdfast.runs n where n.job_id = j.id order by n.attempt desc limit 1) r on true
  left join holdfast.leases l on l.token = r.id
  left join holdfast.workers w on w.id = r.worker_id
  left join lateral (select sum(a.cost) as cost from holdfast.runs a where a.job_id = j.id) c on true;
comment on view holdfast.job_history is 'Every job with its newest run: one line of the history. Read it through holdfast.match_jobs.';
do $$
declare
  v_column record;
  v_said jsonb := '{
    "profile": "The command profile that its kind runs, if it runs one.", "run_id": "Its newest run.", "duration_seconds": "How long its newest run took, or has taken so far.",
    "worker": "Name of the worker that took its newest run.", "cost": "What its runs reported, all together.", "created_by_name": "Who enqueued it, for people.",
    "error_message": "Why its last attempt did not complete, the first 300 characters."}';
begin
  for v_column in
    select a.attname, coalesce(v_said ->> a.attname, (
      select col_description(b.attrelid, b.attnum) from pg_catalog.pg_attribute b
      where b.attname = a.attname and b.attrelid in ('holdfast.jobs'::regclass, 'holdfast.runs'::regclass) order by b.attrelid = 'holdfast.jobs'::regclass desc limit 1)) as said
    from pg_catalog.pg_attribute a where a.attrelid = 'holdfast.job_history'::regclass and a.attnum > 0
  loop
    execute format('comment on column holdfast.job_history.%I is %L', v_column.attname, v_column.said);
  end loop;
end
$$;
revoke all on holdfast.job_history from anon, authenticated, service_role;
grant select on holdfast.job_history to authenticated, service_role;

create function holdfast.find_jobs(p_workspace uuid, p_filter jsonb, p_order text default 'newest', p_after jsonb default null, p_limit integer default 50) returns setof bigint
  language plpgsql stable set search_path = '' set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_custom_plan
as $$
declare
  v_types constant jsonb := '{"job": "bigint[]", "state": "text[]", "trigger": "text[]", "profile": "text[]", "kind": "text[]", "schedule": "text[]", "queue": "text[]", "lane": "text[]", "venture": "text[]",
    "class": "text[]", "fingerprint": "text[]", "error_class": "text[]", "worker": "text[]", "created_by": "text[]", "after": "timestamptz", "before": "timestamptz", "label": "pairs", "text": "text"}';
  -- Compared one to one. A list of the first of them that is one is read value by value.
  v_columns constant text[] := '{schedule,fingerprint,error_class,created_by,venture,trigger,class,lane,queue,state,kind}';
  v_by text := case p_order when 'newest' then 'created_at desc' when 'oldest' then 'created_at' when 'finished' then 'finished_at desc' end;
  v_time text := split_part(v_by, ' ', 1);
  v_text text := p_filter ->> 'text';
  v_lists jsonb;
  v_values text[] := '{}';
  v_where text := 'j.workspace_id = $1';
  v_many text;
  v_each text[];
  v_label text;
  v_workers bigint[];
  v_horizon timestamptz;
  v_froms text[] := '{}';
  v_column text;
  v_list text[];
  v_first integer;
  v_sql text;
begin
  perform holdfast.check_filter(p_filter, v_types, true);
  if v_by is null and p_order is distinct from 'any' then
    raise exception using errcode = 'PT422', message = format('Jobs are not ordered by %s.', coalesce(quote_literal(left(p_order, 60)), 'null')), detail = 'holdfast.bad_order',
      hint = 'newest, oldest, finished, any; match_jobs also knows longest, costliest and memory.';
  elsif p_limit is null or p_limit not between 1 and 100001 then
    raise exception using errcode = 'PT422', message = format('p_limit must be 1 to 100001: got %s.', coalesce(p_limit::text, 'null')), detail = 'holdfast.bad_limit', hint = 'Page with p_after.';
  elsif p_after is not null and (jsonb_typeof(p_after) <> 'object' or v_by is null or not pg_input_is_valid(coalesce(p_after ->> 'id', ''), 'bigint')
      or not pg_input_is_valid(coalesce(p_after ->> v_time, ''), 'timestamptz')) then
    raise exception using errcode = 'PT422', message = format('p_after is not a place in the order %s: it names id and %s of the last row.', p_order, coalesce(v_time, 'nothing')), detail = 'holdfast.bad_cursor',
      hint = 'Give the last row of the page before, as it was returned; leave it out for the first page.';
  end if;
  if v_text = '' then
    raise exception using errcode = 'PT422', message = 'filter.text is empty.', detail = 'holdfast.bad_filter', hint = 'Leave it out to see every job.';
  end if;
  select jsonb_object_agg(f.key, case jsonb_typeof(f.value) when 'array' then f.value else jsonb_build_array(f.value) end) into v_lists from jsonb_each(p_filter) f;
  v_list := array(select v from jsonb_array_elements_text(v_lists -> 'state') v where not exists (select from holdfast.job_states s where s.state = v));
  if v_list <> '{}' then
    raise exception using errcode = 'PT422', message = format('filter.state: there is no state %s.', quote_literal(left(v_list[1], 60))), detail = 'holdfast.bad_filter',
      hint = format('States: %s.', (select string_agg(s.state, ', ' order by s.state) from holdfast.job_states s));
  end if;

  for v_column, v_list in
    select c.name, array(select distinct v from jsonb_array_elements_text(v_lists -> c.name) v order by v) from unnest(v_columns) with ordinality c (name, place) where v_lists ? c.name
    union all
    -- A profile is run by the kinds that name it.
    select 'kind', array(select k.name from holdfast.kinds k where k.workspace_id = p_workspace and k.profile = any (array(select jsonb_array_elements_text(v_lists -> 'profile'))) order by k.name)
    where v_lists ? 'profile'
  loop
    if v_list = '{}' then
      return;
    end if;
    v_first := cardinality(v_values) + 1;
    v_values := v_values || v_list;
    if cardinality(v_list) = 1 then
      v_where := v_where || format(' and j.%I = $2[%s]', v_column, v_first);
    elsif v_each is null and cardinality(v_list) <= 12 then
      v_each := array(select format('j.%I = $2[%s]', v_column, n) from generate_series(v_first, cardinality(v_values)) n);
      v_many := format('j.%I = any ($2[%s:%s])', v_column, v_first, cardinality(v_values));
    else
      v_where := v_where || format(' and j.%I = any ($2[%s:%s])', v_column, v_first, cardinality(v_values));
    end if;
    if v_column = 'created_by' and not exists (select from unnest(v_list) v where not v ^@ 'user:') then
      v_where := v_where || ' and j.created_by ^@ ''user:'''; -- as jobs_by_person says it
    end if;
  end loop;
  v_where := v_where || case when p_filter ? 'job' then ' and j.id = any ($3)' else '' end || case when p_filter ? 'after' then ' and j.created_at >= $4' else '' end
    || case when p_filter ? 'before' then ' and j.created_at < $5' else '' end || case when p_order = 'finished' then ' and j.finished_at is not null' else '' end;

  if p_filter ? 'worker' then
    -- Its newest run is the one with the job's own count of attempts.
    select array_agg(w.id), max(coalesce(w.ended_at, 'infinity')) into v_workers, v_horizon from holdfast.workers w
    where w.name = any (array(select jsonb_array_elements_text(v_lists -> 'worker'))) or w.id::text = any (array(select jsonb_array_elements_text(v_lists -> 'worker')));
    v_first := (select count(*) from (select from holdfast.runs r where r.workspace_id = p_workspace and r.worker_id = any (v_workers) limit 2001) c);
    if v_first = 0 then
      return;
    elsif (v_first <= 2000 or v_by is null) and not p_filter ?| '{label,text}' then
      -- Few runs, or any of many: from the runs. A page of many: from the jobs, in its order, from when the worker was last there.
      v_froms := array['(select j.* from holdfast.runs r join holdfast.jobs j on j.id = r.job_id and j.attempt = r.attempt where r.workspace_id = $1 and r.worker_id = any ($6) offset 0) j'];
    else
      v_where := v_where || ' and (select r.worker_id from holdfast.runs r where r.job_id = j.id and r.attempt = j.attempt) = any ($6) and j.created_at <= $7';
    end if;
  end if;

  -- The rarest label leads, the others are asked of each job that it gives.
  for v_list in
    select array[left(l.key, 100), left(l.value, 200)] from jsonb_each_text(coalesce(p_filter -> 'label', '{}')) l
    order by (select count(*) from (select from holdfast.job_labels o where o.workspace_id = p_workspace and o.key = left(l.key, 100) and o.value = left(l.value, 200) limit 1001) c)
  loop
    v_first := cardinality(v_values) + 1;
    v_values := v_values || v_list;
    v_label := format('l.key = $2[%s] and l.value = $2[%s]', v_first, v_first + 1);
    if v_froms = '{}' and v_text is null then
      v_froms := array['holdfast.job_labels l join holdfast.jobs j on j.id = l.job_id and l.workspace_id = $1 and ' || v_label];
    else
      v_where := v_where || format(' and exists (select from holdfast.job_labels l where l.job_id = j.id and %s)', v_label);
    end if;
  end loop;

  if v_text is not null then
    if pg_input_is_valid(v_text, 'bigint') then
      v_froms := v_froms || 'holdfast.jobs j join (select $8::bigint as id) i on i.id = j.id'::text;
    end if;
    -- Few names begin so: all of them, sorted. Many: a page of them is near at hand in any order.
    v_froms := v_froms || case when (select count(*) from (select from holdfast.jobs j where j.workspace_id = p_workspace and j.name collate "C" ^@ v_text limit 2001) c) <= 2000
      then '(select j.* from holdfast.jobs j where j.workspace_id = $1 and j.name collate "C" ^@ $9 offset 0) j' else 'holdfast.jobs j join (select $9::text as prefix) t on j.name collate "C" ^@ t.prefix' end;
    for v_list in
      -- Every key that has this value: from one to the next, not through all the jobs that bear it.
      with recursive keys (key) as (
        (select l.key from holdfast.job_labels l where l.workspace_id = p_workspace and l.value = left(v_text, 200) order by l.key limit 1)
        union all
        select (select l.key from holdfast.job_labels l where l.workspace_id = p_workspace and l.value = left(v_text, 200) and l.key > k.key order by l.key limit 1) from keys k where k.key is not null
      )
      (select array[k.key, left(v_text, 200)] from keys k where k.key is not null limit 20)
      union
      select array[left(split_part(v_text, '=', 1), 100), left(substr(v_text, strpos(v_text, '=') + 1), 200)] where strpos(v_text, '=') > 0
    loop
      v_values := v_values || v_list;
      v_froms := v_froms || format('holdfast.job_labels l join holdfast.jobs j on j.id = l.job_id and l.workspace_id = $1 and l.key = $2[%s] and l.value = $2[%s]', cardinality(v_values) - 1, cardinality(v_values));
    end loop;
  end if;

  if v_each is not null and (v_froms <> '{}' or v_by is null) then
    v_where := v_where || ' and ' || v_many;
    v_each := null;
  end if;
  -- One select for each source and value, in the order of the page and no longer than it; then the best of them. A label's
  -- own columns are its index's order.
  select string_agg(
    format('(select j.id, j.%1$s as at from %2$s where %3$s', coalesce(v_time, 'created_at'), s.source, v_where || coalesce(' and ' || e.condition, ''))
    || case when p_after is not null then format(' and (%1$s.%2$s, %1$s.%3$s) %4$s ($11, $12)', o.owner, v_time, o.id, case p_order when 'oldest' then '>' else '<' end) else '' end
    || case when v_by is not null then format(' order by %1$s.%2$s, %1$s.%3$s%4$s', o.owner, v_by, o.id, substr(v_by, length(v_time) + 1)) else '' end || ' limit $10)', ' union ')
  into v_sql
  from unnest(case when v_froms = '{}' then '{holdfast.jobs j}' else v_froms end) s (source)
  cross join unnest(coalesce(v_each, '{null}')) e (condition)
  cross join lateral (select case when s.source ^@ 'holdfast.job_labels' and v_time = 'created_at' then 'l' else 'j' end as owner,
    case when s.source ^@ 'holdfast.job_labels' and v_time = 'created_at' then 'job_id' else 'id' end as id) o;
  return query execute format('select b.id from (%s) b%s limit $10', v_sql, case when v_by is not null then format(' order by b.at%1$s, b.id%1$s', substr(v_by, length(v_time) + 1)) else '' end)
    using p_workspace, v_values, array(select v::bigint from jsonb_array_elements_text(v_lists -> 'job') v), (p_filter ->> 'after')::timestamptz, (p_filter ->> 'before')::timestamptz, v_workers, v_horizon,
      case when pg_input_is_valid(coalesce(v_text, ''), 'bigint') then v_text::bigint end, v_text, p_limit, (p_after ->> v_time)::timestamptz, (p_after ->> 'id')::bigint;
end
$$;
comment on function holdfast.find_jobs(uuid, jsonb, text, jsonb, integer) is
  'Ids of the jobs that a filter means, a page of them in an order: newest, oldest, finished (only what has ended, the latest first) or any. The one reading of a filter over jobs; see match_jobs. Runs with the caller''s rights.';

create function holdfast.match_jobs(p_workspace uuid, p_filter jsonb default '{}', p_order text default 'newest', p_after jsonb default null, p_limit integer default 50) returns setof holdfast.job_history
  language plpgsql stable set search_path = '' set enable_seqscan = off
as $$
declare
  v_figure constant text := case p_order when 'longest' then 'duration_seconds' when 'costliest' then 'cost' when 'memory' then 'memory_bytes' end;
  v_ids bigint[];
begin
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception using errcode = 'PT422', message = format('p_limit must be 1 to 1000: got %s.', coalesce(p_limit::text, 'null')), detail = 'holdfast.bad_limit', hint = 'Page with p_after.';
  elsif v_figure is null then
    v_ids := array(select f from holdfast.find_jobs(p_workspace, p_filter, p_order, p_after, p_limit) f);
  elsif p_after is not null and (jsonb_typeof(p_after) <> 'object' or not pg_input_is_valid(coalesce(p_after ->> 'id', ''), 'bigint')
      or not p_after ? v_figure or not pg_input_is_valid(coalesce(p_after ->> v_figure, '0'), 'numeric')) then
    raise exception using errcode = 'PT422', message = format('p_after is not a place in the order %s: it names id and %s of the last row.', p_order, v_figure), detail = 'holdfast.bad_cursor',
      hint = 'Give the last row of the page before, as it was returned; leave it out for the first page.';
  else
    v_ids := array(select f from holdfast.find_jobs(p_workspace, p_filter, 'any', null, 10001) f);
    if cardinality(v_ids) > 10000 then
      raise exception using errcode = 'PT422', message = format('More than 10000 jobs match: they cannot be ordered by %s.', v_figure), detail = 'holdfast.too_many',
        hint = 'Narrow the filter, by time or kind for example; newest, oldest and finished order any number.';
    end if;
    v_ids := array(
      select o.id from (
        select h.id, coalesce(case p_order when 'longest' then h.duration_seconds when 'costliest' then h.cost else h.memory_bytes end, 0) as figure from holdfast.job_history h where h.id = any (v_ids)) o
      where p_after is null or (o.figure, o.id) < (coalesce((p_after ->> v_figure)::numeric, 0), (p_after ->> 'id')::bigint)
      order by o.figure desc, o.id desc limit p_limit);
  end if;
  return query select h.* from unnest(v_ids) with ordinality m (id, place) join holdfast.job_history h on h.id = m.id order by m.place;
end
$$;
comment on function holdfast.match_jobs(uuid, jsonb, text, jsonb, integer) is
  'A page of the history. p_filter: {job, state, trigger, profile, kind, schedule, queue, lane, venture, class, fingerprint, error_class, worker, created_by} each one value or a list; {after, before} by created_at; label {"key": "value"}; text: the begin of a name, an id, a label''s value or key=value. p_order: newest, oldest, finished; longest, costliest, memory where at most 10000 jobs match. p_after: the last row of the page before. Runs with the caller''s rights.';

create function holdfast.count_jobs(p_workspace uuid, p_filter jsonb default '{}', p_cap integer default 10000) returns integer
  language plpgsql stable set search_path = ''
as $$
begin
  if p_cap is null or p_cap not between 1 and 100000 then
    raise exception using errcode = 'PT422', message = format('p_cap must be 1 to 100000: got %s.', coalesce(p_cap::text, 'null')), detail = 'holdfast.bad_limit', hint = 'Leave it out for 10000.';
  end if;
  return (select count(*) from holdfast.find_jobs(p_workspace, p_filter, 'any', null, p_cap + 1));
end
$$;
comment on function holdfast.count_jobs(uuid, jsonb, integer) is 'How many jobs a filter of match_jobs means; p_cap + 1 stands for more than p_cap. Runs with the caller''s rights.';

create function holdfast.typical_seconds(p_workspace uuid, p_kind text) returns numeric
  language sql stable set search_path = '' set enable_seqscan = off
as $$
  select case when count(*) >= 3 then percentile_cont(0.5) within group (order by extract(epoch from d.finished_at - d.started_at))::numeric end
  from (
    -- A look at the newest 10,000 at most: what has completed long before says little of today.
    select n.started_at, n.finished_at from (
      select j.* from holdfast.jobs j where j.workspace_id = p_workspace and j.kind = p_kind order by j.created_at desc, j.id desc limit 10000) n
    where n.state = 'completed' order by n.created_at desc, n.id desc limit 100) d
$$;
comment on function holdfast.typical_seconds(uuid, text) is 'How long jobs of a kind take: the median of the newest hundred that completed. Null when fewer than three have. Runs with the caller''s rights.';

-- What an act on all that matches would do, as the act itself reckons it. Counted state by state: each count is an index's.
create function holdfast.preview_jobs(p_workspace uuid, p_verb text, p_filter jsonb, p_limit integer default 1000) returns table (matched integer, fits integer, skipped jsonb, states text[])
  language plpgsql stable set search_path = ''
as $$
declare
  v_fitting text[] := array(select s.state from holdfast.verb_states s where s.verb = p_verb and s.subject = 'jobs' order by s.state);
  v_asked text[] := array(select s.state from holdfast.job_states s where not p_filter ? 'state' or p_filter -> 'state' ? s.state order by s.state);
begin
  if v_fitting = '{}' then
    raise exception using errcode = 'PT404', message = format('There is no act %s on jobs.', coalesce(quote_literal(left(p_verb, 60)), 'null')), detail = 'holdfast.unknown_verb', hint = 'See holdfast.verbs.';
  elsif p_limit is null or p_limit not between 1 and 10000 then
    raise exception using errcode = 'PT422', message = format('p_limit must be 1 to 10000: got %s.', coalesce(p_limit::text, 'null')), detail = 'holdfast.bad_limit', hint = 'Leave it out for 1000.';
  end if;
  perform from holdfast.find_jobs(p_workspace, p_filter, 'any', null, 1); -- refuses a filter that is none
  states := array(select s from unnest(v_asked) s where s = any (v_fitting));
  fits := case when states = '{}' then 0 else holdfast.count_jobs(p_workspace, p_filter || jsonb_build_object('state', states), p_limit) end;
  select coalesce(jsonb_object_agg(c.state, c.n) filter (where c.n > 0), '{}'), fits + coalesce(sum(c.n), 0) into skipped, matched
  from (select s as state, holdfast.count_jobs(p_workspace, p_filter || jsonb_build_object('state', s)) as n from unnest(v_asked) s where s <> all (v_fitting)) c;
  return next;
end
$$;
comment on function holdfast.preview_jobs(uuid, text, jsonb, integer) is
  'What cancel, retry or rerun on all jobs that match would do: how many match, how many of them the verb fits (p_limit + 1: more than p_limit), how many are skipped in which state (10001: more than 10000), and the states that fit. Runs with the caller''s rights.';

create function holdfast_private.act_on_jobs(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_cap integer := holdfast_private.limit_of(p_act, '{filter,limit,expected}');
  v_plan record;
  v_expected jsonb := p_act.params -> 'expected';
  v_jobs bigint[];
  v_running bigint[];
  v_ask bigint[];
  v_made bigint[];
begin
  if v_expected is not null and (jsonb_typeof(v_expected) <> 'number' or v_expected::numeric % 1 <> 0 or v_expected::numeric not between 0 and 10000) then
    perform holdfast_private.refuse(422, 'bad_option', format('params.expected must be a whole number from 0 to 10000: got %s.', left(v_expected::text, 60)), 'It is what holdfast.preview_jobs said fits; leave it out to act on whatever matches.');
  end if;
  select * into v_plan from holdfast.preview_jobs(p_act.workspace_id, p_act.verb, p_act.params -> 'filter', v_cap);
  if v_plan.fits > v_cap then
    perform holdfast_private.refuse(422, 'too_many', format('More than %s jobs match that %s fits.', v_cap, p_act.verb), 'Narrow the filter, or set params.limit (10000 at most): an act this large is taken in portions.');
  elsif v_plan.fits > 0 then
    -- Locked as they are then: a job that moved on since it was found stays out, wherever it went.
    with locked as materialized (
      select j.* from holdfast.jobs j
      where j.id = any (array(select f from holdfast.find_jobs(p_act.workspace_id, p_act.params -> 'filter' || jsonb_build_object('state', v_plan.states), 'any', null, v_cap) f)) and j.state = any (v_plan.states)
      order by j.id for update
    )
    select coalesce(array_agg(l.id order by l.id), '{}'), coalesce(array_agg(l.id order by l.id) filter (where l.state = 'running'), '{}'),
      coalesce(array_agg(l.id order by l.id) filter (where p_act.verb = 'retry' and holdfast_private.retry_asks(l)), '{}')
    into v_jobs, v_running, v_ask from locked l;
  end if;
  v_jobs := coalesce(v_jobs, '{}');
  if cardinality(v_jobs) <> v_expected::numeric then
    perform holdfast_private.refuse(409, 'match_changed', format('%s jobs were expected, %s match now that %s fits.', v_expected, cardinality(v_jobs), p_act.verb), 'Look again at what matches, then act on that.');
  elsif v_plan.matched = 0 then
    perform holdfast_private.refuse(404, 'nothing_matches', 'No job matches the filter.', 'Preview it with holdfast.match_jobs.');
  elsif v_jobs = '{}' then
    perform holdfast_private.refuse(409, 'not_now', format('None of the jobs that match is in a state that %s fits: %s.', p_act.verb, v_plan.skipped),
      format('%s fits these states: %s.', p_act.verb, (select string_agg(s.state, ', ' order by s.state) from holdfast.verb_states s where s.verb = p_act.verb and s.subject = 'jobs')));
  end if;
  p_act.affected := cardinality(v_jobs);
  p_act.result := jsonb_build_object('matched', v_plan.matched, 'changed', p_act.affected, 'skipped', v_plan.skipped, 'jobs', to_jsonb(v_jobs[1:20]));
  if p_act.verb = 'cancel' then
    perform holdfast_private.order_end(v_running, 'cancel');
    perform holdfast_private.cancel_waiting(array(select j from unnest(v_jobs) j where j <> all (v_running)), coalesce('Canceled: ' || p_act.reason, 'Canceled.'));
    p_act.result := p_act.result || jsonb_build_object('ending', cardinality(v_running));
  elsif p_act.verb = 'retry' then
    perform holdfast_private.try_again(p_act.workspace_id, array(select j from unnest(v_jobs) j where j <> all (v_ask)), false);
    perform holdfast_private.try_again(p_act.workspace_id, v_ask, true);
    p_act.result := p_act.result || jsonb_build_object('asked', (select count(*) from holdfast.jobs j where j.id = any (v_jobs) and j.state = 'awaiting_approval'));
  else
    v_made := holdfast_private.make_again(v_jobs);
    p_act.result := p_act.result || jsonb_build_object('made', to_jsonb(v_made[1:20]),
      'asked', (select count(*) from holdfast.jobs j where j.id = any (v_made) and j.state = 'awaiting_approval'));
  end if;
  -- The act's own event names a filter; each job's history must still tell what was done to it.
  insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id, data)
  select p_act.acted_at, p_act.workspace_id, p_act.actor, 'job.' || p_act.verb, 'job', v_jobs[n]::text, jsonb_strip_nulls(jsonb_build_object('reason', p_act.reason, 'action', p_act.id, 'made', v_made[n]))
  from generate_subscripts(v_jobs, 1) n;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_jobs(holdfast.actions) is
  'Verbs cancel, retry and rerun on every job that params.filter means and the verb fits; refused when more than params.limit (1000) are, or another number than params.expected.';
