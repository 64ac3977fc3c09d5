-- Schedules: a cron rule in a time zone, and each of its windows as a row.
--
-- Stepping a cron rule through time zones is cron-parser's work, in the supervisor; everything that must be exactly once is
-- here. The supervisor says which windows are due; fire_windows decides about each of them under the schedule's lock, writes
-- the window and the job in one transaction, and (schedule, window) is a unique key: two supervisors cannot fire one twice.
-- Missed, skipped and late windows are rows too, so "was anything missed?" is a query.

create table holdfast.schedules (
  id bigint generated always as identity primary key,
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint schedules_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  description text not null default '',
  cron text not null,
  time_zone text not null,
  kind text not null,
  payload jsonb not null default '{}',
  venture text,
  queue text,
  lane text,
  class text,
  priority integer,
  est_cost numeric,
  paid boolean not null default false,
  external boolean not null default false,
  enabled boolean not null default false,
  needs_approval boolean not null default false,
  catch_up text not null default 'once' constraint schedules_catch_up_is_known check (catch_up in ('skip', 'once', 'all')),
  catch_up_limit integer not null default 10 constraint schedules_catch_up_limit_is_sane check (catch_up_limit between 1 and 1000),
  max_age_seconds integer not null default 86400 constraint schedules_max_age_is_positive check (max_age_seconds > 0),
  overlap text not null default 'skip' constraint schedules_overlap_is_known check (overlap in ('skip', 'queue', 'replace')),
  jitter_seconds integer not null default 0 constraint schedules_jitter_is_sane check (jitter_seconds between 0 and 3600),
  next_window_at timestamptz,
  next_windows timestamptz[] not null default '{}',
  stepped_to timestamptz,
  last_job_id bigint,
  enabled_by text,
  enabled_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  unique (workspace_id, name),
  constraint schedules_enabled_has_who_and_when check (not enabled or (enabled_by is not null and enabled_at is not null and stepped_to is not null))
);
create index schedules_due on holdfast.schedules (next_window_at nulls first) where enabled;
comment on table holdfast.schedules is 'What is started at which times. Disabled until somebody enables it.';
comment on column holdfast.schedules.id is 'Identity.';
comment on column holdfast.schedules.workspace_id is 'The workspace.';
comment on column holdfast.schedules.name is 'Name used in acts.';
comment on column holdfast.schedules.description is 'What it is for.';
comment on column holdfast.schedules.cron is 'Five fields (minute hour day-of-month month day-of-week; either day field may match) or @hourly, @daily, @weekly, @monthly, @yearly.';
comment on column holdfast.schedules.time_zone is 'IANA zone of the windows. Default: the workspace''s. A window in a skipped hour fires once, at the next valid time; a repeated hour fires once.';
comment on column holdfast.schedules.kind is 'Kind of the job it starts.';
comment on column holdfast.schedules.payload is 'Payload of the job.';
comment on column holdfast.schedules.venture is 'Venture of the job.';
comment on column holdfast.schedules.queue is 'Queue of the job. Default: scheduled.';
comment on column holdfast.schedules.lane is 'Lane of the job. Default: the kind''s.';
comment on column holdfast.schedules.class is 'Class of the job. Default: the kind''s.';
comment on column holdfast.schedules.priority is 'Priority of the job.';
comment on column holdfast.schedules.est_cost is 'Estimate of the job.';
comment on column holdfast.schedules.paid is 'True when the job spends money.';
comment on column holdfast.schedules.external is 'True when the job contacts the outside world.';
comment on column holdfast.schedules.enabled is 'Whether it fires. Set through the acts enable and disable.';
comment on column holdfast.schedules.needs_approval is 'True when enabling it takes another person''s consent.';
comment on column holdfast.schedules.catch_up is 'After a gap: skip (fire nothing late), once (fire the newest window missed) or all (fire each, catch_up_limit at most).';
comment on column holdfast.schedules.catch_up_limit is 'The most windows that catch_up all fires after a gap; the newest.';
comment on column holdfast.schedules.max_age_seconds is 'A window older than this is missed, never fired late. Default a day.';
comment on column holdfast.schedules.overlap is 'When the last window''s job has not ended: skip this window, queue it all the same, or replace (end the old job).';
comment on column holdfast.schedules.jitter_seconds is 'The job is due up to so many seconds after its window.';
comment on column holdfast.schedules.next_window_at is 'Its next window, as the supervisor stepped it. Null: not stepped yet.';
comment on column holdfast.schedules.next_windows is 'Its next three windows, as the supervisor stepped them. Empty: disabled, or not stepped yet.';
comment on column holdfast.schedules.stepped_to is 'Every window up to here has been decided.';
comment on column holdfast.schedules.last_job_id is 'The job of its last window that fired.';
comment on column holdfast.schedules.enabled_by is 'Who enabled it last.';
comment on column holdfast.schedules.enabled_at is 'When.';
comment on column holdfast.schedules.created_by is 'Who added it.';
comment on column holdfast.schedules.created_at is 'When.';

create table holdfast.schedule_windows (
  schedule_id bigint not null references holdfast.schedules (id) on delete cascade,
  window_at timestamptz not null,
  workspace_id uuid not null,
  outcome text not null constraint schedule_windows_outcome_is_known check (outcome in ('fired', 'late', 'skipped', 'missed')),
  reason text,
  job_id bigint,
  decided_at timestamptz not null,
  decided_by text not null,
  primary key (schedule_id, window_at),
  constraint schedule_windows_fired_has_its_job check ((outcome in ('fired', 'late')) = (job_id is not null))
);
create index schedule_windows_newest on holdfast.schedule_windows (workspace_id, window_at desc);
comment on table holdfast.schedule_windows is 'Every window of every enabled schedule and what became of it.';
comment on column holdfast.schedule_windows.schedule_id is 'The schedule.';
comment on column holdfast.schedule_windows.window_at is 'The due time.';
comment on column holdfast.schedule_windows.workspace_id is 'The workspace.';
comment on column holdfast.schedule_windows.outcome is 'fired (in time), late (fired after a gap), skipped (overlap) or missed (catch-up or age rule).';
comment on column holdfast.schedule_windows.reason is 'Why it did not fire, or how late it was.';
comment on column holdfast.schedule_windows.job_id is 'The job it started.';
comment on column holdfast.schedule_windows.decided_at is 'When it was decided.';
comment on column holdfast.schedule_windows.decided_by is 'The supervisor that decided.';
do $$
declare
  v_table text;
begin
  for v_table in values ('schedules'), ('schedule_windows') loop
    execute format('alter table holdfast.%I enable row level security', v_table);
    execute format('revoke all on holdfast.%I from anon, authenticated, service_role', v_table);
    execute format('create policy "members read them" on holdfast.%I for select to authenticated
      using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)))', v_table);
    execute format('grant select on holdfast.%I to authenticated, service_role', v_table);
  end loop;
end
$$;
create policy "those who may define schedules add them" on holdfast.schedules for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = 'define' and p.subject = 'schedule')));
grant insert (workspace_id, name, description, cron, time_zone, kind, payload, venture, queue, lane, class, priority, est_cost, paid, external, needs_approval, catch_up, catch_up_limit,
  max_age_seconds, overlap, jitter_seconds) on holdfast.schedules to authenticated, service_role;

-- What is wrong with a cron rule, in words that name the field; null when nothing is. Only what cron-parser and every cron
-- agree on is accepted: numbers, names of months and weekdays, *, lists, ranges and steps.
create function holdfast_private.cron_fault(p_cron text) returns text
  language plpgsql immutable set search_path = ''
as $$
declare
  v_fields text[];
  v_names constant text[] := '{minute,hour,day-of-month,month,day-of-week}';
  v_low constant int[] := '{0,0,1,1,0}';
  v_high constant int[] := '{59,23,31,12,7}';
  v_words constant text[] := array['', '', '', 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec', 'sun|mon|tue|wed|thu|fri|sat'];
  v_part text;
  v_match text[];
  v_from int;
  v_to int;
  v_values int[];
  v_seen int[];
  v_least_day int := 31;
  v_most_days int := 0;
begin
  if p_cron ~ '^@(hourly|daily|weekly|monthly|yearly)$' then
    return null;
  elsif p_cron ~ '^@' then
    return format('%s is not one of @hourly, @daily, @weekly, @monthly, @yearly', left(p_cron, 30));
  end if;
  v_fields := regexp_split_to_array(btrim(coalesce(p_cron, ''), E' \t\n\r\f\v'), '\s+');
  if cardinality(v_fields) <> 5 or v_fields = '{""}' then
    return format('a rule has five fields (minute hour day-of-month month day-of-week): got %s', case when v_fields = '{""}' then 0 else cardinality(v_fields) end);
  end if;
  for i in 1 .. 5 loop
    v_seen := '{}';
    foreach v_part in array string_to_array(v_fields[i], ',') loop
      v_match := regexp_match(lower(v_part), '^(\*|[0-9]+|[a-z]{3})(-([0-9]+|[a-z]{3}))?(/([0-9]+))?$');
      if v_match is null then
        return format('%s: %s is not a number, name, range or step', v_names[i], quote_literal(left(v_part, 30)));
      elsif v_match[1] = '*' and v_match[3] is not null then
        return format('%s: %s is not a range', v_names[i], quote_literal(left(v_part, 30)));
      elsif v_match[5] is not null and v_match[3] is null and v_match[1] <> '*' then
        return format('%s: a step needs * or a range before it: got %s', v_names[i], quote_literal(left(v_part, 30)));
      end if;
      v_from := holdfast_private.cron_number(v_match[1], v_words[i], i = 4, v_low[i]);
      v_to := holdfast_private.cron_number(coalesce(v_match[3], v_match[1]), v_words[i], i = 4, case when v_match[1] = '*' then v_high[i] else v_low[i] end);
      if v_from is null or v_to is null then
        return format('%s: %s is not a name', v_names[i], quote_literal(left(v_part, 30)));
      elsif v_from not between v_low[i] and v_high[i] or v_to not between v_low[i] and v_high[i] then
        return format('%s: must be %s to %s: got %s', v_names[i], v_low[i], v_high[i], quote_literal(left(v_part, 30)));
      elsif v_from > v_to then
        return format('%s: the range %s runs backwards', v_names[i], quote_literal(left(v_part, 30)));
      elsif v_match[5] is not null and v_match[5]::numeric not between 1 and v_high[i] then
        return format('%s: the step of %s must be 1 to %s', v_names[i], quote_literal(left(v_part, 30)), v_high[i]);
      end if;
      v_values := array(select distinct case when i = 5 then v % 7 else v end from generate_series(v_from, v_to, coalesce(v_match[5], '1')::int) v);
      if v_values && v_seen then
        return format('%s: %s names again what stands before it', v_names[i], quote_literal(left(v_part, 30)));
      end if;
      v_seen := v_seen || v_values;
      if i = 3 then
        v_least_day := least(v_least_day, v_from);
      elsif i = 4 then
        v_most_days := greatest(v_most_days, (select max(case when v = 2 then 29 when v in (4, 6, 9, 11) then 30 else 31 end) from unnest(v_values) v));
      end if;
    end loop;
  end loop;
  -- 30 February never comes. (A weekday beside it would still match.)
  if v_fields[5] = '*' and v_least_day > v_most_days then
    return format('day-of-month: month %s has no day %s', left(v_fields[4], 30), left(v_fields[3], 30));
  end if;
  return null;
end
$$;
comment on function holdfast_private.cron_fault(text) is 'Why a cron rule is refused, naming the field; null when it is good.';

create function holdfast_private.cron_number(p_text text, p_words text, p_from_one boolean, p_star integer) returns integer
  language sql immutable set search_path = ''
as $$
  select case when p_text = '*' then p_star when p_text ~ '^[0-9]{1,4}$' then p_text::int when p_text ~ '^[0-9]+$' then 9999
    else array_position(string_to_array(p_words, '|'), p_text) - case when p_from_one then 0 else 1 end end
$$;
comment on function holdfast_private.cron_number(text, text, boolean, integer) is 'A number or name of a cron field as a number; null for an unknown name.';

create function holdfast_private.tg_schedules__check() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_fault text := holdfast_private.cron_fault(new.cron);
begin
  if not holdfast_private.caller_may(new.workspace_id, 'define', 'schedule') then
    perform holdfast_private.refuse(403, 'not_permitted', 'You may not define a schedule in this workspace.', 'Ask an admin of the workspace.');
  end if;
  new.time_zone := coalesce(new.time_zone, (select w.time_zone from holdfast.workspaces w where w.id = new.workspace_id));
  if v_fault is not null then
    perform holdfast_private.refuse(422, 'bad_cron', format('cron: %s.', v_fault), 'Example: 30 7 * * mon-fri.');
  elsif not exists (select from pg_catalog.pg_timezone_names z where z.name = new.time_zone) or new.time_zone !~ '^(UTC|[A-Z][A-Za-z_]+/.+)$' then
    perform holdfast_private.refuse(422, 'bad_time_zone', format('time_zone: %s is not an IANA time zone.', quote_literal(left(new.time_zone, 60))), 'Example: Europe/Berlin.');
  elsif not exists (select from holdfast.kinds k where k.workspace_id = new.workspace_id and k.name = new.kind) then
    perform holdfast_private.refuse_unknown('kind', new.kind, new.workspace_id);
  elsif new.est_cost not between 0 and 99999999 or (new.paid and new.est_cost is null) then
    perform holdfast_private.refuse(422, 'bad_est_cost', 'est_cost must be an amount from 0 to 99999999; a schedule of paid jobs must say it.', 'Give the most one attempt should cost.');
  elsif coalesce(new.name, '') !~ '^[a-z][a-z0-9_-]{0,62}$' then
    perform holdfast_private.refuse(422, 'bad_option', format('name must match [a-z][a-z0-9_-]* (at most 63): got %s.', coalesce(quote_literal(left(new.name, 80)), 'null')), 'Example: nightly_report.');
  elsif coalesce(new.catch_up, '') not in ('skip', 'once', 'all') or coalesce(new.overlap, '') not in ('skip', 'queue', 'replace') then
    perform holdfast_private.refuse(422, 'bad_option', format('catch_up must be skip, once or all, and overlap skip, queue or replace: got %s and %s.', coalesce(quote_literal(left(new.catch_up, 60)), 'null'), coalesce(quote_literal(left(new.overlap, 60)), 'null')),
      'Leave them out for once and skip.');
  elsif num_nulls(new.catch_up_limit, new.max_age_seconds, new.jitter_seconds) > 0 or new.catch_up_limit not between 1 and 1000 or new.max_age_seconds < 1 or new.jitter_seconds not between 0 and 3600 then
    perform holdfast_private.refuse(422, 'bad_option', format('catch_up_limit must be 1 to 1000, max_age_seconds 1 or more, jitter_seconds 0 to 3600: got %s, %s and %s.',
      coalesce(new.catch_up_limit::text, 'null'), coalesce(new.max_age_seconds::text, 'null'), coalesce(new.jitter_seconds::text, 'null')), 'Leave them out for 10, 86400 and 0.');
  end if;
  if new.queue is not null then perform holdfast_private.check_scope(new.workspace_id, 'queue', new.queue); end if;
  if new.lane is not null then perform holdfast_private.check_scope(new.workspace_id, 'lane', new.lane); end if;
  if new.venture is not null then perform holdfast_private.check_scope(new.workspace_id, 'venture', new.venture); end if;
  if new.class is not null and not exists (select from holdfast.job_classes c where c.workspace_id = new.workspace_id and c.name = new.class) then
    perform holdfast_private.refuse_unknown('class', new.class, new.workspace_id);
  end if;
  new.enabled := false;
  new.created_by := holdfast_private.current_actor();
  new.created_at := holdfast_private.clock();
  perform holdfast_private.record(new.workspace_id, new.created_by, 'schedule.defined', 'schedule', new.name, jsonb_build_object('cron', new.cron, 'time_zone', new.time_zone, 'kind', new.kind, 'needs_approval', new.needs_approval));
  return new;
end
$$;
comment on function holdfast_private.tg_schedules__check() is 'Checks and fills an inserted schedule; it starts disabled.';
create trigger schedules__check before insert on holdfast.schedules for each row execute function holdfast_private.tg_schedules__check();

create function holdfast_private.shown_of_schedule(p_schedule holdfast.schedules) returns jsonb
  language sql immutable set search_path = ''
as $$
  select to_jsonb(p_schedule) - '{id,workspace_id,description,enabled,enabled_by,enabled_at,next_window_at,next_windows,stepped_to,last_job_id,created_by,created_at}'::text[]
$$;
comment on function holdfast_private.shown_of_schedule(holdfast.schedules) is 'What a person consents to when they consent to a schedule.';

create function holdfast_private.set_schedule_enabled(p_workspace uuid, p_name text, p_enabled boolean, p_actor text) returns void
  language plpgsql set search_path = ''
as $$
begin
  update holdfast.schedules s set enabled = p_enabled, next_window_at = null, next_windows = '{}',
    enabled_by = case when p_enabled then p_actor else s.enabled_by end, enabled_at = case when p_enabled then holdfast_private.clock() else s.enabled_at end,
    -- It begins now: what would have been due while it was disabled was nobody's wish.
    -- To the millisecond: the supervisor's clock has no finer one, and says where it began.
    stepped_to = case when p_enabled then date_trunc('milliseconds', holdfast_private.clock()) else s.stepped_to end
  where s.workspace_id = p_workspace and s.name = p_name;
end
$$;
comment on function holdfast_private.set_schedule_enabled(uuid, text, boolean, text) is 'Enables or disables a schedule; an enabled one counts its windows from now on.';

create function holdfast_private.start_scheduled(p_schedule holdfast.schedules, p_window timestamptz, p_actor text) returns bigint
  language plpgsql set search_path = ''
as $$
declare
  v_job bigint;
begin
  perform holdfast_private.act_as(p_actor);
  if p_window is not null then
    perform holdfast_private.never_wait();
  end if;
  insert into holdfast.jobs (workspace_id, venture, queue, lane, kind, class, name, priority, payload, labels, run_at, est_cost, paid, external, trigger, schedule, idempotency_key)
  values (p_schedule.workspace_id, p_schedule.venture, coalesce(p_schedule.queue, 'scheduled'), p_schedule.lane, p_schedule.kind, p_schedule.class, p_schedule.name, coalesce(p_schedule.priority, 0),
    p_schedule.payload, jsonb_build_object('schedule', p_schedule.name), case when p_schedule.jitter_seconds > 0 then holdfast_private.clock() + random() * make_interval(secs => p_schedule.jitter_seconds) end,
    p_schedule.est_cost, p_schedule.paid, p_schedule.external, 'schedule', p_schedule.name, case when p_window is not null then format('schedule:%s:%s', p_schedule.id, extract(epoch from p_window)::bigint) end)
  returning id into v_job;
  perform holdfast_private.act_as(null);
  return v_job;
end
$$;
comment on function holdfast_private.start_scheduled(holdfast.schedules, timestamptz, text) is 'Enqueues a schedule''s job for a window (null: by hand). Returns its id.';

create function holdfast_private.act_on_schedule(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_schedule holdfast.schedules;
begin
  select s.* into v_schedule from holdfast.schedules s where s.workspace_id = p_act.workspace_id and s.name = p_act.schedule for update;
  if not found then
    perform holdfast_private.refuse_unknown('schedule', p_act.schedule, p_act.workspace_id);
  elsif p_act.params <> '{}' then
    perform holdfast_private.refuse(400, 'unknown_option', format('%s on a schedule takes no params: got %s.', p_act.verb, left(p_act.params::text, 200)), 'Leave params out.');
  end if;
  p_act.affected := 1;
  if p_act.verb = 'run' then
    p_act.result := jsonb_build_object('job', holdfast_private.start_scheduled(v_schedule, null, null));
  elsif v_schedule.enabled = (p_act.verb = 'enable') then
    p_act.affected := 0;
    p_act.result := jsonb_build_object('state', p_act.verb || 'd', 'note', 'was so already');
  elsif p_act.verb = 'disable' then
    perform holdfast_private.set_schedule_enabled(p_act.workspace_id, p_act.schedule, false, p_act.actor);
    p_act.result := jsonb_build_object('state', 'disabled');
  elsif v_schedule.needs_approval then
    p_act.result := holdfast_private.request_approval(p_act, 'enable', holdfast_private.shown_of_schedule(v_schedule), '{}');
  else
    perform holdfast_private.set_schedule_enabled(p_act.workspace_id, p_act.schedule, true, p_act.actor);
    p_act.result := jsonb_build_object('state', 'enabled');
  end if;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_schedule(holdfast.actions) is 'Verbs enable (some ask for consent), disable and run.';

-- The supervisor's two questions. First: which schedules want to be stepped, and from where.
create function holdfast_private.due_schedules() returns table (id bigint, name text, cron text, time_zone text, stepped_to timestamptz, now timestamptz, most integer)
  language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := holdfast_private.clock();
begin
  return query
    select s.id, s.name, s.cron, s.time_zone, s.stepped_to, v_now, 2000
    from holdfast.schedules s where s.enabled and (s.next_window_at is null or s.next_window_at <= v_now)
    order by s.next_window_at nulls first limit 500;
end
$$;
comment on function holdfast_private.due_schedules() is 'Enabled schedules whose next window is due or not known: step each from stepped_to to now, and one window further.';

-- Second: here are its windows. Decides about each, in order, exactly once.
create function holdfast_private.fire_windows(p_schedule bigint, p_from timestamptz, p_windows timestamptz[], p_to timestamptz, p_next timestamptz, p_supervisor text,
    p_following timestamptz[] default '{}') returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_schedule holdfast.schedules;
  v_windows timestamptz[] := array(select distinct w from unnest(p_windows) w where w > p_from and w <= p_to order by w);
  v_to timestamptz := p_to;
  v_next timestamptz := p_next;
  v_window timestamptz;
  v_late timestamptz[];
  v_fire timestamptz[];
  v_job bigint;
  v_counts jsonb := '{"fired": 0, "late": 0, "skipped": 0, "missed": 0}';
  v_outcome text;
  v_reason text;
begin
  select s.* into v_schedule from holdfast.schedules s where s.id = p_schedule for update skip locked;
  -- Somebody else is deciding, has decided (stepped_to moved on), or it was disabled meanwhile.
  if not found or not v_schedule.enabled or v_schedule.stepped_to <> p_from or p_to > v_now then
    return jsonb_build_object('ignored', true);
  end if;
  -- The next window is not late, it has come while its predecessors were handed in: those would be judged as part of a gap.
  if p_next <= v_now and p_to is distinct from p_windows[cardinality(p_windows)] then
    return jsonb_build_object('ignored', true);
  end if;
  if p_next <= v_now and v_schedule.catch_up = 'all' and cardinality(v_windows) > v_schedule.catch_up_limit then
    -- A portion of a long gap, and not its last: its newest windows may be among those that are made up for. They are decided
    -- with the next portion.
    v_next := v_windows[cardinality(v_windows) - v_schedule.catch_up_limit + 1];
    v_windows := v_windows[:cardinality(v_windows) - v_schedule.catch_up_limit];
    v_to := v_windows[cardinality(v_windows)];
  end if;
  -- In time is what is due within the last minute; older windows are late, and the catch-up rule decides.
  v_late := array(select w from unnest(v_windows) w where w <= v_now - interval '60 seconds' and w > v_now - make_interval(secs => v_schedule.max_age_seconds) order by w);
  v_fire := array(select w from unnest(v_windows) w where w > v_now - interval '60 seconds' order by w);
  v_fire := case
    -- A gap so long that it comes in portions: whatever is made up for is in the last of them.
    when v_next <= v_now then '{}'
    when v_schedule.catch_up = 'all' then v_late[greatest(cardinality(v_late) - v_schedule.catch_up_limit + 1, 1):] || v_fire
    -- One run makes up for all that was missed; a window in time is that run.
    when v_schedule.catch_up = 'once' and v_fire = '{}' then v_late[cardinality(v_late):]
    else v_fire end;
  foreach v_window in array v_windows loop
    v_job := null;
    v_reason := null;
    if v_window <> all (v_fire) then
      v_outcome := 'missed';
      v_reason := case when v_window <= v_now - make_interval(secs => v_schedule.max_age_seconds) then 'older than max_age' else 'catch_up ' || v_schedule.catch_up end;
    elsif v_schedule.overlap = 'skip' and exists (select from holdfast.jobs j where j.id = v_schedule.last_job_id and j.finished_at is null) then
      v_outcome := 'skipped';
      v_reason := 'job ' || v_schedule.last_job_id || ' of the window before has not ended';
    else
      if v_schedule.overlap = 'replace' then
        perform holdfast_private.end_replaced(v_schedule.last_job_id, v_schedule.name);
      end if;
      v_outcome := case when v_window <= v_now - interval '60 seconds' then 'late' else 'fired' end;
      v_reason := case when v_outcome = 'late' then format('%s seconds late', floor(extract(epoch from v_now - v_window))) end;
      begin
        v_job := holdfast_private.start_scheduled(v_schedule, v_window, 'schedule:' || v_schedule.name);
        v_schedule.last_job_id := v_job;
      exception when sqlstate 'PT404' or sqlstate 'PT422' or sqlstate 'PT413' or sqlstate 'PT403' then
        -- A template that the catalogue no longer fits costs its window, and only its window.
        v_outcome := 'missed';
        v_reason := 'refused: ' || left(sqlerrm, 300);
      end;
    end if;
    insert into holdfast.schedule_windows (schedule_id, window_at, workspace_id, outcome, reason, job_id, decided_at, decided_by)
    values (v_schedule.id, v_window, v_schedule.workspace_id, v_outcome, v_reason, v_job, v_now, p_supervisor);
    perform holdfast_private.record(v_schedule.workspace_id, 'supervisor:' || p_supervisor, 'window.' || v_outcome, 'schedule', v_schedule.name,
      jsonb_strip_nulls(jsonb_build_object('window', v_window, 'job', v_job, 'reason', v_reason)));
    v_counts := jsonb_set(v_counts, array[v_outcome], to_jsonb((v_counts ->> v_outcome)::int + 1));
  end loop;
  update holdfast.schedules s set stepped_to = v_to, next_window_at = v_next, next_windows = array(select distinct w from unnest(v_next || p_following) w where w >= v_next order by w limit 3), last_job_id = v_schedule.last_job_id where s.id = v_schedule.id;
  return v_counts;
end
$$;
comment on function holdfast_private.fire_windows(bigint, timestamptz, timestamptz[], timestamptz, timestamptz, text, timestamptz[]) is
  'Decides about a schedule''s windows in (from, to]: fired, late, skipped or missed, each once, with their jobs, in one transaction. Ignored when somebody decided first. p_next: the window after; p_following: those after it, for people.';

create function holdfast_private.end_replaced(p_job bigint, p_schedule text) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_job holdfast.jobs;
begin
  select j.* into v_job from holdfast.jobs j where j.id = p_job and j.finished_at is null for update;
  if not found then
    return;
  elsif v_job.state = 'running' then
    perform holdfast_private.order_end(array[p_job], 'cancel');
  elsif v_job.state <> 'quarantined' then
    perform holdfast_private.cancel_waiting(array[p_job], format('Replaced by the next window of schedule %s.', p_schedule));
  end if;
end
$$;
comment on function holdfast_private.end_replaced(bigint, text) is 'Ends the job of a window that the next one replaces.';

-- The catalogue every workspace starts with, all disabled.
create function holdfast_private.tg_workspaces__furnish_schedules() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into holdfast.ventures (workspace_id, name, title) values (new.id, 'noaerth', 'Noaerth') on conflict do nothing;
  insert into holdfast.schedules (workspace_id, name, description, cron, time_zone, kind, payload, needs_approval)
  values
    (new.id, 'health_scan', 'Runs the readiness checks.', '*/15 * * * *', new.time_zone, 'health_scan', '{}', false),
    (new.id, 'venture_review', 'Outcomes, spend, failures and oldest work of each venture in the last hour.', '0 * * * *', new.time_zone, 'venture_review', '{}', true),
    (new.id, 'portfolio_daily', 'The same for all ventures, for the last day.', '0 9 * * *', new.time_zone, 'portfolio_daily', '{}', true),
    (new.id, 'portfolio_weekly', 'The same for all ventures, for the last week.', '0 10 * * 1', new.time_zone, 'portfolio_weekly', '{}', true),
    (new.id, 'strategy_monthly', 'The same for all ventures, for the last month.', '0 8 1 * *', new.time_zone, 'strategy_monthly', '{}', true),
    (new.id, 'retry_scan', 'Retries dead letters that are safe to retry, asks for the rest.', '*/30 * * * *', new.time_zone, 'retry_scan', '{}', true),
    (new.id, 'quarantine_review', 'Lists what waits in quarantine and reminds.', '0 */6 * * *', new.time_zone, 'quarantine_review', '{}', true),
    (new.id, 'approval_reminder', 'Reminds of requests that wait for consent.', '0 8,16 * * *', new.time_zone, 'approval_reminder', '{}', false),
    (new.id, 'cost_summary', 'What was spent today, by venture, kind and lane, against its budgets.', '0 23 * * *', new.time_zone, 'cost_summary', '{}', false),
    (new.id, 'noaerth_scan', 'Noaerth candidate scan: what could be redriven.', '0 7 * * *', new.time_zone, 'candidate_scan', '{"venture": "noaerth"}', true);
  return null;
end
$$;
comment on function holdfast_private.tg_workspaces__furnish_schedules() is 'Gives a new workspace the ten schedules of the catalogue, disabled.';
create trigger workspaces__furnish_schedules after insert on holdfast.workspaces for each row execute function holdfast_private.tg_workspaces__furnish_schedules();
