-- Money: what work may cost, what it has reserved, what it has spent.
--
-- A paid job reserves its estimate from every budget that covers it before it is dispatched, under those budgets' row locks:
-- 64 dispatchers against a cap of 10.00 can reserve 10.00 and not a cent more. What it really cost is settled when its run
-- ends; a run that says nothing is counted at its estimate, because money that may be gone counts as gone. A paid job that no
-- budget covers waits: no money is spent automatically until somebody has said how much may be.
--
-- Lock order: jobs, leases, scopes (queues, lanes, classes, keys), then budgets by id. Only an enqueue that holds no budget
-- yet waits for one. What keeps or closes runs never does: money that cannot be settled at once is settled by the promote
-- duty, and until then stays reserved.

create table holdfast.budgets (
  id bigint generated always as identity primary key,
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint budgets_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  scope text not null constraint budgets_scope_is_known check (scope in ('workspace', 'venture', 'lane', 'kind')),
  scope_name text,
  period text not null constraint budgets_period_is_known check (period in ('day', 'week', 'month')),
  currency text not null,
  cap numeric not null constraint budgets_cap_is_an_amount check (cap between 0 and 99999999),
  approval_threshold numeric constraint budgets_threshold_is_an_amount check (approval_threshold between 0 and 99999999),
  on_breach text not null default 'hold' constraint budgets_on_breach_is_known check (on_breach in ('hold', 'ask', 'stop')),
  breached_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  unique (workspace_id, name),
  constraint budgets_scope_has_its_name check ((scope = 'workspace') = (scope_name is null))
);
comment on table holdfast.budgets is 'How much may be spent in a day, week or month: by the whole workspace, a venture, a lane or a kind.';
comment on column holdfast.budgets.id is 'Identity; budgets are locked in this order.';
comment on column holdfast.budgets.workspace_id is 'The workspace.';
comment on column holdfast.budgets.name is 'Name used in acts.';
comment on column holdfast.budgets.scope is 'What it covers: workspace, venture, lane or kind.';
comment on column holdfast.budgets.scope_name is 'Name of the venture, lane or kind.';
comment on column holdfast.budgets.period is 'day, week (from Monday) or month, in the workspace''s time zone.';
comment on column holdfast.budgets.currency is 'The workspace''s currency.';
comment on column holdfast.budgets.cap is 'The most that may be reserved and spent in one period.';
comment on column holdfast.budgets.approval_threshold is 'Above this, each further job of the period needs a person''s consent. Default for a day: 25. Null: none.';
comment on column holdfast.budgets.on_breach is 'What happens to a job that does not fit under the cap: hold (waits for the next period or a raise), ask (a person may let it pass), stop (paid work of the scope is stopped).';
comment on column holdfast.budgets.breached_at is 'When a job last did not fit.';
comment on column holdfast.budgets.created_by is 'Who added it; filled by the database.';
comment on column holdfast.budgets.created_at is 'When.';

create table holdfast.budget_periods (
  budget_id bigint not null references holdfast.budgets (id) on delete cascade,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  workspace_id uuid not null,
  reserved numeric(14, 6) not null default 0 constraint budget_periods_reserved_is_not_negative check (reserved >= 0),
  spent numeric(14, 6) not null default 0,
  primary key (budget_id, starts_at)
);
comment on table holdfast.budget_periods is 'Counters of each budget and period. Their sums are those of reservations and cost_entries.';
comment on column holdfast.budget_periods.budget_id is 'The budget.';
comment on column holdfast.budget_periods.starts_at is 'Start of the period.';
comment on column holdfast.budget_periods.ends_at is 'Its end, exclusive.';
comment on column holdfast.budget_periods.workspace_id is 'The workspace.';
comment on column holdfast.budget_periods.reserved is 'Reserved by jobs on their way.';
comment on column holdfast.budget_periods.spent is 'Settled and adjusted.';

create table holdfast.cost_entries (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  entry text not null constraint cost_entries_entry_is_known check (entry in ('reserve', 'settle', 'release', 'adjust')),
  amount numeric(14, 6) not null constraint cost_entries_amount_is_a_number check (amount <> 'NaN'),
  currency text not null,
  counts_at timestamptz not null,
  source text not null,
  job_id bigint,
  run_id bigint,
  venture text,
  lane text,
  kind text,
  budget text,
  at timestamptz not null
);
create index cost_entries_newest on holdfast.cost_entries (workspace_id, counts_at desc, id desc);
create index cost_entries_by_job on holdfast.cost_entries (job_id) where job_id is not null;
comment on table holdfast.cost_entries is 'The cost ledger: every amount reserved, settled, released or adjusted. Never changed.';
comment on column holdfast.cost_entries.id is 'Identity.';
comment on column holdfast.cost_entries.workspace_id is 'The workspace.';
comment on column holdfast.cost_entries.entry is 'reserve (before a run), settle (what it cost), release (the reservation ends), adjust (a person''s correction).';
comment on column holdfast.cost_entries.amount is 'The amount; release and some adjustments are negative.';
comment on column holdfast.cost_entries.currency is 'The workspace''s currency.';
comment on column holdfast.cost_entries.counts_at is 'The moment whose period it counts in: when the money was reserved.';
comment on column holdfast.cost_entries.source is 'Where the figure comes from: estimate, reported, assumed (nothing was reported) or a person.';
comment on column holdfast.cost_entries.job_id is 'The job.';
comment on column holdfast.cost_entries.run_id is 'The run that spent it.';
comment on column holdfast.cost_entries.venture is 'Venture of the job.';
comment on column holdfast.cost_entries.lane is 'Lane of the job.';
comment on column holdfast.cost_entries.kind is 'Kind of the job.';
comment on column holdfast.cost_entries.budget is 'For an adjustment: the budget it corrects.';
comment on column holdfast.cost_entries.at is 'When it was written.';

create table holdfast_private.reservations (
  job_id bigint not null,
  budget_id bigint not null references holdfast.budgets (id) on delete cascade,
  starts_at timestamptz not null,
  reserved_at timestamptz not null,
  amount numeric(14, 6) not null,
  primary key (job_id, budget_id)
);
create index reservations_by_budget on holdfast_private.reservations (budget_id, starts_at);
comment on table holdfast_private.reservations is 'What jobs on their way hold of each budget. A job that no budget covers, but that costs, has none.';
comment on column holdfast_private.reservations.job_id is 'The job.';
comment on column holdfast_private.reservations.budget_id is 'The budget.';
comment on column holdfast_private.reservations.starts_at is 'The period it counts in.';
comment on column holdfast_private.reservations.reserved_at is 'When it was reserved.';
comment on column holdfast_private.reservations.amount is 'How much.';
alter table holdfast_private.reservations enable row level security;

create table holdfast_private.unsettled (
  job_id bigint primary key,
  ran boolean not null,
  cost numeric
);
comment on table holdfast_private.unsettled is 'Jobs whose reservation ended while somebody held one of its budgets: the promote duty settles them. Until then they reserve nothing new.';
comment on column holdfast_private.unsettled.job_id is 'The job.';
comment on column holdfast_private.unsettled.ran is 'Whether it ran.';
comment on column holdfast_private.unsettled.cost is 'The cost it reported, if any.';
alter table holdfast_private.unsettled enable row level security;

create function holdfast.period_start(p_period text, p_zone text, p_at timestamptz) returns timestamptz
  language sql stable set search_path = ''
  as $$ select date_trunc(p_period, p_at at time zone p_zone) at time zone p_zone $$;
comment on function holdfast.period_start(text, text, timestamptz) is 'Start of the day, week (Monday) or month around a moment, in a time zone.';

create function holdfast_private.budgets_of(p_workspace uuid, p_venture text, p_lane text, p_kind text) returns setof holdfast.budgets
  language plpgsql volatile set search_path = ''
as $$
begin
  return query select b.* from holdfast.budgets b
    where b.workspace_id = p_workspace
      and case b.scope when 'venture' then b.scope_name = p_venture when 'lane' then b.scope_name = p_lane when 'kind' then b.scope_name = p_kind else true end
    order by b.id;
end
$$;
comment on function holdfast_private.budgets_of(uuid, text, text, text) is 'The budgets that cover work of this venture, lane and kind, in lock order.';

create function holdfast_private.used_of(p_budget holdfast.budgets, p_at timestamptz) returns numeric
  language plpgsql volatile set search_path = ''
as $$
begin
  return coalesce((select p.reserved + p.spent from holdfast.budget_periods p
    where p.budget_id = p_budget.id and p.starts_at = holdfast.period_start(p_budget.period, (select w.time_zone from holdfast.workspaces w where w.id = p_budget.workspace_id), p_at)), 0);
end
$$;
comment on function holdfast_private.used_of(holdfast.budgets, timestamptz) is 'Reserved and spent of a budget in the period around a moment.';

-- The rule, in one place: may this job's estimate be reserved now? open, hold (budget gate), or ask (a person may let it pass).
create function holdfast_private.money_verdict(p_candidate holdfast_private.candidate) returns text
  language plpgsql volatile set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
  v_budget holdfast.budgets;
  v_used numeric;
  v_verdict text := 'hold';
  v_consented boolean := p_candidate.consent and exists (select from holdfast.approvals a where a.id = holdfast_private.grant_for(p_candidate.job_id) and a.purpose = 'spend');
begin
  if exists (select from holdfast_private.unsettled u where u.job_id = p_candidate.job_id) then
    return 'hold';
  end if;
  for v_budget in select * from holdfast_private.budgets_of(p_candidate.workspace_id, p_candidate.venture, p_candidate.lane, p_candidate.kind) loop
    v_used := holdfast_private.used_of(v_budget, v_now);
    if v_used + p_candidate.est_cost > v_budget.cap and not (v_budget.on_breach = 'ask' and v_consented) then
      if v_budget.on_breach <> 'ask' then
        return 'hold';
      end if;
      v_verdict := 'ask';
    elsif v_used + p_candidate.est_cost > v_budget.approval_threshold and not v_consented then
      v_verdict := 'ask';
    elsif v_verdict = 'hold' then
      v_verdict := 'open';
    end if;
  end loop;
  -- No budget covers it: held, until somebody has said how much may be spent.
  return v_verdict;
end
$$;
comment on function holdfast_private.money_verdict(holdfast_private.candidate) is 'open, hold or ask: whether a paid job''s estimate fits every budget that covers it now.';

create function holdfast_private.gate_budget(p_candidates holdfast_private.candidate[], p_taking boolean default false) returns setof bigint
  language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
  if not exists (select from unnest(p_candidates) c where c.paid) then
    return;
  end if;
  return query select c.job_id from unnest(p_candidates) c where c.paid and case
    -- When the lease is taken the money must be reserved already.
    when p_taking then not exists (select from holdfast_private.reservations r where r.job_id = c.job_id)
    else holdfast_private.money_verdict(c) = 'hold' end;
end
$$;
comment on function holdfast_private.gate_budget(holdfast_private.candidate[], boolean) is 'Gate budget: holds paid jobs that do not fit under a cap, or that no budget covers.';

create function holdfast_private.lock_budgets(p_budgets bigint[], p_wait boolean) returns bigint[]
  language plpgsql set search_path = ''
as $$
declare
  v_got bigint[];
begin
  if p_wait and coalesce(current_setting('holdfast.holds_budget', true), '') <> pg_current_xact_id()::text then
    v_got := array(select b.id from holdfast.budgets b where b.id = any (p_budgets) order by b.id for no key update);
  else
    v_got := array(select b.id from holdfast.budgets b where b.id = any (p_budgets) order by b.id for no key update skip locked);
  end if;
  if v_got <> '{}' then
    -- Whoever holds a budget waits neither for another nor for a scope: those come before budgets.
    perform set_config('holdfast.holds_budget', pg_current_xact_id()::text, true);
  end if;
  return v_got;
end
$$;
comment on function holdfast_private.lock_budgets(bigint[], boolean) is 'Locks budgets in id order until the transaction ends; returns those it got.';

-- Reserves. Returns the candidates that got nothing, with the gate that holds them: budget, or approval.
create function holdfast_private.take_money(p_candidates holdfast_private.candidate[], p_wait boolean) returns table (job_id bigint, gate text)
  language plpgsql set search_path = ''
as $$
#variable_conflict use_column
declare
  v_now timestamptz := holdfast_private.clock();
  v_candidate holdfast_private.candidate;
  v_covering bigint[];
  v_got bigint[];
  v_verdict text;
begin
  v_got := holdfast_private.lock_budgets(array(
    select distinct b.id from unnest(p_candidates) c cross join lateral holdfast_private.budgets_of(c.workspace_id, c.venture, c.lane, c.kind) b), p_wait);
  foreach v_candidate in array p_candidates loop
    v_covering := array(select b.id from holdfast_private.budgets_of(v_candidate.workspace_id, v_candidate.venture, v_candidate.lane, v_candidate.kind) b);
    v_verdict := case when v_covering <@ v_got then holdfast_private.money_verdict(v_candidate) else 'hold' end;
    if v_verdict = 'open' then
      perform holdfast_private.reserve(v_candidate, v_covering, v_candidate.est_cost, v_now);
    else
      return query select v_candidate.job_id, case v_verdict when 'ask' then 'approval' else 'budget' end;
    end if;
  end loop;
end
$$;
comment on function holdfast_private.take_money(holdfast_private.candidate[], boolean) is 'Gate budget, exactly: reserves the estimates that fit, under the budgets'' locks; returns the others with the gate that holds them.';

-- Paid jobs were held: budgets under whose cap they do not fit are broken, which the promote duty acts on. Once a minute is
-- enough, and a budget that somebody holds is noted at the next occasion.
create function holdfast_private.note_breaches(p_candidates holdfast_private.candidate[]) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := holdfast_private.clock();
begin
  update holdfast.budgets b set breached_at = v_now
  where b.id = any (holdfast_private.lock_budgets(array(
    select distinct k.id from unnest(p_candidates) c cross join lateral holdfast_private.budgets_of(c.workspace_id, c.venture, c.lane, c.kind) k
    where coalesce(k.breached_at, '-infinity') < v_now - interval '50 seconds' and holdfast_private.used_of(k, v_now) + c.est_cost > k.cap), false));
end
$$;
comment on function holdfast_private.note_breaches(holdfast_private.candidate[]) is 'Marks the budgets whose cap the given held jobs would pass as broken.';

create function holdfast_private.reserve(p_candidate holdfast_private.candidate, p_budgets bigint[], p_amount numeric, p_at timestamptz) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_zone text := (select w.time_zone from holdfast.workspaces w where w.id = p_candidate.workspace_id);
begin
  insert into holdfast.budget_periods as p (budget_id, starts_at, ends_at, workspace_id, reserved)
  select b.id, s.starts_at, ((s.starts_at at time zone v_zone) + ('1 ' || b.period)::interval) at time zone v_zone, b.workspace_id, p_amount
  from holdfast.budgets b, lateral (select holdfast.period_start(b.period, v_zone, p_at) as starts_at) s where b.id = any (p_budgets) order by b.id
  on conflict (budget_id, starts_at) do update set reserved = p.reserved + excluded.reserved;
  insert into holdfast_private.reservations as r (job_id, budget_id, starts_at, reserved_at, amount)
  select p_candidate.job_id, b.id, holdfast.period_start(b.period, v_zone, p_at), p_at, p_amount from holdfast.budgets b where b.id = any (p_budgets)
  on conflict (job_id, budget_id) do update set amount = r.amount + excluded.amount;
  insert into holdfast.cost_entries (workspace_id, entry, amount, currency, counts_at, source, job_id, venture, lane, kind, at)
  select p_candidate.workspace_id, 'reserve', p_amount, w.currency, p_at, 'estimate', p_candidate.job_id, p_candidate.venture, p_candidate.lane, p_candidate.kind, holdfast_private.clock()
  from holdfast.workspaces w where w.id = p_candidate.workspace_id;
end
$$;
comment on function holdfast_private.reserve(holdfast_private.candidate, bigint[], numeric, timestamptz) is 'Notes a reservation in every covering budget and in the cost ledger.';

-- Jobs left dispatched or running. p_costs holds {job: reported cost or null} for those that ran; the others spent nothing.
-- True when money may have become free.
create function holdfast_private.settle_money(p_jobs bigint[], p_costs jsonb) returns boolean
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_job record;
  v_held record;
  v_cost numeric;
  v_freed boolean := false;
  v_got bigint[];
begin
  if p_costs = '{}' and not exists (select from holdfast_private.reservations r where r.job_id = any (p_jobs)) then
    return false;
  end if;
  v_got := holdfast_private.lock_budgets(array(
    select r.budget_id from holdfast_private.reservations r where r.job_id = any (p_jobs)
    union select b.id from holdfast.jobs j cross join lateral holdfast_private.budgets_of(j.workspace_id, j.venture, j.lane, j.kind) b
      where j.id = any (array(select k::bigint from jsonb_object_keys(p_costs) k))), false);
  for v_job in select j.id, j.workspace_id, j.venture, j.lane, j.kind, j.est_cost, w.currency, w.time_zone, p_costs ? j.id::text as ran, (p_costs ->> j.id::text)::numeric as reported,
      (select max(n.id) from holdfast.runs n where n.job_id = j.id) as run_id
    from holdfast.jobs j join holdfast.workspaces w on w.id = j.workspace_id where j.id = any (p_jobs) order by j.id
  loop
    select max(r.amount) as amount, max(r.reserved_at) as reserved_at into v_held from holdfast_private.reservations r where r.job_id = v_job.id;
    v_cost := case when v_job.ran then coalesce(v_job.reported, v_held.amount, 0) else 0 end;
    if v_held.amount is null and v_cost > 0 then
      -- A run that was given up as lost has been counted once, and may have come back: only what it cost beyond that is new.
      v_cost := greatest(0, v_cost - coalesce((select sum(c.amount) from holdfast.cost_entries c where c.job_id = v_job.id and c.run_id = v_job.run_id and c.entry = 'settle'), 0));
    end if;
    if v_held.amount is null and v_cost = 0 then
      continue;
    elsif exists (select from holdfast_private.reservations r where r.job_id = v_job.id and r.budget_id <> all (v_got))
       or (v_held.amount is null and exists (select from holdfast_private.budgets_of(v_job.workspace_id, v_job.venture, v_job.lane, v_job.kind) b where b.id <> all (v_got))) then
      insert into holdfast_private.unsettled as u (job_id, ran, cost) values (v_job.id, v_job.ran, v_job.reported)
      on conflict (job_id) do update set ran = u.ran or excluded.ran, cost = case when num_nonnulls(u.cost, excluded.cost) > 0 then coalesce(u.cost, 0) + coalesce(excluded.cost, 0) end;
      continue;
    end if;
    if v_held.amount is not null then
      update holdfast.budget_periods p set reserved = p.reserved - r.amount, spent = p.spent + v_cost
      from holdfast_private.reservations r where r.job_id = v_job.id and p.budget_id = r.budget_id and p.starts_at = r.starts_at;
      delete from holdfast_private.reservations r where r.job_id = v_job.id;
      v_freed := v_freed or v_cost < v_held.amount;
      insert into holdfast.cost_entries (workspace_id, entry, amount, currency, counts_at, source, job_id, run_id, venture, lane, kind, at)
      values (v_job.workspace_id, 'release', -v_held.amount, v_job.currency, v_held.reserved_at, 'estimate', v_job.id, v_job.run_id, v_job.venture, v_job.lane, v_job.kind, holdfast_private.clock());
    else
      insert into holdfast.budget_periods as p (budget_id, starts_at, ends_at, workspace_id, spent)
      select b.id, s.starts_at, ((s.starts_at at time zone v_job.time_zone) + ('1 ' || b.period)::interval) at time zone v_job.time_zone, b.workspace_id, v_cost
      from holdfast_private.budgets_of(v_job.workspace_id, v_job.venture, v_job.lane, v_job.kind) b, lateral (select holdfast.period_start(b.period, v_job.time_zone, holdfast_private.clock()) as starts_at) s
      on conflict (budget_id, starts_at) do update set spent = p.spent + excluded.spent;
    end if;
    if v_cost > 0 then
      insert into holdfast.cost_entries (workspace_id, entry, amount, currency, counts_at, source, job_id, run_id, venture, lane, kind, at)
      values (v_job.workspace_id, 'settle', v_cost, v_job.currency, coalesce(v_held.reserved_at, holdfast_private.clock()), case when v_job.reported is null then 'assumed' else 'reported' end,
        v_job.id, v_job.run_id, v_job.venture, v_job.lane, v_job.kind, holdfast_private.clock());
    end if;
  end loop;
  return v_freed;
end
$$;
comment on function holdfast_private.settle_money(bigint[], jsonb) is 'Ends the reservations of jobs and counts what their runs cost. Returns whether anything became free.';

create function holdfast_private.settle_later() returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_jobs bigint[] := array(select u.job_id from holdfast_private.unsettled u order by u.job_id limit 1000 for update skip locked);
  v_costs jsonb;
begin
  if v_jobs = '{}' then
    return 0;
  end if;
  v_costs := coalesce((select jsonb_object_agg(u.job_id, u.cost) from holdfast_private.unsettled u where u.job_id = any (v_jobs) and u.ran), '{}');
  -- What still cannot be settled is noted again.
  delete from holdfast_private.unsettled u where u.job_id = any (v_jobs);
  perform holdfast_private.settle_money(v_jobs, v_costs);
  return cardinality(v_jobs) - (select count(*) from holdfast_private.unsettled u where u.job_id = any (v_jobs));
end
$$;
comment on function holdfast_private.settle_later() is 'Settles what could not be settled at once. Returns how many jobs were.';

-- Runs that have spent more than they reserved reserve the rest, or are ended by the budget's rule. True when one was ended.
create function holdfast_private.extend_money(p_tokens bigint[]) returns boolean
  language plpgsql set search_path = ''
as $$
declare
  v_run record;
  v_covering bigint[];
  v_now timestamptz := holdfast_private.clock();
  v_ended boolean := false;
begin
  for v_run in
    select j.id, j.workspace_id, j.venture, j.lane, j.kind, l.cost, r.amount, r.reserved_at from holdfast.leases l join holdfast.jobs j on j.id = l.job_id
    join lateral (select max(v.amount) as amount, max(v.reserved_at) as reserved_at from holdfast_private.reservations v where v.job_id = j.id) r on r.amount is not null
    where l.token = any (p_tokens) and l.verdict = 'keep' and l.cost > r.amount order by j.id
  loop
    v_covering := holdfast_private.lock_budgets(array(select v.budget_id from holdfast_private.reservations v where v.job_id = v_run.id), false);
    -- A budget that somebody holds is asked at the next heartbeat.
    continue when cardinality(v_covering) < (select count(*) from holdfast_private.reservations v where v.job_id = v_run.id);
    if exists (select from holdfast.budgets b where b.id = any (v_covering) and holdfast_private.used_of(b, v_run.reserved_at) + v_run.cost - v_run.amount > b.cap) then
      update holdfast.budgets b set breached_at = v_now where b.id = any (v_covering) and holdfast_private.used_of(b, v_run.reserved_at) + v_run.cost - v_run.amount > b.cap;
      perform holdfast_private.order_end(array[v_run.id], 'stop');
      perform holdfast_private.record(v_run.workspace_id, 'supervisor', 'run.outspent', 'job', v_run.id::text, jsonb_build_object('cost', v_run.cost, 'reserved', v_run.amount));
      v_ended := true;
    else
      perform holdfast_private.reserve((v_run.id, v_run.workspace_id, null, v_run.lane, null, null, null, false, 0, false, v_run.kind, v_run.venture, true, false, false, null)::holdfast_private.candidate,
        v_covering, v_run.cost - v_run.amount, v_run.reserved_at);
    end if;
  end loop;
  return v_ended;
end
$$;
comment on function holdfast_private.extend_money(bigint[]) is 'Runs that cost more than they reserved reserve more, or are ordered to stop when that passes a cap. True when one was.';

-- Money became free, or more was allowed: asks jobs that wait for it, best first, those that could fit.
create function holdfast_private.dispatch_for_money(p_limit integer) returns integer
  language plpgsql set search_path = '' set enable_seqscan = off
as $$
declare
  v_workspace uuid;
  v_total integer := 0;
begin
  -- Only jobs that nothing but money holds, and that fit under every budget that covers them: a thousand that wait for one
  -- exhausted budget do not hide the next job that could run. What asks at its cap never holds.
  for v_workspace in select distinct b.workspace_id from holdfast.budgets b order by 1 loop
    v_total := v_total + holdfast_private.dispatch(array(
      with rooms as materialized (
        select b.scope, b.scope_name, case when b.on_breach = 'ask' then 99999999 else b.cap - holdfast_private.used_of(b, holdfast_private.clock()) end as room
        from holdfast.budgets b where b.workspace_id = v_workspace)
      select j.id from holdfast.jobs j
      where j.workspace_id = v_workspace and j.state = 'queued' and j.held_by = '{budget}' and j.est_cost <= (select max(r.room) from rooms r)
        and (select coalesce(min(r.room), -1) from rooms r
          where case r.scope when 'venture' then r.scope_name = j.venture when 'lane' then r.scope_name = j.lane when 'kind' then r.scope_name = j.kind else true end) >= j.est_cost
        and not exists (select from holdfast_private.unsettled u where u.job_id = j.id)
      order by j.effective_priority, j.id limit p_limit), false);
  end loop;
  return v_total;
end
$$;
comment on function holdfast_private.dispatch_for_money(integer) is 'Asks jobs held by a budget again, those that fit now, p_limit of a workspace at most. Returns how many were dispatched.';

-- Duty's part: a budget whose breach stops paid work has been broken.
create function holdfast_private.enforce_budgets() returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_budget holdfast.budgets;
  v_stop holdfast.emergency_stops;
  v_count integer := 0;
begin
  for v_budget in select b.* from holdfast.budgets b where b.breached_at > holdfast_private.clock() - interval '1 minute' order by b.id loop
    perform holdfast_private.open_incident(v_budget.workspace_id, 'budget_breached', v_budget.name, format('Budget %s: %s of %s %s used, and more is asked for.', v_budget.name,
      to_char(holdfast_private.used_of(v_budget, holdfast_private.clock()), 'FM999999990.00'), to_char(v_budget.cap, 'FM999999990.00'), v_budget.currency), '{}');
    continue when v_budget.on_breach <> 'stop' or exists (select from holdfast.emergency_stops s where s.budget_id = v_budget.id and (s.released_at is null or s.released_at > v_budget.breached_at));
    v_stop.workspace_id := v_budget.workspace_id;
    v_stop.scope := v_budget.scope;
    v_stop.name := v_budget.scope_name;
    v_stop.what := '{paid}';
    v_stop.kill_running := false;
    v_stop.reason := format('Budget %s was exhausted.', v_budget.name);
    v_stop.engaged_by := 'budget:' || v_budget.id;
    v_stop.budget_id := v_budget.id;
    perform holdfast_private.engage_stop(v_stop);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function holdfast_private.enforce_budgets() is 'Opens incidents for broken budgets and engages the stops that they order. Returns how many stops.';

do $$
declare
  v_table text;
begin
  for v_table in values ('budgets'), ('budget_periods'), ('cost_entries') loop
    execute format('alter table holdfast.%I enable row level security', v_table);
    execute format('revoke all on holdfast.%I from anon, authenticated, service_role', v_table);
    execute format('create policy "members read them" on holdfast.%I for select to authenticated
      using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)))', v_table);
    execute format('grant select on holdfast.%I to authenticated, service_role', v_table);
  end loop;
end
$$;
create policy "those who may define budgets add them" on holdfast.budgets for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = 'define' and p.subject = 'budget')));
grant insert (workspace_id, name, scope, scope_name, period, currency, cap, approval_threshold, on_breach) on holdfast.budgets to authenticated, service_role;
