-- Closing: a run ends, and its class decides what becomes of the job. One transaction closes the run, drops the lease,
-- moves the job, writes the event, frees slots, unblocks children and dispatches what became possible.

-- Alike failures group: numbers, hex ids and paths are folded before hashing.
create function holdfast_private.fingerprint(p_class text, p_message text) returns text
  language sql immutable set search_path = ''
as $$
  select left(encode(sha256(convert_to(coalesce(p_class, '') || ':' ||
    regexp_replace(regexp_replace(regexp_replace(left(coalesce(p_message, ''), 2000),
      '(/[^\s:''"]+)+', '<path>', 'g'),
      '\m[0-9a-f]{8,}(-[0-9a-f]{4,})*\M', '<id>', 'gi'),
      '[0-9]+', '<n>', 'g'), 'UTF8')), 'hex'), 16)
$$;
comment on function holdfast_private.fingerprint(text, text) is 'Sixteen hex digits over class and message, with paths, ids and numbers folded.';

-- The rule of what follows a run, in one place. In words, first match wins:
--   completed                                    -> completed
--   a person asked it to end, or it was ended so -> canceled
--   lost after its timeout window                -> timed_out (never kept alive)
--   lost, proven dead, class.quarantine_after times over -> quarantined (a poison job takes no further worker with it)
--   lost, retry-safe, quarantine_after times over        -> quarantined
--   lost, retry-safe                             -> retrying, at once
--   lost, not retry-safe                         -> awaiting_approval (it may still be running beyond a cut network)
--   failed or timed out, final or out of attempts -> quarantined where the class needs approval (a person let it start:
--                                                    a person looks at its end), otherwise failed or timed_out
--   failed or timed out, for the quarantine_after-th time in a row alike (twice at least) -> quarantined
--   failed or timed out, retry-safe              -> retrying, after its backoff
--   failed or timed out, not retry-safe          -> awaiting_approval
-- Attempts lost to a dead worker do not count against max_attempts: being killed is not failing.
create function holdfast_private.state_after(p_outcome text, p_verdict text, p_may_retry boolean, p_proven boolean, p_late boolean,
  p_attempt integer, p_crashes integer, p_max_attempts integer, p_quarantine_after integer, p_retry_safe boolean, p_alike integer, p_needs_approval boolean) returns text
  language sql immutable set search_path = ''
as $$
  select case
    when p_outcome = 'completed' then 'completed'
    when p_verdict <> 'keep' or p_outcome in ('canceled', 'stopped') then 'canceled'
    when p_outcome = 'lost' then case
      when p_late then 'timed_out'
      when p_crashes >= p_quarantine_after and (p_proven or p_retry_safe) then 'quarantined'
      when p_retry_safe then 'retrying'
      else 'awaiting_approval' end
    when not p_may_retry or p_attempt - p_crashes >= p_max_attempts then case when p_needs_approval then 'quarantined' else p_outcome end
    when p_alike >= greatest(p_quarantine_after, 2) then 'quarantined'
    when p_retry_safe then 'retrying'
    else 'awaiting_approval' end
$$;
comment on function holdfast_private.state_after(text, text, boolean, boolean, boolean, integer, integer, integer, integer, boolean, integer, boolean) is
  'State of a job after one of its runs ended. p_crashes counts this run when it was lost; p_proven: its death was proven, not just unheard of; p_late: past its timeout window; p_alike: failures in a row with this fingerprint, this one included.';

-- Full jitter: anywhere between nothing and the whole wait, so that a thousand jobs that failed together do not come back
-- together.
create function holdfast_private.backoff(p_kind text, p_base integer, p_cap integer, p_failures integer) returns interval
  language sql volatile set search_path = ''
as $$
  select make_interval(secs => random() * case p_kind
    when 'none' then 0
    when 'linear' then least(p_cap, p_base::bigint * greatest(p_failures, 1))
    else least(p_cap, p_base * 2.0 ^ least(greatest(p_failures, 1) - 1, 30)) end)
$$;
comment on function holdfast_private.backoff(text, integer, integer, integer) is 'Random wait before retry number p_failures: up to base doubled each time (exponential), base times n (linear), none.';

-- Closes runs, whatever ended them. p_proven says how a loss is known; p_orphans_cleared, that nothing of a lost command
-- is left. Tokens without a lease are answered, never raised: a late finish is normal.
create function holdfast_private.close_runs(p_finishes jsonb, p_actor text, p_proven boolean default true, p_orphans_cleared boolean default false)
  returns table (token bigint, accepted boolean, state text, reason text)
  language plpgsql set search_path = '' set enable_seqscan = off set plan_cache_mode = auto
as $$
#variable_conflict use_column
declare
  v_now timestamptz := holdfast_private.clock();
  v_closed jsonb;
  v_left bigint[];
  v_completed bigint[];
  v_ready bigint[];
  v_costs jsonb;
  v_hits jsonb := holdfast_private.output_rule_hits(p_finishes);
  v_tokens bigint[] := array(select (f ->> 'token')::bigint from jsonb_array_elements(p_finishes) f);
  v_busy bigint[];
begin
  perform holdfast_private.plan_for(cardinality(v_tokens));
  -- Jobs before leases: the order everybody locks in. Skip, never wait: one job or lease in a person's open transaction must
  -- not stop the finishes of the others. Its own finish is answered `busy`, and comes again.
  v_busy := array(select l.token from holdfast.leases l where l.token = any (v_tokens)
    and l.job_id not in (select j.id from holdfast.jobs j where j.id in (select k.job_id from holdfast.leases k where k.token = any (v_tokens)) order by j.id for update skip locked));
  v_busy := array(select t from unnest(v_tokens) t where t = any (v_busy) or (
    t in (select l.token from holdfast.leases l where l.token = any (v_tokens))
    and t not in (select l.token from holdfast.leases l where l.token = any (v_tokens) order by l.token for update skip locked)));

  with finishes as materialized (
    select f.token, f.exit_code, f.signal, f.memory_bytes, f.cpu_seconds, f.cost,
      case when too_large then 'failed' else f.outcome end as outcome,
      case when not too_large then f.result end as result,
      case when too_large then 'The result is larger than 64 KiB.' else f.error ->> 'message' end as error_message,
      case when too_large then 'result_too_large' else f.error ->> 'class' end as error_class,
      not too_large and coalesce((f.error ->> 'retry')::boolean, true) as may_retry
    from (
      select r.*, coalesce(octet_length(r.result::text) > 65536, false) as too_large
      from jsonb_to_recordset(p_finishes) as r (token bigint, outcome text, exit_code int, signal text, result jsonb, error jsonb, memory_bytes bigint, cpu_seconds numeric, cost numeric)
      where r.token <> all (v_busy)
    ) f
  ), dropped as (
    -- Dropping the lease is the fence: whoever deletes the row closes the run, and nobody else can.
    delete from holdfast.leases l using finishes f where l.token = f.token
    returning l.job_id, l.worker_id, l.mode, l.verdict, l.progress, l.progress_message, l.acquired_at,
      coalesce(f.memory_bytes, l.memory_bytes) as peak_memory, coalesce(f.cpu_seconds, l.cpu_seconds) as used_cpu, coalesce(holdfast_private.storable_amount(f.cost), l.cost) as spent, f.*
  ), closed as (
    update holdfast.runs r set finished_at = v_now, outcome = d.outcome, exit_code = d.exit_code, signal = d.signal, error_message = left(d.error_message, 4000), error_class = d.error_class,
      memory_bytes = d.peak_memory, cpu_seconds = d.used_cpu, cost = d.spent,
      orphan_cleared = case when d.outcome = 'lost' and d.mode = 'command' then p_orphans_cleared end
    from dropped d where r.id = d.token
    returning r.id, r.started_at
  ), printed as (
    select d.*, case when d.outcome <> 'completed' then holdfast_private.fingerprint(d.error_class, d.error_message) end as print from dropped d
  ), decided as (
    select d.*, c.backoff, c.backoff_seconds, c.backoff_cap_seconds, c.quarantine_after, j.attempt, j.crash_count + (d.outcome = 'lost')::int as crashes,
      case when d.outcome not in ('failed', 'timed_out') then 0 when j.fingerprint = d.print then j.alike_failures + 1 else 1 end as alike,
      case
        when v_hits #>> array[d.token::text, 'action'] = 'quarantine' then 'quarantined'
        when d.outcome = 'completed' then 'completed' else
        holdfast_private.state_after(d.outcome, d.verdict, d.may_retry, p_proven, v_now > j.started_at + make_interval(secs => j.timeout_seconds),
          j.attempt, j.crash_count + (d.outcome = 'lost')::int, j.max_attempts, c.quarantine_after, c.retry_safe,
          case when j.fingerprint = d.print then j.alike_failures + 1 else 1 end, c.needs_approval) end as next_state
    from printed d
    join holdfast.jobs j on j.id = d.job_id
    join holdfast.job_classes c on c.workspace_id = j.workspace_id and c.name = j.class
  ), moved as (
    update holdfast.jobs j set
      state = d.next_state,
      crash_count = d.crashes,
      -- Functions share their worker's process; a command has one of its own and can take nobody with it.
      suspect = d.outcome = 'lost' and d.mode = 'function' and d.next_state = 'retrying' and d.crashes >= d.quarantine_after - 1,
      run_at = case when d.next_state <> 'retrying' then j.run_at when d.outcome = 'lost' then v_now
        else v_now + holdfast_private.backoff(d.backoff, d.backoff_seconds, d.backoff_cap_seconds, d.attempt - d.crashes) end,
      finished_at = case when d.next_state in ('completed', 'failed', 'timed_out', 'canceled') then v_now end,
      progress = case when d.next_state = 'completed' and d.progress is not null then 1 else d.progress end,
      progress_message = d.progress_message,
      result = case when d.outcome = 'completed' then d.result else coalesce(d.result, j.result) end,
      alike_failures = d.alike,
      -- A consent that was spent stays good for what the class retries by itself; whatever else follows asks anew.
      consent = case d.next_state when 'retrying' then j.consent when 'awaiting_approval' then 'retry' end,
      error_message = case when v_hits ? d.token::text and d.next_state = 'quarantined' then 'Output rule ' || (v_hits #>> array[d.token::text, 'rule']) || ' matched.'
        when d.outcome <> 'completed' then left(d.error_message, 4000) end,
      error_class = case when v_hits ? d.token::text and d.next_state = 'quarantined' then 'output_rule' when d.outcome <> 'completed' then d.error_class end,
      fingerprint = d.print
    from decided d where j.id = d.job_id
    returning j.id, j.workspace_id, j.state, j.attempt, j.dispatched_at, j.started_at, j.run_at, j.paid, d.token, d.outcome, d.exit_code, d.signal, d.error_class, d.worker_id, d.spent
  ), recorded as (
    insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id, data)
    select v_now, m.workspace_id, coalesce(p_actor, 'worker:' || m.worker_id), 'run.closed', 'run', m.token::text,
      jsonb_strip_nulls(jsonb_build_object('job', m.id, 'attempt', m.attempt, 'worker', m.worker_id, 'outcome', m.outcome, 'state', m.state, 'dispatched_at', m.dispatched_at, 'started_at', m.started_at,
        'exit_code', m.exit_code, 'signal', m.signal, 'error_class', m.error_class))
    from moved m
  )
  select jsonb_object_agg(m.token, m.state), array_agg(m.id),
    array_agg(m.id) filter (where m.state = 'completed'),
    array_agg(m.id) filter (where m.state = 'retrying' and p_proven and m.run_at <= v_now),
    jsonb_object_agg(m.id, m.spent) filter (where m.paid or m.spent > 0)
  into v_closed, v_left, v_completed, v_ready, v_costs from moved m;

  if v_left is not null then
    -- What was certainly not running any more goes again at once; the rest waits for the promote duty. Rows first, scopes
    -- last: every job that moves here is locked before the first scope is.
    update holdfast.jobs j set state = 'queued', queued_at = v_now where j.id = any (v_ready) and j.state = 'retrying';
    if v_completed is not null then
      v_ready := coalesce(v_ready, '{}') || holdfast_private.unblock(v_completed);
    end if;
    perform holdfast_private.free_slots(v_left, coalesce(v_costs, '{}'));
    if v_hits <> '{}' then
      perform holdfast_private.note_output_hits(v_hits);
    end if;
    if v_ready <> '{}' then
      perform holdfast_private.dispatch(v_ready, false);
    end if;
  end if;

  return query select c.key::bigint, true, c.value, null::text from jsonb_each_text(v_closed) c;
  if coalesce(cardinality(v_left), 0) < cardinality(v_tokens) then
    return query
      select f.token, coalesce(r.outcome = f.outcome, false), j.state, case when f.token = any (v_busy) then 'busy' when r.outcome = f.outcome then null else 'lease_lost' end
      from (
        -- The outcome as it was stored, so that a repeat of a finish with too large a result is known as one.
        select r.token, case when octet_length(r.result::text) > 65536 then 'failed' else r.outcome end as outcome
        from jsonb_to_recordset(p_finishes) as r (token bigint, outcome text, result jsonb)) f
      left join holdfast.runs r on r.id = f.token
      left join holdfast.jobs j on j.id = r.job_id
      where v_closed is null or not v_closed ? f.token::text;
  end if;
end
$$;
comment on function holdfast_private.close_runs(jsonb, text, boolean, boolean) is 'Ends runs and moves their jobs on, in one transaction. See finish_runs for the shape.';

create function holdfast_private.finish_runs(p_finishes jsonb) returns table (token bigint, accepted boolean, state text, reason text)
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from jsonb_array_elements(p_finishes) f where coalesce(f ->> 'outcome', '') not in ('completed', 'failed', 'timed_out', 'canceled', 'stopped')) then
    perform holdfast_private.refuse(422, 'unknown_outcome', 'A run finishes as completed, failed, timed_out, canceled or stopped.', 'Only the recovery functions may declare a run lost.');
  end if;
  return query select * from holdfast_private.close_runs(p_finishes, null);
end
$$;
comment on function holdfast_private.finish_runs(jsonb) is 'Workers and runners end runs: [{token, outcome, exit_code, signal, result, error: {message, class, retry}, memory_bytes, cpu_seconds, cost}]. A stale token gets accepted = false, reason lease_lost; one whose job somebody holds right now, reason busy: send it again.';
