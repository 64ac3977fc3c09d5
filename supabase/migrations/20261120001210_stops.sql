-- Stops: from the commit of an emergency stop, nothing it covers starts.
--
-- A start and a stop exclude each other by one advisory lock: every take_leases holds it shared, engaging holds it
-- exclusively, both until they commit. So a start has committed before the stop, or waits and then sees it; the ledger's
-- times agree, because both read the clock after they have the lock. Nothing slower than a lock stands between: a
-- stop does not wait for running work, it orders it to end.

create table holdfast.emergency_stops (
  id bigint generated always as identity primary key,
  workspace_id uuid,
  scope text not null constraint emergency_stops_scope_is_known check (scope in ('global', 'workspace', 'venture', 'lane', 'queue', 'kind')),
  name text,
  what text[] not null constraint emergency_stops_what_is_known check (what <> '{}' and what <@ '{workers,paid,external}'),
  kill_running boolean not null,
  reason text not null,
  engaged_by text not null,
  engaged_at timestamptz not null,
  budget_id bigint,
  released_by text,
  released_at timestamptz,
  released_reason text,
  constraint emergency_stops_scope_has_its_name check ((scope in ('global', 'workspace')) = (name is null)),
  constraint emergency_stops_only_global_has_no_workspace check ((scope = 'global') = (workspace_id is null)),
  constraint emergency_stops_release_has_who_and_why check ((released_at is null) = (released_by is null) and (released_at is null) = (released_reason is null))
);
create index emergency_stops_engaged on holdfast.emergency_stops (workspace_id) where released_at is null;
create index emergency_stops_newest on holdfast.emergency_stops (workspace_id, engaged_at desc);
comment on table holdfast.emergency_stops is 'Emergency stops, engaged and released. Engage and release through holdfast.actions.';
comment on column holdfast.emergency_stops.id is 'Identity.';
comment on column holdfast.emergency_stops.workspace_id is 'The workspace; null for a stop of the whole installation.';
comment on column holdfast.emergency_stops.scope is 'global, workspace, venture, lane, queue or kind.';
comment on column holdfast.emergency_stops.name is 'Name of the venture, lane, queue or kind.';
comment on column holdfast.emergency_stops.what is 'What it stops: workers (everything), paid (jobs that spend), external (jobs that contact the outside world).';
comment on column holdfast.emergency_stops.kill_running is 'True when running jobs it covers are ended too.';
comment on column holdfast.emergency_stops.reason is 'Why it was engaged.';
comment on column holdfast.emergency_stops.engaged_by is 'Who engaged it.';
comment on column holdfast.emergency_stops.engaged_at is 'When. No start it covers is later.';
comment on column holdfast.emergency_stops.budget_id is 'The budget that engaged it, if one did.';
comment on column holdfast.emergency_stops.released_by is 'Who released it; never who engaged it.';
comment on column holdfast.emergency_stops.released_at is 'When. Null: engaged.';
comment on column holdfast.emergency_stops.released_reason is 'Why.';

create table holdfast.stopped_runs (
  stop_id bigint not null references holdfast.emergency_stops (id),
  run_id bigint not null,
  job_id bigint not null,
  worker_id bigint not null,
  workspace_id uuid not null,
  primary key (stop_id, run_id)
);
comment on table holdfast.stopped_runs is 'Runs that a stop found running and ordered to end.';
comment on column holdfast.stopped_runs.stop_id is 'The stop.';
comment on column holdfast.stopped_runs.run_id is 'The run.';
comment on column holdfast.stopped_runs.job_id is 'Its job.';
comment on column holdfast.stopped_runs.worker_id is 'The worker that held its lease.';
comment on column holdfast.stopped_runs.workspace_id is 'The workspace of the run.';

create table holdfast.stop_acknowledgements (
  stop_id bigint not null references holdfast.emergency_stops (id),
  worker_id bigint not null,
  acknowledged_at timestamptz,
  primary key (stop_id, worker_id)
);
create index stop_acknowledgements_open on holdfast.stop_acknowledgements (worker_id) where acknowledged_at is null;
comment on table holdfast.stop_acknowledgements is 'Which worker that was alive when a stop was engaged has been heard of since.';
comment on column holdfast.stop_acknowledgements.stop_id is 'The stop.';
comment on column holdfast.stop_acknowledgements.worker_id is 'The worker.';
comment on column holdfast.stop_acknowledgements.acknowledged_at is 'Its first heartbeat after the stop, in whose answer it was told. Null: not heard of yet.';

do $$
declare
  v_table text;
begin
  for v_table in values ('emergency_stops'), ('stopped_runs'), ('stop_acknowledgements') loop
    execute format('alter table holdfast.%I enable row level security', v_table);
    execute format('revoke all on holdfast.%I from anon, authenticated, service_role', v_table);
    execute format('grant select on holdfast.%I to authenticated, service_role', v_table);
  end loop;
end
$$;
create policy "members see the stops of their workspaces and of the installation" on holdfast.emergency_stops for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)) or (workspace_id is null and exists (select from holdfast.my_workspaces m)));
create policy "members see what was stopped in their workspaces" on holdfast.stopped_runs for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "members of any workspace see which workers know of a stop" on holdfast.stop_acknowledgements for select to authenticated
  using (exists (select from holdfast.my_workspaces m));

-- What a stop covers, said once.
create function holdfast_private.stop_covers(p_stop holdfast.emergency_stops, p_workspace uuid, p_queue text, p_lane text, p_kind text, p_venture text, p_paid boolean, p_external boolean) returns boolean
  language plpgsql immutable set search_path = ''
as $$
begin
  return (p_stop.workspace_id is null or p_stop.workspace_id = p_workspace)
     and case p_stop.scope when 'venture' then coalesce(p_venture = p_stop.name, false) when 'lane' then p_lane = p_stop.name when 'queue' then p_queue = p_stop.name when 'kind' then p_kind = p_stop.name else true end
     and ('workers' = any (p_stop.what) or ('paid' = any (p_stop.what) and p_paid) or ('external' = any (p_stop.what) and p_external));
end
$$;
comment on function holdfast_private.stop_covers(holdfast.emergency_stops, uuid, text, text, text, text, boolean, boolean) is 'Does a stop cover work of this workspace, queue, lane, kind and venture, paid or external as said?';

create function holdfast_private.gate_stop(p_candidates holdfast_private.candidate[], p_stop bigint default null) returns setof bigint
  language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
  if not exists (select from holdfast.emergency_stops s where s.released_at is null) then
    return;
  end if;
  return query
    select distinct c.job_id from unnest(p_candidates) c
    join holdfast.emergency_stops s on holdfast_private.stop_covers(s, c.workspace_id, c.queue, c.lane, c.kind, c.venture, c.paid, c.external)
    where s.released_at is null and (p_stop is null or s.id = p_stop);
end
$$;
comment on function holdfast_private.gate_stop(holdfast_private.candidate[], bigint) is 'Gate stop: holds what an engaged emergency stop covers (p_stop: that one alone).';

-- Jobs of some states that a stop covers.
create function holdfast_private.covered_by_stop(p_stop bigint, p_states text[]) returns bigint[]
  language plpgsql volatile set search_path = '' set enable_seqscan = off
as $$
declare
  v_workspaces uuid[] := array(select coalesce(s.workspace_id, w.id) from holdfast.emergency_stops s join holdfast.workspaces w on s.workspace_id is null or w.id = s.workspace_id where s.id = p_stop);
begin
  return array(select g from holdfast_private.gate_stop(array(
    select (j.id, j.workspace_id, j.queue, j.lane, j.class, null, j.run_at, false, 0, false, j.kind, j.venture, j.paid, j.external, false, null)::holdfast_private.candidate
    from holdfast.jobs j where j.workspace_id = any (v_workspaces) and j.state = any (p_states)), p_stop) g order by g);
end
$$;
comment on function holdfast_private.covered_by_stop(bigint, text[]) is 'Ids of jobs in the given states that a stop covers.';

create function holdfast_private.engage_stop(p_stop holdfast.emergency_stops) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_id bigint;
  v_at timestamptz;
  v_running bigint[];
  v_taken_back integer;
begin
  -- Every start that is under way commits before we go on; every later one waits for our commit. See the essay above.
  perform pg_advisory_xact_lock(7422, 0);
  v_at := holdfast_private.clock();
  insert into holdfast.emergency_stops (workspace_id, scope, name, what, kill_running, reason, engaged_by, engaged_at, budget_id)
  values (p_stop.workspace_id, p_stop.scope, p_stop.name, p_stop.what, p_stop.kill_running, p_stop.reason, p_stop.engaged_by, v_at, p_stop.budget_id)
  returning id into v_id;
  v_taken_back := holdfast_private.undispatch(holdfast_private.covered_by_stop(v_id, '{dispatched}'), '{stop}');
  insert into holdfast.stop_acknowledgements (stop_id, worker_id) select v_id, w.id from holdfast.workers w where w.ended_at is null;
  if p_stop.kill_running then
    v_running := holdfast_private.covered_by_stop(v_id, '{running}');
    insert into holdfast.stopped_runs (stop_id, run_id, job_id, worker_id, workspace_id)
    select v_id, l.token, l.job_id, l.worker_id, l.workspace_id from holdfast.leases l where l.job_id = any (v_running);
    perform holdfast_private.order_end(v_running, 'stop');
  end if;
  perform holdfast_private.record(p_stop.workspace_id, p_stop.engaged_by, 'stop.engaged', 'stop', v_id::text, jsonb_strip_nulls(jsonb_build_object('scope', p_stop.scope, 'name', p_stop.name,
    'what', p_stop.what, 'kill_running', p_stop.kill_running, 'reason', p_stop.reason, 'taken_back', v_taken_back, 'ordered_to_end', cardinality(v_running))));
  return jsonb_build_object('stop', v_id, 'engaged_at', v_at, 'taken_back', v_taken_back, 'ordered_to_end', coalesce(cardinality(v_running), 0));
end
$$;
comment on function holdfast_private.engage_stop(holdfast.emergency_stops) is 'Engages a stop: nothing it covers starts from this commit; with kill_running what runs is ordered to end.';

create function holdfast_private.release_stop(p_act holdfast.actions) returns jsonb
  language plpgsql set search_path = ''
as $$
declare
  v_stop holdfast.emergency_stops;
  v_dispatched integer := 0;
  v_workspace uuid;
begin
  select s.* into v_stop from holdfast.emergency_stops s where s.id = p_act.stop_id and (s.workspace_id is null or s.workspace_id = p_act.workspace_id) for update;
  if not found then
    perform holdfast_private.refuse(404, 'unknown_stop', format('There is no stop %s in this workspace.', p_act.stop_id), 'See holdfast.emergency_stops.');
  elsif v_stop.released_at is not null then
    perform holdfast_private.refuse(409, 'not_now', format('Stop %s was released at %s.', v_stop.id, v_stop.released_at), 'Nothing is left to release.');
  elsif v_stop.engaged_by = p_act.actor and not (holdfast_private.may_consent_alone(p_act.workspace_id)
     -- One person runs this workspace alone, but a stop of the installation is everybody's.
     and (v_stop.workspace_id is not null or not exists (select from holdfast.workspaces w where not w.single_operator))) then
    perform holdfast_private.refuse(403, 'own_request', format('You engaged stop %s yourself: another person must release it.', v_stop.id), 'Ask an approver of the workspace.');
  elsif v_stop.workspace_id is null then
    perform holdfast_private.check_everywhere('release', 'stop');
  end if;
  update holdfast.emergency_stops s set released_by = p_act.actor, released_at = p_act.acted_at, released_reason = p_act.reason where s.id = v_stop.id;
  for v_workspace in select w.id from holdfast.workspaces w where w.id = v_stop.workspace_id or v_stop.workspace_id is null loop
    v_dispatched := v_dispatched + holdfast_private.reopen(v_workspace, 'workspace', '', 'stop');
  end loop;
  return jsonb_build_object('state', 'released', 'dispatched', v_dispatched);
end
$$;
comment on function holdfast_private.release_stop(holdfast.actions) is 'Verb release on a stop: held jobs are asked again.';

-- What reaches into every workspace takes the role in every workspace.
create function holdfast_private.check_everywhere(p_verb text, p_subject text) returns void
  language plpgsql set search_path = ''
as $$
begin
  if holdfast_private.is_api_caller() and exists (select from holdfast.workspaces w where not exists (
       select from holdfast.my_powers p where p.workspace_id = w.id and p.verb = p_verb and p.subject = p_subject)) then
    perform holdfast_private.refuse(403, 'not_permitted', format('To %s a global %s you must be allowed to in every workspace of the installation.', p_verb, p_subject), 'Stop your own workspace, or ask whoever runs the installation.');
  end if;
end
$$;
comment on function holdfast_private.check_everywhere(text, text) is 'Refuses a caller who may not do this verb in every workspace.';

create function holdfast_private.act_on_stop(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_scope text := coalesce(p_act.params ->> 'scope', 'workspace');
  v_name text := p_act.params ->> 'name';
  v_stop holdfast.emergency_stops;
begin
  if p_act.verb = 'release' then
    p_act.result := holdfast_private.release_stop(p_act);
    p_act.affected := 1;
    return p_act;
  end if;
  if jsonb_typeof(p_act.params) <> 'object' or exists (select from jsonb_object_keys(p_act.params) k where k not in ('scope', 'name', 'what', 'kill_running')) then
    perform holdfast_private.refuse(400, 'unknown_option', format('params may hold scope, name, what and kill_running: got %s.', p_act.params), 'Example: {"scope": "lane", "name": "agent", "kill_running": true}.');
  elsif v_scope not in ('global', 'workspace', 'venture', 'lane', 'queue', 'kind') then
    perform holdfast_private.refuse(422, 'bad_scope', format('scope must be global, workspace, venture, lane, queue or kind: got %s.', quote_literal(left(v_scope, 60))), 'Leave it out to stop the whole workspace.');
  elsif (v_scope in ('global', 'workspace')) <> (v_name is null) then
    perform holdfast_private.refuse(422, 'bad_scope', format('A stop of a %s %s a name.', v_scope, case when v_name is null then 'needs' else 'takes no' end), 'Example: {"scope": "lane", "name": "agent"}.');
  elsif coalesce(jsonb_typeof(p_act.params -> 'what'), 'array') <> 'array' or p_act.params -> 'what' = '[]'
     or exists (select from jsonb_array_elements_text(coalesce(p_act.params -> 'what', '[]')) w where w not in ('workers', 'paid', 'external')) then
    perform holdfast_private.refuse(422, 'bad_stop', format('what must be an array of workers, paid and external: got %s.', p_act.params -> 'what'), 'Leave it out to stop everything (["workers"]).');
  elsif coalesce(jsonb_typeof(p_act.params -> 'kill_running'), 'boolean') <> 'boolean' then
    perform holdfast_private.refuse(422, 'bad_stop', format('kill_running must be true or false: got %s.', p_act.params -> 'kill_running'), 'Leave it out to let running work go on.');
  elsif v_scope = 'global' then
    perform holdfast_private.check_everywhere('engage', 'stop');
  elsif v_scope <> 'workspace' then
    perform holdfast_private.check_scope(p_act.workspace_id, v_scope, v_name);
  end if;
  v_stop.workspace_id := case when v_scope <> 'global' then p_act.workspace_id end;
  v_stop.scope := v_scope;
  v_stop.name := v_name;
  v_stop.what := coalesce((select array_agg(distinct w order by w) from jsonb_array_elements_text(p_act.params -> 'what') w), '{workers}');
  v_stop.kill_running := coalesce((p_act.params ->> 'kill_running')::boolean, false);
  v_stop.reason := p_act.reason;
  v_stop.engaged_by := p_act.actor;
  p_act.result := holdfast_private.engage_stop(v_stop);
  p_act.affected := (p_act.result ->> 'taken_back')::int + (p_act.result ->> 'ordered_to_end')::int;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_stop(holdfast.actions) is 'Verbs engage ({scope, name, what, kill_running}; default: the whole workspace, everything, running work goes on) and release.';

create function holdfast_private.check_scope(p_workspace uuid, p_scope text, p_name text) returns void
  language plpgsql stable set search_path = ''
as $$
declare
  v_known boolean;
begin
  execute format('select exists (select from holdfast.%I t where t.workspace_id = $1 and t.name = $2)', p_scope || 's') into v_known using p_workspace, p_name;
  if not v_known then
    perform holdfast_private.refuse_unknown(p_scope, p_name, p_workspace);
  end if;
end
$$;
comment on function holdfast_private.check_scope(uuid, text, text) is 'Refuses a venture, lane, queue or kind that the workspace does not have.';

create function holdfast_private.acknowledge_stops(p_worker bigint) returns void
  language plpgsql set search_path = ''
as $$
begin
  update holdfast.stop_acknowledgements a set acknowledged_at = holdfast_private.clock() where a.worker_id = p_worker and a.acknowledged_at is null;
end
$$;
comment on function holdfast_private.acknowledge_stops(bigint) is 'A worker has been heard of: it knows of every stop engaged so far.';

create view holdfast.stop_report with (security_invoker = true) as
  select s.id as stop_id, s.workspace_id, s.scope, s.name, s.what, s.reason, holdfast.name_of(s.workspace_id, s.engaged_by) as engaged_by, s.engaged_at,
    holdfast.name_of(s.workspace_id, s.released_by) as released_by, s.released_at,
    a.worker_id, w.name as worker, a.acknowledged_at, extract(epoch from a.acknowledged_at - s.engaged_at) as seconds_to_acknowledge,
    r.runs, r.still_running, case when r.still_running = 0 then extract(epoch from r.last_finished - s.engaged_at) end as seconds_to_quiet,
    case when a.acknowledged_at is null then 'NOT VERIFIED' when coalesce(r.still_running, 0) > 0 then 'STOPPING' else 'STOPPED' end as label
  from holdfast.emergency_stops s
  join holdfast.stop_acknowledgements a on a.stop_id = s.id
  left join holdfast.workers w on w.id = a.worker_id
  left join lateral (
    select count(*) as runs, count(*) filter (where n.finished_at is null) as still_running, max(n.finished_at) as last_finished
    from holdfast.stopped_runs t join holdfast.runs n on n.id = t.run_id where t.stop_id = s.id and t.worker_id = a.worker_id
  ) r on true;
comment on view holdfast.stop_report is 'Each emergency stop, worker by worker: when it acknowledged, how many runs it had to end, and seconds until it was quiet.';
comment on column holdfast.stop_report.stop_id is 'The stop.';
comment on column holdfast.stop_report.workspace_id is 'The workspace; null for a stop of the whole installation.';
comment on column holdfast.stop_report.scope is 'global, workspace, venture, lane, queue or kind.';
comment on column holdfast.stop_report.name is 'Name of the venture, lane, queue or kind.';
comment on column holdfast.stop_report.what is 'What it stops: workers, paid, external.';
comment on column holdfast.stop_report.reason is 'Why it was engaged.';
comment on column holdfast.stop_report.engaged_by is 'Name of who engaged it.';
comment on column holdfast.stop_report.engaged_at is 'When.';
comment on column holdfast.stop_report.released_by is 'Name of who released it.';
comment on column holdfast.stop_report.released_at is 'When. Null: engaged.';
comment on column holdfast.stop_report.worker_id is 'A worker that was alive when the stop was engaged.';
comment on column holdfast.stop_report.worker is 'Its name.';
comment on column holdfast.stop_report.acknowledged_at is 'Its first heartbeat after the stop. Null: not heard of yet.';
comment on column holdfast.stop_report.seconds_to_acknowledge is 'From the stop to that heartbeat.';
comment on column holdfast.stop_report.runs is 'How many of its runs the stop ordered to end.';
comment on column holdfast.stop_report.still_running is 'How many of those have not ended.';
comment on column holdfast.stop_report.seconds_to_quiet is 'From the stop to the end of the last of them. Null while one runs, or when there was none.';
comment on column holdfast.stop_report.label is 'STOPPED, STOPPING (a run has not ended) or NOT VERIFIED (the worker has not been heard of since).';
revoke all on holdfast.stop_report from anon, authenticated, service_role;
grant select on holdfast.stop_report to authenticated, service_role;
