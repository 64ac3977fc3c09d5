-- Pages: what single pages of the admin app read: schedules, review, throughput, money by day, and what a stop would touch.
-- Nothing here decides anything; whatever these say can be read off the tables, only more slowly.

create view holdfast.schedule_overview with (security_invoker = true) as
  select s.id, s.workspace_id, s.name, s.description, s.cron, s.time_zone, s.kind, s.payload, s.venture, s.queue, s.lane, s.class, s.priority, s.est_cost, s.paid, s.external,
    s.enabled, s.needs_approval, s.catch_up, s.catch_up_limit, s.max_age_seconds, s.overlap, s.jitter_seconds, s.next_window_at, s.next_windows, s.stepped_to, s.last_job_id, s.enabled_by,
    holdfast.name_of(s.workspace_id, s.enabled_by) as enabled_by_name, s.enabled_at, s.created_by, holdfast.name_of(s.workspace_id, s.created_by) as created_by_name, s.created_at,
    coalesce(w.last_windows, '[]') as last_windows, m.missed_24h, a.id as pending_approval_id, j.state as last_job_state, j.finished_at as last_job_finished_at,
    case when a.id is not null then 'APPROVAL REQUIRED' when not s.enabled then 'PLANNED'
      when l.expires_at > now() and s.next_window_at > now() - interval '60 seconds' then 'LIVE' else 'NOT VERIFIED' end as label,
    case when s.enabled then l.renewed_at end as evidence_at, case when s.enabled then extract(epoch from now() - l.renewed_at) end as evidence_age_seconds
  from holdfast.schedules s
  left join holdfast.leaders l on l.role = 'supervisor'
  left join holdfast.approvals a on a.workspace_id = s.workspace_id and a.schedule = s.name and a.state = 'pending'
  left join holdfast.jobs j on j.id = s.last_job_id
  cross join lateral (
    select jsonb_agg(jsonb_build_object('window_at', x.window_at, 'outcome', x.outcome, 'reason', x.reason, 'job_id', x.job_id) order by x.window_at desc) as last_windows
    from (select * from holdfast.schedule_windows k where k.schedule_id = s.id order by k.window_at desc limit 10) x
  ) w
  cross join lateral (select count(*) as missed_24h from holdfast.schedule_windows k where k.schedule_id = s.id and k.window_at > now() - interval '24 hours' and k.outcome = 'missed') m;
comment on view holdfast.schedule_overview is 'Schedules with their next and last windows, what became of the last job, and whether anything proves that they will fire.';
select holdfast_private.describe('holdfast.schedule_overview', '{
  "enabled_by_name": "Name of who enabled it last.", "created_by_name": "Name of who added it.", "last_windows": "Its ten newest windows, newest first: [{window_at, outcome, reason, job_id}].",
  "missed_24h": "Windows of the last 24 hours that were missed.", "pending_approval_id": "The request to enable it that waits for a decision, if there is one.", "last_job_state": "Where the job of its last window stands.",
  "last_job_finished_at": "When that job ended.",
  "label": "APPROVAL REQUIRED (a request is pending), PLANNED (disabled), LIVE (enabled, a supervisor leads, the next window is known and not past) or NOT VERIFIED.",
  "evidence_at": "When the leading supervisor was last heard of. Null while it is disabled.", "evidence_age_seconds": "Age of that."}', '{holdfast.schedules}');

create view holdfast.quarantine_overview with (security_invoker = true) as
  select q.id, q.workspace_id, q.job_id, q.reason_code, q.source, holdfast.name_of(q.workspace_id, q.source) as source_name, q.severity, array_position('{critical,high,medium,low}', q.severity) as severity_place, q.evidence, q.recommended_action, q.state, q.opened_at,
    q.reviewer, holdfast.name_of(q.workspace_id, q.reviewer) as reviewer_name, q.reviewed_at, q.note,
    j.kind as job_kind, j.name as job_name, j.state as job_state, j.queue, j.venture, j.fingerprint, j.error_class, j.error_message,
    case q.state when 'open' then 'QUARANTINED' end as label
  from holdfast.quarantine q
  left join holdfast.jobs j on j.id = q.job_id;
comment on view holdfast.quarantine_overview is 'Quarantine with the job and the names of who isolated and reviewed it.';
select holdfast_private.describe('holdfast.quarantine_overview', '{
  "source_name": "Name of who isolated it, or what did.", "severity_place": "Order of the severities: 1 is critical, 4 low.", "reviewer_name": "Name of who decided.", "job_kind": "Kind of the job.", "job_name": "Name of the job.", "job_state": "Where the job stands.",
  "label": "QUARANTINED while it is open."}', '{holdfast.quarantine,holdfast.jobs}');

create view holdfast.incident_overview with (security_invoker = true) as
  select i.id, i.workspace_id, i.rule, r.sentence as watches_for, i.subject, i.severity, array_position('{critical,high,medium,low}', i.severity) as severity_place, i.sentence, i.evidence,
    i.opened_by, holdfast.name_of(i.workspace_id, i.opened_by) as opened_by_name, i.opened_at, i.last_seen_at, extract(epoch from now() - i.last_seen_at) as last_seen_age_seconds, i.times_seen, i.contained_at,
    i.closed_at, i.closed_by, holdfast.name_of(i.workspace_id, i.closed_by) as closed_by_name, i.closed_reason, coalesce(b.runbook, '[]') as runbook, b.next_step
  from holdfast.incidents i
  join holdfast.incident_rules r on r.rule = i.rule
  cross join lateral (
    select jsonb_agg(jsonb_build_object('step', s.step, 'title', s.title, 'sentence', s.sentence, 'done_by', holdfast.name_of(i.workspace_id, d.done_by), 'done_at', d.done_at, 'note', d.note) order by s.step) as runbook,
      min(s.step) filter (where d.done_at is null) as next_step
    from holdfast.runbook_steps s left join holdfast.incident_steps d on d.incident_id = i.id and d.step = s.step where s.rule = i.rule
  ) b;
comment on view holdfast.incident_overview is 'Incidents, open and closed, each with its runbook and what of it was ticked off, and the names of who did what.';
select holdfast_private.describe('holdfast.incident_overview', '{
  "watches_for": "What its rule watches for.", "severity_place": "Order of the severities: 1 is critical, 4 low.", "opened_by_name": "Name of who opened it, or the rule.", "last_seen_age_seconds": "Age of that: of the evidence.",
  "closed_by_name": "Name of who closed it.", "runbook": "Steps in order: [{step, title, sentence, done_by, done_at, note}]; done_at null: not ticked off.", "next_step": "The first step that is not ticked off. Null: all are."}', '{holdfast.incidents}');

create view holdfast.dead_letter_groups with (security_invoker = true) as
  select w.id as workspace_id, g.fingerprint, l.error_class, l.kind, g.kinds, g.jobs, l.last_error, l.hint, l.died_at as last_died_at, g.first_died_at, g.first_job, l.job_id as last_job,
    case when g.fingerprint is not null then jsonb_build_object('fingerprint', g.fingerprint) else jsonb_build_object('job', l.job_id) end as filter
  from holdfast.workspaces w
  cross join lateral (
    select d.fingerprint, count(*) as jobs, count(distinct d.kind) as kinds, min(d.died_at) as first_died_at, min(d.job_id) as first_job, max(d.id) as newest
    from (select k.* from holdfast.dead_letters k where k.workspace_id = w.id and k.state = 'open' order by k.died_at desc, k.id desc limit 10001) d
    -- What has no fingerprint is alike to nothing.
    group by d.fingerprint, case when d.fingerprint is null then d.id end
  ) g
  join holdfast.dead_letters l on l.id = g.newest;
comment on view holdfast.dead_letter_groups is 'Open dead letters, alike ones together, of the newest 10001: what to redrive or dismiss as one.';
select holdfast_private.describe('holdfast.dead_letter_groups', '{
  "workspace_id": "The workspace.", "kind": "Kind of the newest.", "kinds": "How many kinds are among them.", "jobs": "How many jobs.", "error_class": "Kind of failure, of the newest.", "last_error": "Message of the newest.",
  "hint": "What usually helps.", "last_died_at": "When the newest failed for good.", "first_died_at": "When the oldest did.", "first_job": "The job with the lowest number.", "last_job": "The newest job.",
  "filter": "params.filter of redrive and dismiss for exactly these (and any older than the newest 10001)."}', '{holdfast.dead_letters}');

-- Versions count from 1 without gaps, so the newest number is also how many there are.
create view holdfast.profile_overview with (security_invoker = true) as
  select p.workspace_id, p.name, p.version, p.program, p.args, p.parameter_schema, p.env, p.cwd, p.pty, p.grace_seconds, p.timeout_seconds, p.queue, p.lane, p.class, p.description,
    p.created_by, holdfast.name_of(p.workspace_id, p.created_by) as created_by_name, p.created_at, c.needs_approval
  from holdfast.kinds k
  cross join lateral (select v.* from holdfast.profiles v where v.workspace_id = k.workspace_id and v.name = k.profile order by v.version desc limit 1) p
  left join holdfast.job_classes c on c.workspace_id = p.workspace_id and c.name = p.class;
comment on view holdfast.profile_overview is 'The newest version of every profile, which is what its jobs run.';
select holdfast_private.describe('holdfast.profile_overview', '{
  "version": "Its newest version, which is also how many there are.", "created_by_name": "Name of who added this version.", "needs_approval": "True when its class takes consent before even the first attempt."}', '{holdfast.profiles}');

-- By the start of a run: what started in a bucket and has ended so. That is one range of the index runs_newest, and a run
-- never moves from one bucket to another.
create function holdfast.throughput(p_workspace uuid, p_scope text, p_minutes integer default 60, p_buckets integer default 12)
  returns table (name text, bucket timestamptz, completed integer, failed integer)
  -- Each run's job by its number: newest runs have newest jobs, and hashing a million others takes longer.
  language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_from timestamptz := now() - make_interval(mins => p_minutes);
  v_width interval;
begin
  if coalesce(p_scope, '') not in ('queue', 'lane', 'worker') or coalesce(p_minutes, 0) not between 1 and 1440 or coalesce(p_buckets, 0) not between 1 and 288 then
    raise exception using errcode = 'PT422', message = 'p_scope must be queue, lane or worker, p_minutes 1 to 1440, p_buckets 1 to 288.', detail = 'holdfast.bad_option', hint = 'Leave minutes and buckets out for the last hour in twelve buckets.';
  end if;
  v_width := make_interval(secs => p_minutes * 60.0 / p_buckets);
  return query
    with counted as (
      select case p_scope when 'worker' then r.worker_id::text when 'queue' then j.queue else j.lane end as what,
        least(p_buckets - 1, floor(extract(epoch from r.started_at - v_from) / extract(epoch from v_width))::integer) as place,
        count(*) filter (where r.outcome = 'completed')::integer as done, count(*) filter (where r.outcome in ('failed', 'timed_out', 'lost'))::integer as bad
      from holdfast.runs r left join holdfast.jobs j on p_scope <> 'worker' and j.id = r.job_id
      where r.workspace_id = p_workspace and r.started_at >= v_from
      group by 1, 2
    ), named as (
      select q.name as what from holdfast.queues q where p_scope = 'queue' and q.workspace_id = p_workspace
      union select l.name from holdfast.lanes l where p_scope = 'lane' and l.workspace_id = p_workspace
      union select w.id::text from holdfast.workers w where p_scope = 'worker' and (w.ended_at is null or w.ended_at >= v_from) and exists (select from holdfast.workspaces k where k.id = p_workspace)
      union select c.what from counted c where c.what is not null
    )
    select n.what, v_from + b.place * v_width, coalesce(c.done, 0), coalesce(c.bad, 0)
    from named n cross join generate_series(0, p_buckets - 1) as b (place) left join counted c on c.what = n.what and c.place = b.place
    order by n.what, b.place;
end
$$;
comment on function holdfast.throughput(uuid, text, integer, integer) is
  'Runs by queue, lane or worker (its number) over the last p_minutes, in p_buckets by when they started: how many completed, and how many failed, timed out or were lost. Every bucket has a row. Runs with the caller''s rights.';

create function holdfast.cost_series(p_workspace uuid, p_from timestamptz, p_to timestamptz, p_by text default null)
  returns table (day date, name text, spent numeric)
  language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_zone text := (select w.time_zone from holdfast.workspaces w where w.id = p_workspace);
begin
  if p_by is not null and p_by not in ('venture', 'kind', 'lane') then
    raise exception using errcode = 'PT422', message = format('p_by must be venture, kind or lane: got %s.', quote_literal(left(p_by, 60))), detail = 'holdfast.bad_option', hint = 'Leave it out for the sum of each day.';
  end if;
  return query
    select (c.counts_at at time zone v_zone)::date as on_day, case p_by when 'venture' then c.venture when 'kind' then c.kind when 'lane' then c.lane end as what, sum(c.amount)
    from holdfast.cost_entries c
    where c.workspace_id = p_workspace and c.counts_at >= p_from and c.counts_at < p_to and c.entry in ('settle', 'adjust')
    group by 1, 2 order by 1, 2;
end
$$;
comment on function holdfast.cost_series(uuid, timestamptz, timestamptz, text) is
  'What was spent (settled and adjusted) from p_from to p_to, by day in the workspace''s time zone, and by venture, kind or lane if asked (name null: none, or an adjustment). Days without an entry have no row. Runs with the caller''s rights.';

-- One reading of a filter for the page and for what is downloaded from it. Nine events in ten are what every job leaves behind
-- (routine). They are left out unless they are asked for, by a filter that names one thing or one of them, or by routine: true.
-- Without them an index of just the others answers, however rare the actor is.
create function holdfast.match_events(p_workspace uuid, p_filter jsonb default '{}', p_before bigint default null, p_limit integer default 100)
  returns table (seq bigint, at timestamptz, actor text, actor_name text, action text, subject_type text, subject_id text, data jsonb, routine boolean)
  language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_action text := p_filter ->> 'action';
  v_actor text := p_filter ->> 'actor';
  v_actors text[];
  v_routine boolean;
begin
  perform holdfast.check_filter(p_filter, '{"action": "text", "actor": "text", "subject_type": "text", "subject_id": "text", "after": "timestamptz", "before": "timestamptz", "routine": "boolean"}', true);
  if p_limit is null or p_limit not between 1 and 1000 then
    raise exception using errcode = 'PT422', message = format('p_limit must be 1 to 1000: got %s.', coalesce(p_limit::text, 'null')), detail = 'holdfast.bad_limit', hint = 'Page with p_before: the lowest seq of the page before.';
  end if;
  v_actors := array(select 'user:' || p.user_id from holdfast.people p where p.workspace_id = p_workspace and p.name = v_actor);
  v_routine := coalesce((p_filter ->> 'routine')::boolean, (p_filter ? 'subject_type' and p_filter ? 'subject_id')
    or exists (select from unnest('{job.enqueued,run.launched,run.closed}'::text[]) r where r ^@ v_action and v_action like '%._%'));
  return query
    select e.seq, e.at, e.actor, coalesce(p.name, e.actor), e.action, e.subject_type, e.subject_id, e.data, e.routine
    from (
      select v.* from holdfast.events v
      where v.workspace_id = p_workspace and (v_routine or v.routine = false)
        and (p_before is null or v.seq < p_before)
        and (v_action is null or v.action ^@ v_action)
        and (v_actor is null or v.actor ^@ v_actor or v.actor = any (v_actors))
        and (not p_filter ? 'subject_type' or v.subject_type = p_filter ->> 'subject_type')
        and (not p_filter ? 'subject_id' or v.subject_id = p_filter ->> 'subject_id')
        and (not p_filter ? 'after' or v.at >= (p_filter ->> 'after')::timestamptz)
        and (not p_filter ? 'before' or v.at < (p_filter ->> 'before')::timestamptz)
      order by v.seq desc limit p_limit) e
    left join holdfast.people p on p.workspace_id = p_workspace and e.actor = 'user:' || p.user_id
    order by e.seq desc;
end
$$;
comment on function holdfast.match_events(uuid, jsonb, bigint, integer) is
  'Events of a workspace, newest first: {action (its begin), actor (its begin, or a member''s name), subject_type, subject_id, after, before, routine}. Routine events are left out unless routine is true, one thing or one of them is named. p_before: the lowest seq of the page before. Runs with the caller''s rights.';

create view holdfast.budget_overview with (security_invoker = true) as
  select b.id, b.workspace_id, b.name, b.scope, b.scope_name, b.period, b.currency, b.cap, b.approval_threshold, b.on_breach, b.breached_at,
    s.starts_at, ((s.starts_at at time zone w.time_zone) + ('1 ' || b.period)::interval) at time zone w.time_zone as ends_at,
    coalesce(p.spent, 0) as spent, coalesce(p.reserved, 0) as reserved,
    round(coalesce((coalesce(p.spent, 0) + coalesce(p.reserved, 0)) / nullif(b.cap, 0), case when b.cap = 0 then 1 end), 4) as share, coalesce(b.breached_at >= s.starts_at, false) as breached,
    a.id as pending_approval_id, (a.shown ->> 'cap_then')::numeric as asked_cap
  from holdfast.budgets b
  join holdfast.workspaces w on w.id = b.workspace_id
  cross join lateral (select holdfast.period_start(b.period, w.time_zone, now()) as starts_at) s
  left join holdfast.budget_periods p on p.budget_id = b.id and p.starts_at = s.starts_at
  left join holdfast.approvals a on a.workspace_id = b.workspace_id and a.budget = b.name and a.state = 'pending';
comment on view holdfast.budget_overview is 'Budgets with what their current period has spent and reserved, whether they covered what was asked for, and a raise that waits for consent.';
select holdfast_private.describe('holdfast.budget_overview', '{
  "starts_at": "When the current period began.", "ends_at": "When it ends, exclusive.", "spent": "Settled and adjusted in it.", "reserved": "Reserved in it by jobs on their way.",
  "share": "Spent and reserved as a share of the cap; 1 for a cap of 0.", "breached": "True when a job of this period did not fit under the cap.",
  "pending_approval_id": "The request for another cap that waits for a decision, if there is one.", "asked_cap": "The cap it asks for."}', '{holdfast.budgets}');

create view holdfast.recent_retries with (security_invoker = true) as
  select r.workspace_id, r.job_id, r.id as run_id, j.kind, j.name, j.state, r.attempt, j.max_attempts, r.outcome, r.started_at, b.outcome as before_outcome, b.error_message as before_error
  from holdfast.runs r
  join holdfast.jobs j on j.id = r.job_id and j.attempt = r.attempt
  left join holdfast.runs b on b.job_id = r.job_id and b.attempt = r.attempt - 1
  where r.attempt > 1 and r.started_at > now() - interval '24 hours';
comment on view holdfast.recent_retries is 'Jobs tried more than once, with their newest attempt, if it started in the last 24 hours: what it came after, and what became of it. Order by started_at.';
select holdfast_private.describe('holdfast.recent_retries', '{
  "run_id": "Its newest run.", "state": "Where the job stands.", "before_outcome": "How the attempt before ended.", "before_error": "Why that one did not complete."}', '{holdfast.runs,holdfast.jobs}');

create view holdfast.choices with (security_invoker = true) as
  select w.id as workspace_id,
    array(select x.name from (select s.state as name from holdfast.job_states s) x order by x.name) as states,
    array(select x.name from (select k.name from holdfast.kinds k where k.workspace_id = w.id) x order by x.name) as kinds,
    array(select x.name from (select distinct p.name from holdfast.profiles p where p.workspace_id = w.id) x order by x.name) as profiles,
    array(select x.name from (select s.name from holdfast.schedules s where s.workspace_id = w.id) x order by x.name) as schedules,
    array(select x.name from (select q.name from holdfast.queues q where q.workspace_id = w.id) x order by x.name) as queues,
    array(select x.name from (select l.name from holdfast.lanes l where l.workspace_id = w.id) x order by x.name) as lanes,
    array(select x.name from (select v.name from holdfast.ventures v where v.workspace_id = w.id) x order by x.name) as ventures,
    array(select x.name from (select c.name from holdfast.job_classes c where c.workspace_id = w.id) x order by x.name) as classes
  from holdfast.workspaces w;
comment on view holdfast.choices is 'Every name that a filter or a form can offer, a row for each workspace: read at once, not in eight requests.';
select holdfast_private.describe('holdfast.choices', '{
  "workspace_id": "The workspace.", "states": "States of jobs.", "kinds": "Its kinds.", "profiles": "Its profiles.", "schedules": "Its schedules.", "queues": "Its queues.", "lanes": "Its lanes.",
  "ventures": "Its ventures.", "classes": "Its job classes."}');

create view holdfast.shell with (security_invoker = true) as
  select s.workspace_id, s.workspace, m.role, s.live_workers, s.worker_heartbeat_age_seconds, s.worker_label, s.supervisor_age_seconds, s.supervisor_label,
    (select count(*) from (select from holdfast.approval_overview a where a.workspace_id = s.workspace_id and a.may_decide limit 100) x) as to_decide,
    s.quarantined + (select count(*) from (select from holdfast.dead_letters d where d.workspace_id = s.workspace_id and d.state = 'open' limit 100) x) as to_review,
    (select count(*) from (select from holdfast.incidents i where i.workspace_id = s.workspace_id and i.closed_at is null limit 100) x) as open_incidents,
    (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'scope', e.scope, 'name', e.name, 'reason', e.reason, 'engaged_at', e.engaged_at) order by e.engaged_at), '[]')
      from holdfast.emergency_stops e where e.released_at is null and (e.workspace_id is null or e.workspace_id = s.workspace_id)) as stops,
    exists (select from holdfast.my_powers p where p.workspace_id = s.workspace_id and p.verb = 'engage' and p.subject = 'stop') as may_stop,
    (select jsonb_agg(to_jsonb(l) order by l.label) from holdfast.labels l) as labels
  from holdfast.status_now s
  left join holdfast.my_workspaces m on m.workspace_id = s.workspace_id;
comment on view holdfast.shell is 'What stands around every page of the admin app, in one row: who looks, is it alive, what is stopped, what waits for people, what labels mean.';
select holdfast_private.describe('holdfast.shell', '{
  "role": "Role of the signed-in person there.", "to_decide": "Requests that this person may decide about, 100 at most.", "to_review": "Jobs in quarantine and open dead letters, of these 100 at most.", "open_incidents": "Open incidents, 100 at most.",
  "stops": "Engaged emergency stops that cover the workspace or a part of it, oldest first: [{id, scope, name, reason, engaged_at}].", "may_stop": "True when this person may engage one.", "labels": "The rows of holdfast.labels."}', '{holdfast.status_now}');

-- What a stop covers is said in stop_covers, which people may not call; a test compares this with what engaging then does.
create function holdfast.stop_preview(p_workspace uuid, p_scope text, p_name text default null, p_what text[] default '{workers}') returns table (state text, jobs integer)
  language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
begin
  if coalesce(p_scope, '') not in ('global', 'workspace', 'venture', 'lane', 'queue', 'kind') or (p_scope in ('global', 'workspace')) <> (p_name is null) then
    raise exception using errcode = 'PT422', message = 'p_scope must be global or workspace, or venture, lane, queue or kind with its p_name.', detail = 'holdfast.bad_scope', hint = 'Example: lane, agent.';
  elsif coalesce(p_what, '{}') = '{}' or not p_what <@ '{workers,paid,external}' then
    raise exception using errcode = 'PT422', message = format('p_what must hold workers, paid or external: got %s.', left(p_what::text, 200)), detail = 'holdfast.bad_stop', hint = 'Leave it out for everything ({workers}).';
  end if;
  return query
    select s.state, (select count(*)::integer from (
        select from holdfast.workspaces w cross join lateral (
          select k.venture, k.lane, k.queue, k.kind, k.paid, k.external from holdfast.jobs k where k.workspace_id = w.id and k.state = s.state order by k.created_at desc, k.id desc limit 100001) j
        where (p_scope = 'global' or w.id = p_workspace)
          and case p_scope when 'venture' then j.venture = p_name when 'lane' then j.lane = p_name when 'queue' then j.queue = p_name when 'kind' then j.kind = p_name else true end
          and ('workers' = any (p_what) or ('paid' = any (p_what) and j.paid) or ('external' = any (p_what) and j.external))
        limit 10001) c)
    from unnest('{running,dispatched,queued,retrying,blocked,awaiting_approval}'::text[]) with ordinality as s (state, place)
    order by s.place;
end
$$;
comment on function holdfast.stop_preview(uuid, text, text, text[]) is
  'What an emergency stop would touch now, by state: running jobs (ended with kill_running), dispatched ones (taken back), and those that would be held when their turn comes. Counts stop at 10001, over the newest 100001 of each state. Runs with the caller''s rights.';

revoke all on holdfast.choices, holdfast.shell, holdfast.schedule_overview, holdfast.quarantine_overview, holdfast.incident_overview, holdfast.dead_letter_groups, holdfast.profile_overview,
  holdfast.budget_overview, holdfast.recent_retries from anon, authenticated, service_role;
grant select on holdfast.choices, holdfast.shell, holdfast.schedule_overview, holdfast.quarantine_overview, holdfast.incident_overview, holdfast.dead_letter_groups, holdfast.profile_overview,
  holdfast.budget_overview, holdfast.recent_retries to authenticated, service_role;
