-- Acts on workers. A worker is of the installation, not of a workspace: taking one away takes the role admin in every one.

create function holdfast_private.act_on_worker(p_act holdfast.actions) returns holdfast.actions
  language plpgsql set search_path = ''
as $$
declare
  v_ordered integer;
begin
  if holdfast_private.is_api_caller() and exists (
    select from holdfast.workspaces w where not exists (select from holdfast.members m where m.workspace_id = w.id and m.user_id = auth.uid() and m.role = 'admin')) then
    perform holdfast_private.refuse(403, 'not_permitted', format('A worker serves every workspace: only an admin of all of them may %s one.', p_act.verb), 'Ask whoever runs the installation.');
  elsif p_act.params <> '{}' then
    perform holdfast_private.refuse(400, 'unknown_option', format('%s on a worker takes no params: got %s.', p_act.verb, left(p_act.params::text, 200)), 'Leave params out.');
  end if;
  update holdfast.workers w set draining_since = coalesce(w.draining_since, p_act.acted_at) where w.id = p_act.worker_id and w.ended_at is null;
  if not found then
    perform holdfast_private.refuse(404, 'unknown_worker', format('There is no worker %s at work.', p_act.worker_id), 'See holdfast.worker_overview.');
  end if;
  -- At once, and again in the answer to its next heartbeat. What frees a killed worker's slots would else fill them again.
  perform pg_notify('holdfast_orders', jsonb_build_object('worker', p_act.worker_id, 'tokens', '[]'::jsonb, 'verdict', 'drain')::text);
  p_act.affected := 1;
  p_act.result := jsonb_build_object('state', 'draining');
  if p_act.verb = 'kill' then
    -- A lease that is being taken at this moment is not among those that are ordered: a worker may start one more before it
    -- hears. Whoever needs certainty engages a stop.
    v_ordered := holdfast_private.order_end(array(select l.job_id from holdfast.leases l where l.worker_id = p_act.worker_id order by l.token), 'kill');
    p_act.result := p_act.result || jsonb_build_object('ordered', v_ordered);
  end if;
  return p_act;
end
$$;
comment on function holdfast_private.act_on_worker(holdfast.actions) is 'Verbs drain and kill ({ordered}: how many runs were told to end at once).';
