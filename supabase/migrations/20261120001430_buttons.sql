-- Buttons: what the signed-in person may do now with everything that is not a job. The twin of allowed_actions: pages draw
-- exactly these, and a generated test compares them with what the acts then do.
--
-- A view has the rights of who asks, so it cannot compute the digest of what a request is about now: one whose subject has
-- changed is offered until the duty expire_approvals replaces it, within five seconds.

-- Whether a person may decide about a request, and why not in words. One reading for the page of approvals and its buttons;
-- check_decision refuses in the same order.
create view holdfast.approval_overview with (security_invoker = true) as
  select a.id, a.workspace_id, a.venture, a.subject, a.job_id, a.kind, a.schedule, a.budget, a.purpose, a.requested_by, holdfast.name_of(a.workspace_id, a.requested_by) as requested_by_name, a.requested_at, a.reason,
    a.shown, a.digest, a.params, a.quorum, a.least_role, a.expires_at, a.state, a.closed_at, a.closed_reason, a.run_id,
    j.kind as job_kind, j.name as job_name, j.state as job_state, j.est_cost,
    coalesce(d.decisions, '[]') as decisions, coalesce(d.grants, 0)::integer as grants, n.why_not is null as may_decide, n.why_not,
    g.shown as last_granted, g.closed_at as last_granted_at,
    case a.state when 'pending' then 'APPROVAL REQUIRED' end as label
  from holdfast.approvals a
  join holdfast.workspaces w on w.id = a.workspace_id
  left join holdfast.jobs j on j.id = a.job_id
  left join holdfast.members m on m.workspace_id = a.workspace_id and m.user_id = (select auth.uid())
  left join holdfast.roles mine on mine.role = m.role
  left join holdfast.roles least on least.role = a.least_role
  left join holdfast.verbs v on v.verb = 'approve' and v.subject = 'approval'
  left join holdfast.roles matrix on matrix.role = v.least_role
  left join lateral (
    select jsonb_agg(jsonb_build_object('name', holdfast.name_of(a.workspace_id, k.decided_by), 'decision', k.decision, 'reason', k.reason, 'decided_at', k.decided_at) order by k.decided_at, k.decided_by) as decisions,
      count(*) filter (where k.decision = 'grant') as grants, coalesce(bool_or(k.decided_by = 'user:' || (select auth.uid())), false) as mine
    from holdfast.approval_decisions k where k.approval_id = a.id
  ) d on true
  cross join lateral (
    select case
      when a.state <> 'pending' then 'it is ' || a.state
      when m.user_id is null then 'only a person decides, signed in as themselves'
      when m.agent then 'an agent never decides'
      when mine.rank < greatest(least.rank, matrix.rank) then format('it takes the role %s: yours is %s', case when matrix.rank > least.rank then v.least_role else a.least_role end, m.role)
      when a.expires_at <= now() then 'it has expired'
      when a.requested_by = 'user:' || m.user_id and not w.single_operator then 'you asked for it yourself'
      when d.mine then 'you have decided already' end as why_not
  ) n
  left join lateral (
    -- Of the same job if it had one, else of the same kind, schedule or budget: each by index.
    select b.shown, b.closed_at from (
      (select b.shown, b.closed_at, b.id, 1 as rank from holdfast.approvals b where b.job_id = a.job_id and b.state in ('granted', 'spent') and b.id < a.id order by b.id desc limit 1)
      union all
      (select b.shown, b.closed_at, b.id, 2 from holdfast.approvals b where b.workspace_id = a.workspace_id and b.subject = 'job' and a.subject = 'job' and b.kind = a.kind
        and b.state in ('granted', 'spent') and b.id < a.id order by b.id desc limit 1)
      union all
      (select b.shown, b.closed_at, b.id, 2 from holdfast.approvals b where b.workspace_id = a.workspace_id and b.subject = 'schedule' and a.subject = 'schedule' and b.kind is null and b.schedule = a.schedule
        and b.state in ('granted', 'spent') and b.id < a.id order by b.id desc limit 1)
      union all
      (select b.shown, b.closed_at, b.id, 2 from holdfast.approvals b where b.workspace_id = a.workspace_id and b.subject = 'budget' and a.subject = 'budget' and b.kind is null and b.schedule is null and b.budget = a.budget
        and b.state in ('granted', 'spent') and b.id < a.id order by b.id desc limit 1)
    ) b order by b.rank limit 1
  ) g on true;
comment on view holdfast.approval_overview is 'Requests for consent with who asked and decided, whether the signed-in person may decide and why not, and what was consented to the last time.';
select holdfast_private.describe('holdfast.approval_overview', '{
  "requested_by_name": "Name of who asked.", "job_kind": "Kind of the job.", "job_name": "Name of the job.", "job_state": "Where the job stands.", "decisions": "Who decided what so far: [{name, decision, reason, decided_at}].",
  "grants": "How many have consented; quorum says how many must.", "may_decide": "True when the signed-in person may decide about it now.", "why_not": "Why they may not, in words. Null: they may.",
  "last_granted": "What the newest earlier consent was given to (shown): of the same job, else of the same kind, schedule or budget. Null: there was none.", "last_granted_at": "When that was given.",
  "label": "APPROVAL REQUIRED while it is pending."}', '{holdfast.approvals,holdfast.jobs}');

-- What every workspace shares is offered in each workspace of the person, and only to whom every workspace allows it.
create view holdfast.stop_overview with (security_invoker = true) as
  select s.id as stop_id, s.workspace_id, s.scope, s.name, s.what, s.kill_running, s.reason, s.engaged_by, holdfast.name_of(coalesce(s.workspace_id, m.workspace_id), s.engaged_by) as engaged_by_name, s.engaged_at, s.budget_id,
    s.released_by, holdfast.name_of(coalesce(s.workspace_id, m.workspace_id), s.released_by) as released_by_name, s.released_at, s.released_reason,
    case when s.released_at is null then (
      select count(*) from (
        select from (select k.queue, k.lane, k.kind, k.venture, k.paid, k.external, k.held_by from holdfast.workspaces x cross join lateral (
            select h.* from holdfast.jobs h where h.workspace_id = x.id and h.state = 'queued' and h.held_by <> '{}' limit 100001) k
          where s.workspace_id is null or x.id = s.workspace_id) j
        where 'stop' = any (j.held_by) and case s.scope when 'venture' then j.venture = s.name when 'lane' then j.lane = s.name when 'queue' then j.queue = s.name when 'kind' then j.kind = s.name else true end
          and ('workers' = any (s.what) or ('paid' = any (s.what) and j.paid) or ('external' = any (s.what) and j.external)) limit 10001) c)
      else 0 end as held,
    a.workers, a.acknowledged, a.silent, case when a.silent = 0 then extract(epoch from a.last_heard - s.engaged_at) end as seconds_to_acknowledge,
    r.ordered, r.still_running, case when r.still_running = 0 then extract(epoch from r.last_finished - s.engaged_at) end as seconds_to_quiet,
    case when s.released_at is not null then 'RELEASED' when a.silent > 0 then 'NOT VERIFIED' when r.still_running > 0 then 'STOPPING' else 'STOPPED' end as label,
    s.released_at is null and n.why_not is null as may_release, n.why_not
  from holdfast.emergency_stops s
  -- The membership by which the caller sees it: of its workspace, or of any, for one of the installation.
  left join lateral (
    select k.workspace_id, k.role, k.agent, w.single_operator from holdfast.members k join holdfast.workspaces w on w.id = k.workspace_id
    where k.user_id = (select auth.uid()) and (s.workspace_id is null or k.workspace_id = s.workspace_id) order by k.workspace_id limit 1
  ) m on true
  cross join lateral (
    select count(*) as workers, count(*) filter (where k.acknowledged_at is not null) as acknowledged, count(*) filter (where k.acknowledged_at is null and w.ended_at is null) as silent, max(k.acknowledged_at) as last_heard
    from holdfast.stop_acknowledgements k left join holdfast.workers w on w.id = k.worker_id where k.stop_id = s.id
  ) a
  cross join lateral (
    select count(*) as ordered, count(*) filter (where x.finished_at is null) as still_running, max(x.finished_at) as last_finished from holdfast.stopped_runs t join holdfast.runs x on x.id = t.run_id where t.stop_id = s.id
  ) r
  cross join lateral (
    select case
      when s.released_at is not null then 'it was released'
      when m.workspace_id is null then 'only a person releases it, signed in as themselves'
      when m.agent then 'an agent never decides'
      when s.workspace_id is not null and not exists (select from holdfast.my_powers p where p.workspace_id = s.workspace_id and p.verb = 'release' and p.subject = 'stop')
        then format('it takes the role %s: yours is %s', (select v.least_role from holdfast.verbs v where v.verb = 'release' and v.subject = 'stop'), m.role)
      when s.engaged_by = 'user:' || (select auth.uid()) and not case when s.workspace_id is not null then m.single_operator
          else (select count(*) from holdfast.workspaces w where w.single_operator) = (select i.workspaces from holdfast.installation i) end then 'you engaged it yourself'
      when s.workspace_id is null and (select count(*) from holdfast.my_powers p where p.verb = 'release' and p.subject = 'stop') < (select i.workspaces from holdfast.installation i)
        then 'it stops the whole installation: releasing it takes the role in every workspace' end as why_not
  ) n;
comment on view holdfast.stop_overview is 'Emergency stops, engaged and released: what each holds, whether every worker knows of it, and whether the signed-in person may release it.';
select holdfast_private.describe('holdfast.stop_overview', '{
  "stop_id": "The stop.", "engaged_by_name": "Name of who engaged it.", "released_by_name": "Name of who released it.",
  "held": "Jobs that it holds now, among the first 100001 that a gate holds in a workspace. Counts stop at 10001.", "workers": "Workers that were alive when it was engaged.",
  "acknowledged": "How many of them have been heard of since.", "silent": "How many of them have neither been heard of since nor ended.", "ordered": "Runs that it ordered to end.", "still_running": "How many of those have not ended.",
  "seconds_to_acknowledge": "From the stop until the last of the workers that had not ended was heard of. Null while one is silent, or when there was none.",
  "seconds_to_quiet": "From the stop to the end of the last run it ordered to end. Null while one runs, or when there was none.",
  "label": "STOPPED, STOPPING (a run has not ended), NOT VERIFIED (a worker has not been heard of since) or RELEASED.",
  "may_release": "True when the signed-in person may release it now.", "why_not": "Why they may not, in words. Null: they may."}', '{holdfast.emergency_stops}');

create view holdfast.subject_actions with (security_invoker = true) as
  select p.workspace_id, x.subject, x.target, p.verb, v.sentence, v.needs_reason,
    -- A single operator's wish is their consent.
    (v.needs_approval or (p.verb = 'enable' and x.asks)) and not (w.single_operator and exists (
      select from holdfast.my_powers c where c.workspace_id = p.workspace_id and c.verb = 'approve' and c.subject = 'approval')) as needs_approval
  from (
    select q.workspace_id, 'queue' as subject, q.name as target, case when q.paused_at is null then 'active' else 'paused' end as state, '{}'::text[] as never, false as asks from holdfast.queues q
    union all
    select l.workspace_id, 'lane', l.name, case when l.paused_at is null then 'active' else 'paused' end, '{}', false from holdfast.lanes l
    union all
    select c.workspace_id, 'class', c.name, 'active', '{}', false from holdfast.job_classes c
    union all
    select m.workspace_id, 'worker', k.id::text, 'live', '{}', false from holdfast.workers k cross join holdfast.my_workspaces m
    where k.ended_at is null and (select count(*) from holdfast.my_workspaces o where o.role = 'admin') = (select i.workspaces from holdfast.installation i)
    union all
    select a.workspace_id, 'approval', a.id::text, 'pending', '{}', false from holdfast.approval_overview a where a.state = 'pending' and a.may_decide
    union all
    select d.workspace_id, 'dead_letter', d.job_id::text, 'open', '{}', false from holdfast.dead_letters d where d.state = 'open'
    union all
    select m.workspace_id, 'stop', s.stop_id::text, 'engaged', '{engage}', false from holdfast.stop_overview s join holdfast.my_workspaces m on s.workspace_id is null or m.workspace_id = s.workspace_id
    where s.released_at is null and s.may_release
    union all
    -- To engage one names no stop: '' is one of the workspace or less, global one of the installation.
    select m.workspace_id, 'stop', g.target, 'new', '{release}', false from holdfast.my_workspaces m cross join (values (''), ('global')) as g (target)
    where g.target = '' or (select count(*) from holdfast.my_powers o where o.verb = 'engage' and o.subject = 'stop') = (select i.workspaces from holdfast.installation i)
    union all
    select s.workspace_id, 'schedule', s.name, case when s.enabled then 'enabled' else 'disabled' end, '{}', s.needs_approval from holdfast.schedules s
    union all
    select b.workspace_id, 'budget', b.name, '-', '{}', false from holdfast.budgets b
    union all
    -- Only a queue or lane can be paused for an incident.
    select i.workspace_id, 'incident', i.id::text, 'open', case
        when exists (select from holdfast.queues q where q.workspace_id = i.workspace_id and i.subject = 'queue:' || q.name)
          or exists (select from holdfast.lanes l where l.workspace_id = i.workspace_id and i.subject = 'lane:' || l.name) then '{open}'::text[] else '{open,contain}' end, false
    from holdfast.incidents i where i.closed_at is null
    union all
    select m.workspace_id, 'incident', '', 'new', '{tick,contain,close}', false from holdfast.my_workspaces m
    union all
    -- The others cannot be enabled in this version; one that is may be switched off.
    select c.workspace_id, 'alert_channel', c.channel, '-', '{}', false from holdfast.alert_channels c where c.channel = 'log' or c.enabled
  ) x
  join holdfast.my_powers p on p.workspace_id = x.workspace_id and p.subject = x.subject and p.verb <> 'define' and p.verb <> all (x.never)
  join holdfast.verbs v on v.verb = p.verb and v.subject = p.subject
  join holdfast.workspaces w on w.id = p.workspace_id
  where exists (select from holdfast.verb_states s where s.verb = p.verb and s.subject = p.subject and s.state = x.state)
     or not exists (select from holdfast.verb_states s where s.verb = p.verb and s.subject = p.subject);
comment on view holdfast.subject_actions is 'What the signed-in person may do now with each queue, lane, class, worker, approval, stop, schedule, budget, incident, alert channel and dead letter. For jobs: allowed_actions.';
select holdfast_private.describe('holdfast.subject_actions', '{
  "subject": "queue, lane, class, worker, approval, dead_letter, stop, schedule, budget, incident or alert_channel.",
  "target": "Its name or number, as the act takes it; of a dead letter its job (params.filter.job). Empty: the verb makes one (engage a stop, open an incident); global: a stop of the whole installation.",
  "needs_approval": "True when the act only takes effect with another person''s consent."}', '{holdfast.verbs,holdfast.queues}');

revoke all on holdfast.approval_overview, holdfast.stop_overview, holdfast.subject_actions from anon, authenticated, service_role;
grant select on holdfast.approval_overview, holdfast.stop_overview, holdfast.subject_actions to authenticated, service_role;
