-- A workspace's past, made up: jobs with their runs, labels, dead letters and quarantine rows, spread as real ones are.
-- Run by a superuser (tests/scale/seed.ts): it goes past the triggers, which would take an hour for a million, and leaves
-- what they would have left. Nothing here runs or waits to run: what is queued is due in 2040.

create function pg_temp.furnish_history(p_workspace uuid) returns void language plpgsql as $$
begin
  insert into holdfast.ventures (workspace_id, name, title) select p_workspace, 'venture_' || n, 'Venture ' || n from generate_series(1, 8) n on conflict do nothing;
  insert into holdfast.kinds (workspace_id, name, mode, class, description)
  select p_workspace, k, 'function', 'small', 'Made up.' from unnest(array(select 'task_' || to_char(n, 'FM00') from generate_series(1, 38) n) || '{legacy_import,never_used}'::text[]) k on conflict do nothing;
  insert into holdfast.profiles (workspace_id, name, program, description)
  select p_workspace, p, 'true', 'Made up.' from unnest('{review_agent,report_agent}'::text[]) p where not exists (select from holdfast.profiles o where o.workspace_id = p_workspace and o.name = p);
  if not exists (select from holdfast.workers w where w.boot_id = 'seed') then
    -- Four workers that were restarted ten times each, one that ran little, one that ran nothing.
    insert into holdfast.workers (name, host, boot_id, pid, pid_started, lanes, capacity, version, started_at, last_seen_at, ended_at, ended_reason)
    select 'seed-' || n % 4 + 1, 'host-' || n % 4 + 1, 'seed', 1000 + n, n::text, '{default,build,eval}'::text[], 16, 'seed', now() - make_interval(secs => 194400 * (41 - n)), now() - make_interval(secs => 194400 * (40 - n)), now() - make_interval(secs => 194400 * (40 - n)), 'retired'
    from generate_series(1, 40) n
    union all
    select w, 'host-9', 'seed', 9000, w, '{default}', 1, 'seed', now() - interval '90 days', now() - interval '1 day', now() - interval '1 day', 'retired' from unnest('{seed-rare,seed-idle}'::text[]) w;
  end if;
end
$$;

create function pg_temp.seed_history(p_workspace uuid, p_jobs integer, p_days integer default 90) returns bigint language plpgsql as $$
declare
  v_kinds text[] := array(select 'task_' || to_char(n, 'FM00') from generate_series(1, 38) n);
  v_people text[] := array(select 'user:' || m.user_id from holdfast.members m where m.workspace_id = p_workspace and m.role <> 'viewer' order by m.role);
  v_schedules text[] := array(select s.name from holdfast.schedules s where s.workspace_id = p_workspace order by s.name);
  v_errors constant text[] := '{exit_code,timeout,invalid_payload,worker_died,disk_full,environment_missing,upstream,test}';
  v_workers bigint[] := array(select w.id from holdfast.workers w where w.boot_id = 'seed' and w.pid between 1001 and 1040 order by w.pid);
  v_rare bigint := (select w.id from holdfast.workers w where w.boot_id = 'seed' and w.name = 'seed-rare');
  v_before bigint := coalesce((select max(j.id) from holdfast.jobs j), 0);
begin
  perform setseed(0.42);
  perform set_config('session_replication_role', 'replica', true);
  with spread as materialized (
    select n, n::float8 / p_jobs as age, random() as a, random() as b, random() as c, random() as d, random() as e, random() as f, random() as g, random() as h, random() as i, now() - make_interval(secs => p_days * 86400 * (1 - n::float8 / p_jobs)) as at
    from generate_series(1, p_jobs) n
  ), shaped as (
    select s.*,
      case when a < 0.15 then 'schedule' when a < 0.25 then 'manual' when a < 0.32 then 'work_order' when a < 0.35 then 'rerun' when a < 0.36 then 'retry' else 'api' end as trigger,
      case when b < 0.87 then 'completed' when b < 0.93 then 'failed' when b < 0.945 then 'timed_out' when b < 0.975 then 'canceled' when b < 0.98 then 'quarantined' else 'queued' end as state,
      case when age < 0.05 and c < 0.5 then 'legacy_import' when c < 0.02 then 'review_agent' when c > 0.9999 then 'report_agent' else v_kinds[1 + floor(38 * c * c * c)::int] end as kind
    from spread s
  )
  insert into holdfast.jobs (workspace_id, venture, queue, lane, kind, class, name, state, held_by, payload, labels, run_at, timeout_seconds, max_attempts, attempt, trigger, schedule, rerun_of, created_by,
    progress, result, error_message, error_class, fingerprint, created_at, queued_at, dispatched_at, started_at, finished_at)
  select p_workspace,
    case when d < 0.3 then 'venture_' || 1 + floor(7 * d / 0.3)::int end,
    case when trigger = 'schedule' then 'scheduled' when e < 0.7 then 'primary' when e < 0.85 then 'priority' when e < 0.95 then 'report' when e < 0.999 then 'recovery' else 'alert' end,
    case when f < 0.75 then 'default' when f < 0.9 then 'build' when f < 0.9995 then 'eval' else 'recovery' end,
    kind,
    case when g < 0.7 then 'small' when g < 0.9 then 'medium' when g < 0.9995 then 'large' else 'approval_required' end,
    case when trigger = 'schedule' then v_schedules[1 + floor(9 * h)::int]
      when h < 0.9 then (array['invoice', 'customer', 'nightly', 'sync', 'deploy', 'review', 'crawl', 'zebra'])[1 + floor(7.001 * h / 0.9)::int] || ' ' || to_char((n::bigint * 7919) % 1000000, 'FM000000') end,
    state,
    case when state = 'queued' then '{due_time}'::text[] else '{}' end,
    jsonb_build_object('n', n, 'input', md5(n::text)),
    case when i < 0.25 then jsonb_build_object('customer', 'c-' || floor(5000 * i * 4)::int) when i < 0.4 then jsonb_build_object('env', case when g < 0.8 then 'production' else 'staging' end)
      when trigger = 'schedule' then jsonb_build_object('schedule', v_schedules[1 + floor(9 * h)::int]) when age < 0.01 then '{"era": "first"}' else '{}' end,
    case when state = 'queued' then '2040-01-01' else at end, 300, 4,
    case when state = 'queued' or (state = 'canceled' and h < 0.5) then 0 when h > 0.8 then 2 else 1 end,
    trigger,
    case when trigger = 'schedule' then v_schedules[1 + floor(9 * h)::int] end,
    case when trigger = 'rerun' then nullif(v_before + greatest(n - 1 - floor(1000 * c)::int, 0), v_before) end,
    case when trigger = 'schedule' then 'schedule:' || v_schedules[1 + floor(9 * h)::int] when trigger in ('manual', 'rerun') then coalesce(v_people[1 + floor(cardinality(v_people) * f * 0.9999)::int], 'service_role') else 'service_role' end,
    case when state = 'completed' and g < 0.3 then 1 end,
    case when state = 'completed' then '{"ok": true}'::jsonb end,
    case when state in ('failed', 'timed_out', 'quarantined') then 'Made up: ' || v_errors[1 + floor(8 * c * c)::int] || ' at line ' || n when state = 'canceled' then 'Canceled.' end,
    case when state in ('failed', 'timed_out', 'quarantined') then v_errors[1 + floor(8 * c * c)::int] when state = 'canceled' then 'canceled' end,
    case when state in ('failed', 'timed_out', 'quarantined') then left(md5(floor(200 * d * d)::text), 16) end,
    at, at,
    case when state <> 'queued' then at + make_interval(secs => 0.2 + e) end,
    case when state <> 'queued' and not (state = 'canceled' and h < 0.5) then at + make_interval(secs => 0.5 + e) end,
    case when state in ('completed', 'failed', 'timed_out', 'canceled') then at + make_interval(secs => 1 + e + 600 * g * g * g * g) end
  from shaped order by n;

  insert into holdfast.runs (workspace_id, job_id, attempt, worker_id, started_at, finished_at, outcome, exit_code, signal, error_message, error_class, memory_bytes, cpu_seconds, cost)
  select j.workspace_id, j.id, t, case when j.id % 2003 = 0 then v_rare else v_workers[least(40, 1 + floor(40 * (j.id - v_before)::float8 / p_jobs)::int)] end,
    case when t = j.attempt then j.started_at else j.started_at - interval '0.3 seconds' end,
    case when t = j.attempt then coalesce(j.finished_at, j.started_at + interval '2 seconds') else j.started_at - interval '0.1 seconds' end,
    case when t < j.attempt or j.state = 'quarantined' then 'failed' else j.state end,
    case when j.lane = 'build' then case when t = j.attempt and j.state = 'completed' then 0 else 1 end end,
    case when j.state = 'timed_out' and t = j.attempt then 'SIGTERM' end,
    case when t < j.attempt then 'Made up: the first attempt.' else j.error_message end, case when t < j.attempt then 'test' else j.error_class end,
    (20e6 + 980e6 * random() ^ 6)::bigint, round((0.01 + 60 * random() ^ 4)::numeric, 3), case when j.kind in ('review_agent', 'report_agent') then round((random() * 2)::numeric, 4) end
  from holdfast.jobs j cross join generate_series(1, j.attempt) t where j.workspace_id = p_workspace and j.id > v_before order by j.id, t;
  insert into holdfast.job_labels (job_id, key, value, workspace_id, created_at)
  select j.id, l.key, l.value, j.workspace_id, j.created_at from holdfast.jobs j cross join jsonb_each_text(j.labels) l where j.workspace_id = p_workspace and j.id > v_before and j.labels <> '{}' order by j.id;
  insert into holdfast.dead_letters (workspace_id, job_id, queue, kind, state_before, error_class, last_error, fingerprint, attempts, hint, died_at)
  select j.workspace_id, j.id, j.queue, j.kind, j.state, j.error_class, j.error_message, j.fingerprint, j.attempt, 'Made up.', j.finished_at from holdfast.jobs j where j.workspace_id = p_workspace and j.id > v_before and j.state in ('failed', 'timed_out') order by j.id;
  insert into holdfast.quarantine (workspace_id, job_id, reason_code, source, severity, evidence, recommended_action, opened_at)
  select j.workspace_id, j.id, 'fails_alike', 'supervisor', 'medium', jsonb_build_object('error', j.error_message), 'Made up.', j.started_at from holdfast.jobs j where j.workspace_id = p_workspace and j.id > v_before and j.state = 'quarantined' order by j.id;
  perform set_config('session_replication_role', 'origin', true);
  return (select count(*) from holdfast.runs r join holdfast.jobs j on j.id = r.job_id where j.workspace_id = p_workspace and j.id > v_before);
end
$$;
