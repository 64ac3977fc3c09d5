-- Labels: the one vocabulary of status, what an operator asks about the runtime, and what a person should do next.
--
-- A label is a claim, so each has one definition here, the rule that yields it, and evidence with an age. What cannot be proven
-- says NOT VERIFIED. Views only: whatever these say, the rows they come from say.

create table holdfast.labels (
  label text primary key,
  meaning text not null,
  rule text not null,
  severity text not null constraint labels_severity_is_known check (severity in ('ok', 'info', 'warn', 'bad')),
  stale_after_seconds integer constraint labels_staleness_is_positive check (stale_after_seconds > 0)
);
comment on table holdfast.labels is 'Every status label that a view can show, with its one definition.';
comment on column holdfast.labels.label is 'The label, as shown.';
comment on column holdfast.labels.meaning is 'What it means, for people.';
comment on column holdfast.labels.rule is 'The rule that yields it.';
comment on column holdfast.labels.severity is 'ok, info, warn or bad: how it is coloured.';
comment on column holdfast.labels.stale_after_seconds is 'Evidence older than this no longer carries the label. Null: it does not age.';
insert into holdfast.labels (label, meaning, rule, severity, stale_after_seconds) values
  ('LIVE', 'It works, and there is fresh evidence of it.', 'A heartbeat, a renewed leader lease or a sealed record that is younger than its limit. A page says so for 12 seconds at most.', 'ok', 12),
  ('READINESS ONLY', 'It is prepared and checked, and has not worked in earnest.', 'Its checks pass and nothing has used it yet.', 'info', null),
  ('DEMO', 'It shows made-up data.', 'Its data was seeded for demonstration.', 'info', null),
  ('PLANNED', 'It is defined and not switched on.', 'A schedule that is disabled; schedules, when none is enabled.', 'info', null),
  ('NOT VERIFIED', 'Nothing proves how it stands.', 'There is no evidence, or it is older than its limit.', 'warn', null),
  ('MISSING CONFIG', 'Something it needs is not set.', 'A required setting or environment variable is absent.', 'warn', null),
  ('WORKER NOT RUNNING', 'Nobody takes work.', 'No heartbeat within 15 seconds, or the worker has ended.', 'bad', null),
  ('APPROVAL REQUIRED', 'A person has to consent first.', 'A request about it is pending.', 'warn', null),
  ('QUARANTINED', 'It is isolated until a person has looked at it.', 'The job has an open row in quarantine.', 'bad', null),
  ('BACKUP NOT VERIFIED', 'Nobody has proven that a backup can be restored.', 'No restore was verified.', 'warn', null),
  ('NO AUTO DEPLOY', 'Nothing is deployed by itself.', 'Holdfast has no act that deploys.', 'ok', null),
  ('NO AUTO SPEND', 'No money is spent by itself.', 'There is no budget, or every cap is 0: paid work waits.', 'ok', null),
  ('NO AUTO CONTACT', 'Nobody outside is contacted by itself.', 'No alert channel but the log is enabled.', 'ok', null),
  ('NO SECRET VALUES SHOWN', 'Values of secrets are neither stored nor shown.', 'Jobs and profiles carry names of environment variables only; output is redacted before it is stored.', 'ok', null),
  ('CONTROLLED RUNTIME', 'It runs within limits that people set and can close at once.', 'Emergency stops are at hand, and what may be spent is capped.', 'ok', null),
  ('DRAINING', 'It finishes what it has and takes nothing more.', 'A person drained the worker, and its heartbeat is fresh.', 'info', 15),
  ('STOPPING', 'An emergency stop is engaged, and a run it ended has not ended yet.', 'A run that the stop ordered to end is still open.', 'warn', null),
  ('STOPPED', 'An emergency stop is engaged, and every worker knows of it.', 'Every worker that was alive has been heard of since, and no run is left that was ordered to end.', 'info', null),
  ('RELEASED', 'The emergency stop is over.', 'A person released it.', 'info', null);
alter table holdfast.labels enable row level security;
revoke all on holdfast.labels from anon, authenticated, service_role;
create policy "anyone signed in reads the labels" on holdfast.labels for select to authenticated using (true);
grant select on holdfast.labels to authenticated, service_role;

-- Of the record a member learns how their own workspace stands in it: its newest event, what no seal covers yet, and the
-- newest seal, which is everybody's. The horizon of a seal is a transaction number: an event is unsealed from there on.
create view holdfast.ledger_status with (security_invoker = true) as
  select w.id as workspace_id,
    (select e.seq from holdfast_ledger.events e where e.workspace_id = w.id order by e.seq desc limit 1) as newest_event,
    u.unsealed, u.oldest_at as oldest_unsealed_at, s.seal, s.sealed_at, extract(epoch from now() - s.sealed_at) as seal_age_seconds, encode(s.hash, 'hex') as hash,
    case when u.oldest_at < now() - interval '60 seconds' or (u.unsealed > 10000 and coalesce(s.sealed_at < now() - interval '60 seconds', true)) then 'NOT VERIFIED'
      when greatest(s.sealed_at, d.last_succeeded_at) is null then 'NOT VERIFIED' else 'LIVE' end as label,
    greatest(s.sealed_at, d.last_succeeded_at) as evidence_at, extract(epoch from now() - greatest(s.sealed_at, d.last_succeeded_at)) as evidence_age_seconds,
    v.at as verified_at, extract(epoch from now() - v.at) as verified_age_seconds, (v.data ->> 'ok')::boolean as verified_ok, (v.data ->> 'job')::bigint as verify_job_id, v.data as verified
  from holdfast.workspaces w
  left join lateral (select l.seal, l.sealed_at, l.xid_to, l.hash from holdfast_ledger.seals l order by l.seal desc limit 1) s on true
  left join holdfast.duties d on d.name = 'seal'
  cross join lateral (
    -- Among the newest: an open transaction that keeps an older event from being sealed keeps all that follow from it, too.
    select count(*) as unsealed, min(n.at) as oldest_at from (
      select e.at, e.xid from holdfast_ledger.events e where e.workspace_id = w.id order by e.seq desc limit 10001) n where n.xid >= coalesce(s.xid_to, 0)
  ) u
  left join lateral (
    select e.at, e.data from holdfast_ledger.events e
    where e.workspace_id = w.id and e.subject_type = 'ledger' and e.subject_id = w.id::text and e.action = 'ledger.verified' order by e.seq desc limit 1
  ) v on true;
comment on view holdfast.ledger_status is 'How the record stands: the newest event and seal, what is not sealed yet, and when it was last verified (kind ledger_verify).';
select holdfast_private.describe('holdfast.ledger_status', '{
  "workspace_id": "The workspace.", "newest_event": "Number (seq) of its newest event.", "unsealed": "Its events that no seal covers yet. Counts stop at 10001.",
  "oldest_unsealed_at": "When the oldest of them was written.", "seal": "Number of the newest seal, of the whole installation.", "sealed_at": "When it was set.", "seal_age_seconds": "Its age.",
  "hash": "Its hash, hex: kept elsewhere, it proves that nothing before it was changed.",
  "label": "LIVE: the seal duty has been done, and nothing older than 60 seconds is unsealed. NOT VERIFIED otherwise.",
  "evidence_at": "When events were last sealed, or found to be sealed all.", "evidence_age_seconds": "Age of that.",
  "verified_at": "When a job of kind ledger_verify last recomputed the record. Null: never.", "verified_age_seconds": "Age of that.", "verified_ok": "Whether it found the record whole.",
  "verify_job_id": "The job; its result names the faults.", "verified": "What it found: {ok, seals, events, fault_count, seconds, job}."}');

create view holdfast.runtime_labels with (security_invoker = true) as
  select w.id as workspace_id, r.place, r.subject, r.label, r.sentence, r.evidence_at, extract(epoch from now() - r.evidence_at) as age_seconds
  from holdfast.workspaces w
  cross join lateral (
    select 1 as place, 'workers' as subject,
      case when k.live = 0 then 'WORKER NOT RUNNING' when k.taking = 0 then 'DRAINING' else 'LIVE' end as label,
      case when k.live = 0 then 'No worker has been heard of within 15 seconds: nothing starts.'
        when k.taking = 0 then format('%s workers are alive, and all of them drain: nothing new starts.', k.live)
        else format('%s of %s workers alive take work.', k.taking, k.live) end as sentence, k.heard_at as evidence_at
    from (select count(*) filter (where n.ended_at is null and n.last_seen_at > now() - interval '15 seconds') as live,
        count(*) filter (where n.ended_at is null and n.last_seen_at > now() - interval '15 seconds' and n.draining_since is null) as taking, max(n.last_seen_at) as heard_at from holdfast.workers n) k
    union all
    select 2, 'supervisor', case when l.expires_at > now() then 'LIVE' else 'NOT VERIFIED' end,
      case when l.expires_at > now() then format('%s leads, for its term %s.', l.holder, l.term) else 'Nobody leads: what is due does not start, what is lost is not found.' end, l.renewed_at
    from (select) one left join holdfast.leaders l on l.role = 'supervisor'
    union all
    select 3, 'ledger', s.label, case when s.label = 'LIVE' then format('Sealed up to seal %s; %s events of this workspace wait for the next.', coalesce(s.seal, 0), s.unsealed)
      when s.oldest_unsealed_at is not null then 'Events are not being sealed: a long transaction holds the seal back, or no supervisor leads.' else 'Nothing has been sealed yet.' end, s.evidence_at
    from holdfast.ledger_status s where s.workspace_id = w.id
    union all
    select 4, 'schedules', case when c.enabled = 0 then 'PLANNED' when l.expires_at > now() and c.behind = 0 then 'LIVE' else 'NOT VERIFIED' end,
      case when c.enabled = 0 then format('%s schedules are defined, none is enabled.', c.defined)
        when l.expires_at is null or l.expires_at <= now() then format('%s schedules are enabled, and no supervisor leads: their windows pass.', c.enabled)
        when c.behind > 0 then format('%s of %s enabled schedules are behind their next window, or have none yet.', c.behind, c.enabled)
        else format('%s of %s schedules are enabled; the next window is at %s UTC.', c.enabled, c.defined, to_char(c.next_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) end,
      case when c.enabled > 0 then l.renewed_at end
    from (select count(*) as defined, count(*) filter (where s.enabled) as enabled, min(s.next_window_at) filter (where s.enabled) as next_at,
        count(*) filter (where s.enabled and (s.next_window_at is null or s.next_window_at < now() - interval '60 seconds')) as behind from holdfast.schedules s where s.workspace_id = w.id) c
    left join holdfast.leaders l on l.role = 'supervisor'
    union all
    select 5, 'money', case when coalesce(max(b.cap), 0) = 0 then 'NO AUTO SPEND' else 'CONTROLLED RUNTIME' end,
      case when count(*) = 0 then 'There is no budget: paid work waits until a person says how much may be spent.'
        when max(b.cap) = 0 then 'Every budget has the cap 0: paid work waits.'
        else 'Paid work is capped: ' || string_agg(format('%s %s of %s %s a %s used', b.name, to_char(coalesce(p.reserved + p.spent, 0), 'FM999999990.00'), to_char(b.cap, 'FM999999990.00'), b.currency, b.period), '; ' order by b.name) || '.' end, now()
    from holdfast.budgets b left join holdfast.budget_periods p on p.budget_id = b.id and p.starts_at <= now() and p.ends_at > now() where b.workspace_id = w.id
    union all
    select 6, 'contact', case when count(*) filter (where c.channel <> 'log') = 0 then 'NO AUTO CONTACT' else 'LIVE' end,
      case when count(*) = 0 then 'No alert channel is enabled: alerts go nowhere.'
        when count(*) filter (where c.channel <> 'log') = 0 then 'Alerts go to the worker''s log, and nowhere else.' else 'Alerts go to ' || string_agg(c.channel, ', ' order by c.channel) || '.' end, now()
    from holdfast.alert_channels c where c.workspace_id = w.id and c.enabled
    union all select 7, 'deploy', 'NO AUTO DEPLOY', 'Nothing here deploys by itself: a deployment is a job that a person starts.', now()
    union all select 8, 'backup', 'BACKUP NOT VERIFIED', 'Nothing has verified yet that a backup can be restored.', null
    union all select 9, 'secrets', 'NO SECRET VALUES SHOWN', 'Names of environment variables are stored, values never; output is redacted before it is stored.', now()
    union all
    select 10, 'runtime', 'CONTROLLED RUNTIME', case when count(*) = 0 then 'No emergency stop is engaged; one is a click away.'
      else 'Engaged: ' || string_agg(format('stop %s of %s (%s)', t.id, coalesce(t.scope || ' ' || t.name, case t.scope when 'global' then 'the installation' else 'the workspace' end), array_to_string(t.what, ', ')), '; ' order by t.id) || '.' end, now()
    from holdfast.emergency_stops t where t.released_at is null and (t.workspace_id = w.id or t.workspace_id is null)
  ) r;
comment on view holdfast.runtime_labels is 'What an operator asks about the runtime, one row each, with its label, the evidence in words and its age. Order by place.';
select holdfast_private.describe('holdfast.runtime_labels', '{
  "workspace_id": "The workspace.", "place": "Order, from 1.", "subject": "workers, supervisor, ledger, schedules, money, contact, deploy, backup, secrets or runtime.",
  "label": "The label; see labels.", "sentence": "Why, in words.", "evidence_at": "When that was last proven. Null: never.", "age_seconds": "Age of the evidence."}');

-- Each sentence says what is so and what to do. Counts are capped or of things that people make; jobs are looked up by index.
create view holdfast.recommended_actions with (security_invoker = true) as
  select w.id as workspace_id, row_number() over (partition by w.id order by array_position('{now,soon,when_you_can}', r.urgency), r.rank, r.target) as place,
    r.urgency, r.sentence, r.page, r.subject, r.target, case r.rank when 3 then 'release' when 10 then 'resume' when 11 then 'resume' end as verb
  from holdfast.workspaces w
  cross join lateral (
    select 1 as rank, 'now' as urgency, 'No worker is running, and work waits: start one (holdfast worker).' as sentence, '/workers' as page, 'worker' as subject, null::text as target
    where not exists (select from holdfast.workers k where k.ended_at is null and k.last_seen_at > now() - interval '15 seconds')
      and exists (select from holdfast.jobs j where j.workspace_id = w.id and j.state = any ('{dispatched,queued,retrying}'))
    union all
    select 2, 'now', 'No supervisor leads: what is due does not start, and what is lost is not found. Start a worker with its supervisor (holdfast worker).', '/workers', 'supervisor', null
    where not exists (select from holdfast.leaders l where l.role = 'supervisor' and l.expires_at > now())
    union all
    select 3, 'now', format('Emergency stop %s of %s is engaged: %s Release it when it is safe.', t.id, coalesce(t.scope || ' ' || t.name, case t.scope when 'global' then 'the installation' else 'the workspace' end), rtrim(t.reason, '.') || '.'),
      '/safety', 'stop', t.id::text
    from holdfast.emergency_stops t where t.released_at is null and (t.workspace_id = w.id or t.workspace_id is null)
    union all
    select 4, 'now', format('Incident %s (%s) is open: %s', i.id, i.severity, left(i.sentence, 300)), '/incidents', 'incident', i.id::text
    from holdfast.incidents i where i.workspace_id = w.id and i.closed_at is null and i.severity in ('critical', 'high')
    union all
    select 5, 'now', format('%s run without proof that anybody works on them: look at their workers.', case when c.n > 100 then 'More than 100 jobs' when c.n = 1 then 'One job' else c.n || ' jobs' end), '/history?state=running', 'job', c.job::text
    from (select count(*) as n, min(x.id) as job from (
      select j.id from holdfast.jobs j left join holdfast.leases l on l.job_id = j.id where j.workspace_id = w.id and j.state = 'running' and (l.token is null or l.expires_at < now()) limit 101) x) c where c.n > 0
    union all
    select 6, 'now', format('Nobody serves lane %s, and work waits in it: start a worker for it (holdfast worker --lanes %s).', n.name, n.name), '/queues', 'lane', n.name
    from holdfast.lanes n
    where n.workspace_id = w.id and n.paused_at is null
      and exists (select from holdfast.workers k where k.ended_at is null and k.last_seen_at > now() - interval '15 seconds')
      and not exists (select from holdfast.workers k where k.ended_at is null and k.last_seen_at > now() - interval '15 seconds' and k.draining_since is null and n.name = any (k.lanes))
      and exists (select from holdfast.queues q where q.workspace_id = w.id
        and exists (select from holdfast.jobs j where j.workspace_id = w.id and j.queue = q.name and j.lane = n.name and j.state = 'dispatched'))
    union all
    select 7, case when min(a.expires_at) < now() + interval '1 hour' then 'now' else 'soon' end,
      format('%s for your decision; the first expires at %s UTC.', case when count(*) = 1 then 'One request waits' else count(*) || ' requests wait' end, to_char(min(a.expires_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')),
      '/approvals', 'approval', (array_agg(a.id order by a.expires_at, a.id))[1]::text
    from holdfast.approvals a
    join holdfast.my_powers p on p.workspace_id = a.workspace_id and p.verb = 'approve' and p.subject = 'approval'
    join holdfast.roles mine on mine.role = p.role
    join holdfast.roles least on least.role = a.least_role
    where a.workspace_id = w.id and a.state = 'pending' and a.expires_at > now() and mine.rank >= least.rank and (w.single_operator or a.requested_by <> 'user:' || (select auth.uid()))
      and not exists (select from holdfast.approval_decisions d where d.approval_id = a.id and d.decided_by = 'user:' || (select auth.uid()))
    having count(*) > 0
    union all
    select 8, case when b.on_breach = 'stop' then 'now' else 'soon' end, format('Budget %s does not cover what is asked for (%s of %s %s used): raise it, or let paid work wait until %s UTC.', b.name,
      to_char(p.reserved + p.spent, 'FM999999990.00'), to_char(b.cap, 'FM999999990.00'), b.currency, to_char(p.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')), '/costs', 'budget', b.name
    from holdfast.budgets b join holdfast.budget_periods p on p.budget_id = b.id and p.starts_at <= now() and p.ends_at > now()
    where b.workspace_id = w.id and b.breached_at >= p.starts_at
    union all
    select 9, 'soon', format('%s for a review: release or discard after you have looked.', case when c.n > 10000 then 'More than 10000 jobs wait' when c.n = 1 then 'One job waits' else c.n || ' jobs wait' end), '/reviews', 'quarantine', c.job::text
    from (select count(*) as n, min(x.job_id) as job from (select q.job_id from holdfast.quarantine q where q.workspace_id = w.id and q.state = 'open' limit 10001) x) c where c.n > 0
    union all
    select 10, 'soon', format('Queue %s is paused (%s), and work waits in it: resume it when it is time.', q.name, q.paused_reason), '/queues', 'queue', q.name
    from holdfast.queues q where q.workspace_id = w.id and q.paused_at is not null
      and exists (select from holdfast.jobs j where j.workspace_id = w.id and j.queue = q.name and j.state = 'queued' and j.held_by <> '{}')
    union all
    select 11, 'soon', format('Lane %s is paused (%s), and work waits in it: resume it when it is time.', n.name, n.paused_reason), '/queues', 'lane', n.name
    from holdfast.lanes n where n.workspace_id = w.id and n.paused_at is not null
      and exists (select from holdfast.jobs j where j.workspace_id = w.id and j.lane = n.name and j.state = 'queued' and j.held_by <> '{}')
    union all
    select 12, 'soon', format('%s for a job that has failed or was given up: cancel, or retry what failed.', case when c.n > 100 then 'More than 100 jobs wait' when c.n = 1 then 'One job waits' else c.n || ' jobs wait' end), '/history?state=blocked', 'job', c.job::text
    from (select count(*) as n, min(x.id) as job from (
      select j.id from (select k.id from holdfast.jobs k where k.workspace_id = w.id and k.state = 'blocked' order by k.created_at, k.id limit 1000) j
      where exists (select from holdfast.job_dependencies d join holdfast.jobs p on p.id = d.depends_on where d.job_id = j.id and p.state in ('failed', 'timed_out', 'canceled', 'quarantined')) limit 101) x) c where c.n > 0
    union all
    select 13, 'when_you_can', format('%s: redrive them once the cause is gone, or dismiss them.', case when c.n > 10000 then 'More than 10000 jobs failed for good' when c.n = 1 then 'One job failed for good' else c.n || ' jobs failed for good' end),
      '/reviews#dead-letters', 'dead_letter', null
    from (select count(*) as n from (select from holdfast.dead_letters d where d.workspace_id = w.id and d.state = 'open' limit 10001) x) c where c.n > 0
    union all
    select 14, 'when_you_can', format('Schedule %s missed %s in the last day.', s.name, case when c.n = 1 then 'one window' else c.n || ' windows' end), '/schedules', 'schedule', s.name
    from holdfast.schedules s cross join lateral (select count(*) as n from holdfast.schedule_windows x where x.schedule_id = s.id and x.window_at > now() - interval '24 hours' and x.outcome = 'missed') c
    where s.workspace_id = w.id and s.enabled and c.n > 0
  ) r;
comment on view holdfast.recommended_actions is 'What the signed-in person should do next, best first; no row: nothing. Order by place.';
select holdfast_private.describe('holdfast.recommended_actions', '{
  "workspace_id": "The workspace.", "place": "Order, from 1.", "urgency": "now, soon or when_you_can.", "sentence": "What is so, and what to do.",
  "page": "Path of the admin page where it is done.", "subject": "What it is about: worker, supervisor, stop, incident, job, lane, queue, approval, budget, quarantine, dead_letter or schedule.",
  "target": "Which one; of several, the first. Null: no one in particular.",
  "verb": "The act on it that does this at once, for whom subject_actions offers it. Null: it takes a look first."}');

revoke all on holdfast.ledger_status, holdfast.runtime_labels, holdfast.recommended_actions from anon, authenticated, service_role;
grant select on holdfast.ledger_status, holdfast.runtime_labels, holdfast.recommended_actions to authenticated, service_role;
