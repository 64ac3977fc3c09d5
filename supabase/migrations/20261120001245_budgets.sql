-- Budgets: how people add them, raise and correct them, and what they show. The rules of reserving are in the chapter before.

create function holdfast_private.shown_of_raise(p_budget holdfast.budgets, p_cap numeric) returns jsonb
  language sql immutable set search_path = ''
as $$
  select jsonb_build_object('budget', p_budget.name, 'scope', p_budget.scope, 'scope_name', p_budget.scope_name, 'period', p_budget.period, 'currency', p_budget.currency, 'cap_now', p_budget.cap, 'cap_then', p_cap)
$$;
comment on function holdfast_private.shown_of_raise(holdfast.budgets, numeric) is 'What a person consents to when they consent to another cap.';

create function holdfast_private.set_cap(p_workspace uuid, p_budget text, p_cap numeric) returns integer
  language plpgsql set search_path = ''
as $$
begin
  update holdfast.budgets b set cap = p_cap, breached_at = null where b.workspace_id = p_workspace and b.name = p_budget;
  perform holdfast_private.record(p_workspace, holdfast_private.current_actor(), 'budget.changed', 'budget', p_budget, jsonb_build_object('cap', p_cap));
  return holdfast_private.dispatch_for_money(1000);
end
$$;
comment on function holdfast_private.set_cap(uuid, text, numeric) is 'Sets a budget''s cap and lets go what now fits.';

create function holdfast_private.amount_in(p_params jsonb, p_field text) returns numeric
  language plpgsql immutable set search_path = ''
as $$
begin
  if p_params ->> p_field is null or not pg_input_is_valid(p_params ->> p_field, 'numeric') or p_params ->> p_field ~* '^\s*[+-]?(nan|inf)' or abs((p_params ->> p_field)::numeric) > 99999999 then
    perform holdfast_private.refuse(422, 'bad_amount', format('params.%s must be an amount of at most 99999999: got %s.', p_field, coalesce(p_params -> p_field, 'null')), format('Example: {"%s": 40.00}.', p_field));
  end if;
  return round((p_params ->> p_field)::numeric, 6);
end
$$;
comment on function holdfast_private.amount_in(jsonb, text) is 'An amount out of an act''s params, or a refusal that names the field.';

create function holdfast_private.act_on_budget(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_budget holdfast.budgets;
  v_amount numeric := holdfast_private.amount_in(p_act.params, case p_act.verb when 'raise' then 'cap' else 'amount' end);
  v_zone text;
begin
  select b.* into v_budget from holdfast.budgets b where b.workspace_id = p_act.workspace_id and b.name = p_act.budget for no key update;
  if not found then
    perform holdfast_private.refuse_unknown('budget', p_act.budget, p_act.workspace_id);
  elsif exists (select from jsonb_object_keys(p_act.params) k where k not in ('currency', case p_act.verb when 'raise' then 'cap' else 'amount' end)) then
    perform holdfast_private.refuse(400, 'unknown_option', format('params may hold %s and currency: got %s.', case p_act.verb when 'raise' then 'cap' else 'amount' end, left(p_act.params::text, 200)), 'Example: {"cap": 40.00}.');
  elsif coalesce(p_act.params ->> 'currency', v_budget.currency) <> v_budget.currency then
    perform holdfast_private.refuse(422, 'wrong_currency', format('Budget %s counts in %s: got %s.', v_budget.name, v_budget.currency, p_act.params ->> 'currency'), 'Convert the amount first.');
  elsif p_act.verb = 'raise' and v_amount < 0 then
    perform holdfast_private.refuse(422, 'bad_amount', format('A cap is 0 or more: got %s.', v_amount), 'Example: {"cap": 40.00}.');
  end if;
  p_act.affected := 1;
  if p_act.verb = 'raise' then
    -- Less is never a risk: lowering a cap takes nobody's consent.
    if v_amount <= v_budget.cap then
      perform holdfast_private.set_cap(p_act.workspace_id, p_act.budget, v_amount);
      p_act.result := jsonb_build_object('cap', v_amount);
    else
      p_act.result := holdfast_private.request_approval(p_act, 'raise', holdfast_private.shown_of_raise(v_budget, v_amount), jsonb_build_object('cap', v_amount));
    end if;
    return p_act;
  end if;
  v_zone := (select w.time_zone from holdfast.workspaces w where w.id = p_act.workspace_id);
  insert into holdfast.budget_periods as p (budget_id, starts_at, ends_at, workspace_id, spent)
  select v_budget.id, s.starts_at, ((s.starts_at at time zone v_zone) + ('1 ' || v_budget.period)::interval) at time zone v_zone, v_budget.workspace_id, v_amount
  from (select holdfast.period_start(v_budget.period, v_zone, p_act.acted_at) as starts_at) s
  on conflict (budget_id, starts_at) do update set spent = p.spent + excluded.spent;
  insert into holdfast.cost_entries (workspace_id, entry, amount, currency, counts_at, source, budget, at)
  values (p_act.workspace_id, 'adjust', v_amount, v_budget.currency, p_act.acted_at, p_act.actor, v_budget.name, p_act.acted_at);
  p_act.result := jsonb_build_object('adjusted', v_amount, 'used', holdfast_private.used_of(v_budget, p_act.acted_at), 'dispatched', holdfast_private.dispatch_for_money(1000));
  return p_act;
end
$$;
comment on function holdfast_private.act_on_budget(holdfast.actions) is 'Verbs raise ({cap}; more takes consent, less does not) and adjust ({amount}, counted as spent).';

create function holdfast_private.tg_budgets__check() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_workspace holdfast.workspaces;
begin
  if not holdfast_private.caller_may(new.workspace_id, 'define', 'budget') then
    perform holdfast_private.refuse(403, 'not_permitted', 'You may not define a budget in this workspace.', 'Ask an admin of the workspace.');
  end if;
  select w.* into v_workspace from holdfast.workspaces w where w.id = new.workspace_id;
  new.currency := coalesce(new.currency, v_workspace.currency);
  if new.currency <> v_workspace.currency then
    perform holdfast_private.refuse(422, 'wrong_currency', format('This workspace counts in %s: got %s.', v_workspace.currency, new.currency), 'Leave currency out.');
  elsif new.cap is null or new.cap not between 0 and 99999999 or new.approval_threshold not between 0 and 99999999 then
    perform holdfast_private.refuse(422, 'bad_amount', 'cap and approval_threshold must be amounts from 0 to 99999999.', 'Example: cap 40, approval_threshold 25.');
  elsif coalesce(new.name, '') !~ '^[a-z][a-z0-9_-]{0,62}$' then
    perform holdfast_private.refuse(422, 'bad_option', format('name must match [a-z][a-z0-9_-]* (at most 63): got %s.', coalesce(quote_literal(left(new.name, 80)), 'null')), 'Example: day.');
  elsif coalesce(new.period, '') not in ('day', 'week', 'month') then
    perform holdfast_private.refuse(422, 'bad_option', format('period must be day, week or month: got %s.', coalesce(quote_literal(left(new.period, 60)), 'null')), 'It counts in the workspace''s time zone.');
  elsif coalesce(new.on_breach, 'hold') not in ('hold', 'ask', 'stop') then
    perform holdfast_private.refuse(422, 'bad_option', format('on_breach must be hold, ask or stop: got %s.', quote_literal(left(new.on_breach, 60))), 'Leave it out for hold.');
  elsif coalesce(new.scope, '') not in ('workspace', 'venture', 'lane', 'kind') or (new.scope = 'workspace') <> (new.scope_name is null) then
    perform holdfast_private.refuse(422, 'bad_scope', format('scope must be workspace, or venture, lane or kind with its scope_name: got %s %s.', coalesce(quote_literal(left(new.scope, 60)), 'null'), coalesce(quote_literal(left(new.scope_name, 60)), 'null')),
      'Example: scope lane, scope_name agent.');
  elsif new.scope <> 'workspace' then
    perform holdfast_private.check_scope(new.workspace_id, new.scope, new.scope_name);
  end if;
  new.cap := round(new.cap, 6);
  new.approval_threshold := round(coalesce(new.approval_threshold, case new.period when 'day' then 25 end), 6);
  new.on_breach := coalesce(new.on_breach, 'hold');
  new.breached_at := null;
  new.created_by := holdfast_private.current_actor();
  new.created_at := holdfast_private.clock();
  perform holdfast_private.record(new.workspace_id, new.created_by, 'budget.defined', 'budget', new.name, jsonb_build_object('scope', new.scope, 'scope_name', new.scope_name, 'period', new.period, 'cap', new.cap, 'on_breach', new.on_breach));
  return new;
end
$$;
comment on function holdfast_private.tg_budgets__check() is 'Checks and fills an inserted budget.';
create trigger budgets__check before insert on holdfast.budgets for each row execute function holdfast_private.tg_budgets__check();

create function holdfast_private.tg_cost_entries__append_only() returns trigger
  language plpgsql set search_path = ''
as $$
begin
  perform holdfast_private.refuse(403, 'append_only', 'The cost ledger is append-only.', 'Correct it with the act adjust on a budget.');
  return null;
end
$$;
comment on function holdfast_private.tg_cost_entries__append_only() is 'Refuses update, delete and truncate on the cost ledger.';
create trigger cost_entries__append_only before update or delete on holdfast.cost_entries for each row execute function holdfast_private.tg_cost_entries__append_only();
create trigger cost_entries__never_truncated before truncate on holdfast.cost_entries for each statement execute function holdfast_private.tg_cost_entries__append_only();

-- What was spent, and what is reserved now, in the day, week and month that the workspace is in. Against a cap: budgets with
-- their budget_periods.
create view holdfast.spend with (security_invoker = true) as
  select w.id as workspace_id, p.period, p.starts_at, c.venture, c.lane, c.kind, c.currency,
    coalesce(sum(c.amount) filter (where c.entry in ('settle', 'adjust')), 0) as spent,
    coalesce(sum(c.amount) filter (where c.entry in ('reserve', 'release')), 0) as reserved,
    count(distinct c.job_id) as jobs
  from holdfast.workspaces w
  cross join lateral (select k.period, holdfast.period_start(k.period, w.time_zone, now()) as starts_at from (values ('day'), ('week'), ('month')) as k (period)) p
  join holdfast.cost_entries c on c.workspace_id = w.id and c.counts_at >= p.starts_at
  group by w.id, p.period, p.starts_at, c.venture, c.lane, c.kind, c.currency;
comment on view holdfast.spend is 'Spent and reserved today, this week and this month, by venture, lane and kind.';
comment on column holdfast.spend.workspace_id is 'The workspace.';
comment on column holdfast.spend.period is 'day, week (from Monday) or month, in the workspace''s time zone.';
comment on column holdfast.spend.starts_at is 'When it began.';
comment on column holdfast.spend.venture is 'Venture of the jobs; null for none.';
comment on column holdfast.spend.lane is 'Lane of the jobs; null for an adjustment.';
comment on column holdfast.spend.kind is 'Kind of the jobs; null for an adjustment.';
comment on column holdfast.spend.currency is 'The workspace''s currency.';
comment on column holdfast.spend.spent is 'Settled and adjusted.';
comment on column holdfast.spend.reserved is 'Reserved by jobs on their way.';
comment on column holdfast.spend.jobs is 'How many jobs.';
revoke all on holdfast.spend from anon, authenticated, service_role;
grant select on holdfast.spend to authenticated, service_role;
