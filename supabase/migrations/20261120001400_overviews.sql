-- Overviews: what an operator asks, answered by views that add nothing to anybody's rights (security_invoker). Each says
-- how old its evidence is; a label without fresh evidence says that instead.

create view holdfast.worker_overview with (security_invoker = true) as
  select w.id, w.name, w.host, w.pid, w.lanes, w.capacity, w.version, w.started_at, w.last_seen_at,
    extract(epoch from now() - w.last_seen_at) as heartbeat_age_seconds,
    case
      when w.ended_at is not null then 'WORKER NOT RUNNING'
      when w.last_seen_at < now() - interval '15 seconds' then 'WORKER NOT RUNNING'
      when w.draining_since is not null then 'DRAINING'
      else 'LIVE' end as label,
    w.ended_at, w.ended_reason, w.draining_since,
    case when w.ended_at is null then (select count(*) from holdfast.leases l where l.worker_id = w.id) else 0 end as running_jobs,
    case when w.ended_at is null then coalesce((
      select jsonb_agg(jsonb_build_object('job', l.job_id, 'workspace', s.slug, 'kind', j.kind, 'name', j.name, 'running_seconds', extract(epoch from now() - l.acquired_at),
        'progress', l.progress, 'progress_message', l.progress_message) order by l.acquired_at, l.token)
      from (select k.* from holdfast.leases k where k.worker_id = w.id order by k.acquired_at, k.token limit 100) l join holdfast.jobs j on j.id = l.job_id join holdfast.workspaces s on s.id = l.workspace_id), '[]') else '[]' end as current_jobs,
    coalesce(d.completed, 0)::integer as completed_24h, coalesce(d.failed, 0)::integer as failed_24h, coalesce(d.cost, 0) as cost_24h
  from holdfast.workers w
  left join (
    select r.worker_id, count(*) filter (where r.outcome = 'completed') as completed, count(*) filter (where r.outcome in ('failed', 'timed_out', 'lost')) as failed, sum(r.cost) as cost
    from holdfast.workspaces s
    cross join lateral (
      select n.worker_id, n.outcome, n.cost from holdfast.runs n
      where n.workspace_id = s.id and n.started_at > now() - interval '24 hours' order by n.started_at desc, n.id desc limit 20001
    ) r group by r.worker_id
  ) d on d.worker_id = w.id;
comment on view holdfast.worker_overview is 'Every worker, present and past, with an honest label: LIVE only with a heartbeat younger than 15 seconds.';

create view holdfast.lease_overview with (security_invoker = true) as
  select l.token, l.job_id, l.workspace_id, j.kind, j.name, j.queue, j.lane, l.mode, l.worker_id, w.name as worker, w.host, r.runner_pid, r.command_pid,
    l.acquired_at, extract(epoch from now() - l.acquired_at) as running_seconds, j.timeout_seconds,
    l.heartbeat_at, extract(epoch from now() - l.heartbeat_at) as heartbeat_age_seconds, l.expires_at,
    case when l.expires_at < now() then 'NOT VERIFIED' else 'LIVE' end as label,
    l.verdict, l.progress, l.progress_message, l.cpu_seconds, l.memory_bytes, l.cost
  from holdfast.leases l
  join holdfast.jobs j on j.id = l.job_id
  join holdfast.runs r on r.id = l.token
  left join holdfast.workers w on w.id = l.worker_id;
comment on view holdfast.lease_overview is 'Every running job: who runs it, how long, its progress and the age of its heartbeat.';

-- Counts of rooms stop at 10001, and each looks only at what it counts: jobs_by_room has what is dispatched, waits for
-- something or failed, jobs_held_in_queue and _in_lane what a gate holds. Where both queue and lane are part of the range
-- (jobs_by_room sorts by them), a queue asks lane by lane, and a lane queue by queue: there are few of either.
create view holdfast.queue_overview with (security_invoker = true) as
  select q.workspace_id, q.name as queue, q.description,
    case when q.paused_at is null then 'active' else 'paused' end as status, q.paused_at, holdfast.name_of(q.workspace_id, q.paused_by) as paused_by, q.paused_reason, q.max_running, q.max_per_hour,
    least(10001,
      (select count(*) from (select from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.state in ('dispatched', 'retrying', 'blocked', 'awaiting_approval') limit 10001) c)
      + (select count(*) from (select from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.state = 'queued' and j.held_by <> '{}' limit 10001) c)) as pending,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.state = 'running' limit 10001) c) as running,
    (select count(*) from (select from holdfast.lanes n cross join lateral (
      select from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.lane = n.name and j.state in ('failed', 'timed_out') and j.created_at > now() - interval '24 hours' limit 10001) j
      where n.workspace_id = q.workspace_id limit 10001) c) as failed_24h,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.state = 'quarantined' limit 10001) c) as quarantined,
    extract(epoch from now() - least(
      (select min(d.created_at) from holdfast.lanes n cross join lateral (
        select j.created_at from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.lane = n.name and j.state = 'dispatched' order by j.created_at limit 1) d
        where n.workspace_id = q.workspace_id),
      (select min(c.created_at) from (select j.created_at from holdfast.jobs j where j.workspace_id = q.workspace_id and j.queue = q.name and j.state = 'queued' and j.held_by <> '{}'
        order by j.effective_priority, j.id limit 10001) c))) as oldest_pending_seconds
  from holdfast.queues q;
comment on view holdfast.queue_overview is 'Every queue: what waits, runs and failed, how old the oldest is, its limits, whether it is paused and by whom. Counts stop at 10001.';

create view holdfast.lane_overview with (security_invoker = true) as
  select l.workspace_id, l.name as lane, l.description,
    case when l.paused_at is null then 'active' else 'paused' end as status, l.paused_at, holdfast.name_of(l.workspace_id, l.paused_by) as paused_by, l.paused_reason, l.max_running, l.max_per_hour,
    least(10001,
      (select count(*) from (select from holdfast.queues q cross join lateral (
        select from holdfast.jobs j where j.workspace_id = l.workspace_id and j.queue = q.name and j.lane = l.name and j.state in ('dispatched', 'retrying', 'blocked', 'awaiting_approval') limit 10001) j
        where q.workspace_id = l.workspace_id limit 10001) c)
      + (select count(*) from (select from holdfast.jobs j where j.workspace_id = l.workspace_id and j.lane = l.name and j.state = 'queued' and j.held_by <> '{}' limit 10001) c)) as pending,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = l.workspace_id and j.lane = l.name and j.state = 'running' limit 10001) c) as running,
    (select count(*) from (select from holdfast.queues q cross join lateral (
      select from holdfast.jobs j where j.workspace_id = l.workspace_id and j.queue = q.name and j.lane = l.name and j.state in ('failed', 'timed_out') and j.created_at > now() - interval '24 hours' limit 10001) j
      where q.workspace_id = l.workspace_id limit 10001) c) as failed_24h,
    (select count(*) from (select from holdfast.queues q cross join lateral (
      select from holdfast.jobs j where j.workspace_id = l.workspace_id and j.queue = q.name and j.lane = l.name and j.state = 'quarantined' limit 10001) j
      where q.workspace_id = l.workspace_id limit 10001) c) as quarantined,
    extract(epoch from now() - least(
      (select min(d.created_at) from holdfast.queues q cross join lateral (
        select j.created_at from holdfast.jobs j where j.workspace_id = l.workspace_id and j.queue = q.name and j.lane = l.name and j.state = 'dispatched' order by j.created_at limit 1) d
        where q.workspace_id = l.workspace_id),
      (select min(c.created_at) from (select j.created_at from holdfast.jobs j where j.workspace_id = l.workspace_id and j.lane = l.name and j.state = 'queued' and j.held_by <> '{}'
        order by j.effective_priority, j.id limit 10001) c))) as oldest_pending_seconds,
    v.live_workers, v.capacity, case when v.live_workers > 0 then 'LIVE' else 'WORKER NOT RUNNING' end as label
  from holdfast.lanes l
  cross join lateral (
    select count(*) as live_workers, coalesce(sum(w.capacity), 0) as capacity from holdfast.workers w
    where w.ended_at is null and w.last_seen_at > now() - interval '15 seconds' and w.draining_since is null and l.name = any (w.lanes)
  ) v;
comment on view holdfast.lane_overview is 'Every lane: what waits, runs and failed, its limits, whether it is paused and by whom, and how many workers are proven to serve it. Counts stop at 10001.';

create view holdfast.stuck_jobs with (security_invoker = true) as
  select j.id as job_id, j.workspace_id, j.kind, j.name, j.state, p.problem, extract(epoch from now() - p.since) as for_seconds
  from holdfast.jobs j
  join lateral (
    select 'runs without a lease' as problem, j.started_at as since where j.state = 'running' and not exists (select from holdfast.leases l where l.job_id = j.id)
    union all
    select 'its lease has expired', l.expires_at from holdfast.leases l where j.state = 'running' and l.job_id = j.id and l.expires_at < now()
    union all
    select 'dispatched for over 30 seconds: is a worker serving lane ' || j.lane || '?', j.dispatched_at where j.state = 'dispatched' and j.dispatched_at < now() - interval '30 seconds'
    union all
    select 'all it waited for has completed', max(p.finished_at) from holdfast.job_dependencies d join holdfast.jobs p on p.id = d.depends_on
      where j.state = 'blocked' and d.job_id = j.id having bool_and(p.state = 'completed') and max(p.finished_at) < now() - interval '10 seconds'
    union all
    select 'waits for job ' || p.id || ', which is ' || p.state, p.finished_at from holdfast.job_dependencies d join holdfast.jobs p on p.id = d.depends_on
      where j.state = 'blocked' and d.job_id = j.id and p.state in ('failed', 'timed_out', 'canceled', 'quarantined')
  ) p on true
  where j.state in ('running', 'dispatched', 'blocked');
comment on view holdfast.stuck_jobs is 'Jobs that will not move by themselves, or whose movement is not proven, and why.';

create view holdfast.next_up with (security_invoker = true) as
  select j.id as job_id, j.workspace_id, j.kind, j.name, j.queue, j.lane, j.state, j.effective_priority, j.run_at, j.held_by,
    case
      when j.state = 'dispatched' then 'goes as soon as a worker of lane ' || j.lane || ' is free'
      when j.state = 'retrying' then 'waits out its backoff'
      when j.state = 'awaiting_approval' then 'waits for a person''s consent'
      when j.state = 'quarantined' then 'is isolated until a person has looked at it'
      when j.state = 'blocked' then 'waits for job ' || (select string_agg(p.id || ' (' || p.state || ')', ', ' order by p.id)
        from holdfast.job_dependencies d join holdfast.jobs p on p.id = d.depends_on where d.job_id = j.id and p.state <> 'completed')
      when j.held_by = '{}' then 'is being dispatched'
      else array_to_string(array(
        select case g
          when 'stop' then 'an emergency stop holds it' || coalesce((select ': ' || s.reason || ' (engaged by ' || holdfast.name_of(j.workspace_id, s.engaged_by) || ')' from holdfast.emergency_stops s
            where s.released_at is null and (s.workspace_id is null or s.workspace_id = j.workspace_id)
              and case s.scope when 'venture' then s.name = j.venture when 'lane' then s.name = j.lane when 'queue' then s.name = j.queue when 'kind' then s.name = j.kind else true end
              and ('workers' = any (s.what) or ('paid' = any (s.what) and j.paid) or ('external' = any (s.what) and j.external)) order by s.engaged_at limit 1), '')
          when 'budget' then coalesce((select 'budget ' || b.name || ': ' || to_char(coalesce(p.reserved + p.spent, 0), 'FM999999990.00') || ' of ' || to_char(b.cap, 'FM999999990.00') || ' ' || b.currency || ' used, it needs ' || to_char(j.est_cost, 'FM999999990.00')
            from holdfast.budgets b left join holdfast.budget_periods p on p.budget_id = b.id and p.starts_at <= now() and p.ends_at > now()
            where b.workspace_id = j.workspace_id and case b.scope when 'venture' then b.scope_name = j.venture when 'lane' then b.scope_name = j.lane when 'kind' then b.scope_name = j.kind else true end
            order by b.cap - coalesce(p.reserved + p.spent, 0) limit 1), 'no budget covers it: paid work waits until there is one')
          when 'queue_rate' then 'queue ' || j.queue || ' started its ' || q.max_per_hour || ' an hour already'
          when 'lane_rate' then 'lane ' || j.lane || ' started its ' || n.max_per_hour || ' an hour already'
          when 'queue_paused' then 'queue ' || j.queue || ' is paused' || coalesce(' by ' || holdfast.name_of(j.workspace_id, q.paused_by) || ': ' || q.paused_reason, '')
          when 'lane_paused' then 'lane ' || j.lane || ' is paused' || coalesce(' by ' || holdfast.name_of(j.workspace_id, n.paused_by) || ': ' || n.paused_reason, '')
          when 'due_time' then 'is due at ' || to_char(j.run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'
          when 'dependency' then 'waits for another job'
          when 'queue_limit' then 'queue ' || j.queue || ' runs its ' || q.max_running || ' already'
          when 'lane_limit' then 'lane ' || j.lane || ' runs its ' || n.max_running || ' already'
          when 'class_limit' then 'class ' || j.class || ' runs its limit already'
          when 'suspect_limit' then 'it was there when workers died: it runs when no other such job does'
          when 'key_limit' then 'another job with key ' || j.concurrency_key || ' runs'
          else g end
        from unnest(j.held_by) with ordinality as h (g, place) order by place), '; ') end as why
  from holdfast.jobs j
  left join holdfast.queues q on q.workspace_id = j.workspace_id and q.name = j.queue
  left join holdfast.lanes n on n.workspace_id = j.workspace_id and n.name = j.lane
  where j.state in ('queued', 'dispatched', 'retrying', 'blocked', 'awaiting_approval', 'quarantined');
comment on view holdfast.next_up is 'What waits, and why, in words. Order by effective_priority, run_at.';

-- The newest 10001 failed and as many timed out are looked at: pages ask every three seconds, whatever went wrong overnight.
create view holdfast.recent_failures with (security_invoker = true) as
  select g.workspace_id, g.fingerprint, g.error_class, g.jobs, g.last_at, g.job_ids, n.kind, n.error_message
  from (
    select w.id as workspace_id, j.fingerprint, j.error_class, count(*) as jobs, max(j.finished_at) as last_at, (array_agg(j.id order by j.finished_at desc, j.id desc))[1:5] as job_ids
    from holdfast.workspaces w
    cross join (values ('failed'), ('timed_out')) s (state)
    cross join lateral (
      select k.id, k.fingerprint collate "C" as fingerprint, k.error_class collate "C" as error_class, k.finished_at from holdfast.jobs k
      where k.workspace_id = w.id and k.state = s.state and k.created_at > now() - interval '7 days' order by k.created_at desc, k.id desc limit 10001) j
    group by w.id, j.fingerprint, j.error_class
  ) g
  join holdfast.jobs n on n.id = g.job_ids[1];
comment on view holdfast.recent_failures is 'Failures of the last seven days, alike ones together: how many (of the newest 10001 that failed, and as many that timed out), when last, and the newest five jobs.';

create view holdfast.allowed_actions with (security_invoker = true) as
  select j.id as job_id, j.workspace_id, s.verb, v.sentence, v.needs_reason, v.needs_approval
  from holdfast.jobs j
  join holdfast.verb_states s on s.subject = 'job' and s.state = j.state
  join holdfast.verbs v on v.verb = s.verb and v.subject = s.subject
  join holdfast.my_powers p on p.workspace_id = j.workspace_id and p.verb = s.verb and p.subject = s.subject
  where s.verb not in ('approve', 'reject')
     or exists (select from holdfast.approvals a join holdfast.workspaces w on w.id = a.workspace_id
       where a.job_id = j.id and a.state = 'pending' and a.expires_at > now() and (w.single_operator or a.requested_by <> 'user:' || (select auth.uid()))
       and (select r.rank from holdfast.roles r where r.role = p.role) >= (select r.rank from holdfast.roles r where r.role = a.least_role)
       and not exists (select from holdfast.approval_decisions d where d.approval_id = a.id and d.decided_by = 'user:' || (select auth.uid())));
comment on view holdfast.allowed_actions is 'What the signed-in person may do with a job now. Pages and the CLI draw exactly these.';

create view holdfast.status_now with (security_invoker = true) as
  select w.id as workspace_id, w.slug as workspace, w.single_operator,
    (select count(*) from holdfast.leases l where l.workspace_id = w.id) as running,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state in ('queued', 'dispatched') limit 10001) c) as waiting,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state = 'retrying' limit 10001) c) as retrying,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state = 'blocked' limit 10001) c) as blocked,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state = 'awaiting_approval' limit 10001) c) as awaiting_approval,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state = 'quarantined' limit 10001) c) as quarantined,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state = 'completed' and j.created_at > now() - interval '24 hours' limit 10001) c) as completed_24h,
    (select count(*) from (select from holdfast.jobs j where j.workspace_id = w.id and j.state in ('failed', 'timed_out') and j.created_at > now() - interval '24 hours' limit 10001) c) as failed_24h,
    (select count(*) from (select from holdfast.runs r where r.workspace_id = w.id and r.attempt > 1 and r.started_at > now() - interval '24 hours' limit 10001) c) as retried_24h,
    (select count(*) from holdfast.workers k where k.ended_at is null and k.last_seen_at > now() - interval '15 seconds') as live_workers,
    (select extract(epoch from now() - max(k.last_seen_at)) from holdfast.workers k) as worker_heartbeat_age_seconds,
    case when exists (select from holdfast.workers k where k.ended_at is null and k.last_seen_at > now() - interval '15 seconds') then 'LIVE' else 'WORKER NOT RUNNING' end as worker_label,
    (select l.holder from holdfast.leaders l where l.role = 'supervisor' and l.expires_at > now()) as supervisor,
    (select extract(epoch from now() - l.renewed_at) from holdfast.leaders l where l.role = 'supervisor') as supervisor_age_seconds,
    case when exists (select from holdfast.leaders l where l.role = 'supervisor' and l.expires_at > now()) then 'LIVE' else 'NOT VERIFIED' end as supervisor_label,
    (select count(*) from holdfast.queues q where q.workspace_id = w.id and q.paused_at is not null) as paused_queues,
    (select count(*) from holdfast.lanes q where q.workspace_id = w.id and q.paused_at is not null) as paused_lanes
  from holdfast.workspaces w;
comment on view holdfast.status_now is 'One row a workspace: what runs, waits and failed, and whether a worker and a supervisor are proven alive. Counts stop at 10001.';

-- Columns of overviews carry the meaning of the columns they come from; what is computed here says so itself.
select holdfast_private.describe(v::regclass, '{
    "heartbeat_age_seconds": "Age of the last heartbeat.", "label": "Status with evidence: LIVE only while the heartbeat is fresh.", "running_jobs": "Leases it holds now.",
    "worker": "Name of the worker.", "running_seconds": "For how long it has run.", "queue": "Name of the queue.", "lane": "Name of the lane.", "status": "active or paused.",
    "pending": "Jobs that wait, for whatever reason.", "running": "Jobs that run now.", "failed_24h": "Jobs enqueued in the last 24 hours that failed or timed out.",
    "quarantined": "Jobs in quarantine.", "oldest_pending_seconds": "Age of the oldest job that is queued or dispatched; of those that a gate holds, the 10001 that go first are looked at.",
    "problem": "What is wrong, in words.", "for_seconds": "For how long.", "why": "What it waits for, in words.", "jobs": "How many jobs failed alike.",
    "last_at": "When the last of them failed.", "job_ids": "The newest five.", "workspace": "Slug of the workspace.", "waiting": "Jobs queued or dispatched.",
    "retrying": "Jobs waiting out a backoff.", "blocked": "Jobs waiting for other jobs.", "awaiting_approval": "Jobs waiting for consent.",
    "completed_24h": "Jobs enqueued in the last 24 hours that completed.", "retried_24h": "Attempts of the last 24 hours that were not the first.", "live_workers": "Workers with a heartbeat younger than 15 seconds.",
    "worker_overview.current_jobs": "What it runs now, in workspaces that the caller sees: [{job, workspace (its slug), kind, name, running_seconds, progress, progress_message}], the oldest 100.",
    "worker_overview.completed_24h": "Its runs that started in the last 24 hours and completed, among the newest 20001 runs of each workspace that the caller sees.",
    "worker_overview.failed_24h": "The same for those that failed, timed out or were lost.", "worker_overview.cost_24h": "What those runs cost, as they reported it.",
    "lane_overview.live_workers": "Workers that serve it, with a heartbeat younger than 15 seconds and not draining.", "lane_overview.capacity": "How many jobs those run at once.",
    "lane_overview.label": "LIVE while a worker is proven to serve it, else WORKER NOT RUNNING.",
    "worker_heartbeat_age_seconds": "Age of the freshest heartbeat of any worker.", "worker_label": "LIVE or WORKER NOT RUNNING.", "supervisor": "Which supervisor leads, if any does.",
    "supervisor_age_seconds": "Age of the leader''s last renewal.", "supervisor_label": "LIVE or NOT VERIFIED.", "paused_queues": "How many queues are paused.", "paused_lanes": "How many lanes are paused.",
    "job_id": "The job.", "token": "The lease token, which is the run''s id.", "workspace_id": "The workspace."}',
  '{holdfast.jobs,holdfast.runs,holdfast.leases,holdfast.workers,holdfast.queues,holdfast.verbs,holdfast.verb_states,holdfast.workspaces}')
from unnest('{holdfast.worker_overview,holdfast.lease_overview,holdfast.queue_overview,holdfast.lane_overview,holdfast.stuck_jobs,holdfast.next_up,holdfast.recent_failures,holdfast.allowed_actions,holdfast.status_now}'::text[]) v;
revoke all on holdfast.worker_overview, holdfast.lease_overview, holdfast.queue_overview, holdfast.lane_overview, holdfast.stuck_jobs, holdfast.next_up, holdfast.recent_failures, holdfast.allowed_actions, holdfast.status_now
  from anon, authenticated, service_role;
grant select on holdfast.worker_overview, holdfast.lease_overview, holdfast.queue_overview, holdfast.lane_overview, holdfast.stuck_jobs, holdfast.next_up, holdfast.recent_failures, holdfast.allowed_actions, holdfast.status_now
  to authenticated, service_role;
