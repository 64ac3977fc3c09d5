-- Grants, exactly: a grant that is missing here fails, and so does one that is here and missing in the database. Who adds
-- an object says here who may use it.

begin;
select plan(8);

create temporary view our_schemas as select unnest(array['holdfast'::regnamespace, 'holdfast_private'::regnamespace, 'holdfast_ledger'::regnamespace, 'holdfast_parts'::regnamespace]) as oid;

select set_eq(
  $$ select n.nspname::text, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end, string_agg(lower(a.privilege_type), ' ' order by lower(a.privilege_type))
     from pg_namespace n cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
     where (n.oid in (select o.oid from our_schemas o) or n.nspname = 'graphile_worker') and a.grantee <> n.nspowner group by 1, 2 $$,
  $$ values
    ('graphile_worker', 'holdfast_worker', 'usage'),
    ('holdfast', 'anon', 'usage'),
    ('holdfast', 'authenticated', 'usage'),
    ('holdfast', 'holdfast_ledger', 'usage'),
    ('holdfast', 'service_role', 'usage'),
    ('holdfast_ledger', 'authenticated', 'usage'),
    ('holdfast_ledger', 'postgres', 'usage'),
    ('holdfast_ledger', 'service_role', 'usage'),
    ('holdfast_parts', 'holdfast_ledger', 'create usage'),
    ('holdfast_private', 'holdfast_ledger', 'usage'),
    ('holdfast_private', 'holdfast_worker', 'usage') $$,
  'each schema is open to exactly those declared');

select set_eq(
  $$ select p.oid::regprocedure::text, string_agg(case when a.grantee = 0 then 'public' else a.grantee::regrole::text end, ' ' order by a.grantee::regrole::text)
     from pg_proc p cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     where p.pronamespace in (select o.oid from our_schemas o) and a.grantee <> p.proowner group by 1 $$,
  $$ values
    ('holdfast.act(text,text,text,jsonb,text,jsonb)', 'authenticated service_role'),
    ('holdfast.cost_series(uuid,timestamp with time zone,timestamp with time zone,text)', 'authenticated service_role'),
    ('holdfast.check_filter(jsonb,jsonb,boolean)', 'authenticated service_role'),
    ('holdfast.count_jobs(uuid,jsonb,integer)', 'authenticated service_role'),
    ('holdfast.count_dead_letters(uuid,jsonb,integer)', 'authenticated service_role'),
    ('holdfast.enqueue(text,text,jsonb,jsonb)', 'authenticated service_role'),
    ('holdfast.enqueue_many(text,jsonb)', 'authenticated service_role'),
    ('holdfast.find_jobs(uuid,jsonb,text,jsonb,integer)', 'authenticated service_role'),
    ('holdfast.find_workspace(text)', 'authenticated service_role'),
    ('holdfast.match_dead_letters(uuid,jsonb,integer)', 'authenticated service_role'),
    ('holdfast.match_jobs(uuid,jsonb,text,jsonb,integer)', 'authenticated service_role'),
    ('holdfast.match_events(uuid,jsonb,bigint,integer)', 'authenticated service_role'),
    ('holdfast.name_of(uuid,text)', 'authenticated service_role'),
    ('holdfast.period_start(text,text,timestamp with time zone)', 'authenticated service_role'),
    ('holdfast.preview_jobs(uuid,text,jsonb,integer)', 'authenticated service_role'),
    ('holdfast.read_output(bigint,text,bigint,integer)', 'authenticated service_role'),
    ('holdfast.stop_preview(uuid,text,text,text[])', 'authenticated service_role'),
    ('holdfast.throughput(uuid,text,integer,integer)', 'authenticated service_role'),
    ('holdfast.typical_seconds(uuid,text)', 'authenticated service_role'),
    ('holdfast_ledger.add_day(date)', 'postgres'),
    ('holdfast_ledger.drop_day(date)', 'postgres'),
    ('holdfast_ledger.seal()', 'postgres'),
    ('holdfast_ledger.verify()', 'postgres'),
    ('holdfast_private.adopt_runs(bigint,bigint[])', 'holdfast_worker'),
    ('holdfast_private.attach_run(bigint,jsonb)', 'holdfast_worker'),
    ('holdfast_private.beat_lease(bigint,jsonb)', 'holdfast_worker'),
    ('holdfast_private.clock()', 'holdfast_ledger'),
    ('holdfast_private.due_schedules()', 'holdfast_worker'),
    ('holdfast_private.duties()', 'holdfast_worker'),
    ('holdfast_private.finish_runs(jsonb)', 'holdfast_worker'),
    ('holdfast_private.fire_windows(bigint,timestamp with time zone,timestamp with time zone[],timestamp with time zone,timestamp with time zone,text,timestamp with time zone[])', 'holdfast_worker'),
    ('holdfast_private.host_runs(text,text)', 'holdfast_worker'),
    ('holdfast_private.host_workers(text,text)', 'holdfast_worker'),
    ('holdfast_private.lead(text,integer)', 'holdfast_worker'),
    ('holdfast_private.next_due_at()', 'holdfast_worker'),
    ('holdfast_private.orphans_cleared(bigint[])', 'holdfast_worker'),
    ('holdfast_private.refuse(integer,text,text,text)', 'holdfast_ledger'),
    ('holdfast_private.register_kinds(jsonb)', 'holdfast_worker'),
    ('holdfast_private.register_worker(jsonb)', 'holdfast_worker'),
    ('holdfast_private.report_runs_lost(bigint[],text)', 'holdfast_worker'),
    ('holdfast_private.report_worker_dead(bigint,text)', 'holdfast_worker'),
    ('holdfast_private.resign(text)', 'holdfast_worker'),
    ('holdfast_private.retire_worker(bigint)', 'holdfast_worker'),
    ('holdfast_private.run_builtin(bigint)', 'holdfast_worker'),
    ('holdfast_private.run_duty(text,text)', 'holdfast_worker'),
    ('holdfast_private.run_states(bigint[])', 'holdfast_worker'),
    ('holdfast_private.schema_version()', 'holdfast_worker'),
    ('holdfast_private.store_output(bigint,text,bigint,bytea)', 'holdfast_worker'),
    ('holdfast_private.take_leases(bigint,bigint[])', 'holdfast_worker'),
    ('holdfast_private.worker_beat(bigint,jsonb)', 'holdfast_worker') $$,
  'each function may be called by exactly those declared, and by its owner');

select set_eq(
  $$ select c.oid::regclass::text from pg_class c
     where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p', 'v', 'm', 'f')
       and (select array_agg(a.grantee::regrole || ' ' || lower(a.privilege_type) order by a.grantee::regrole::text, a.privilege_type)
            from aclexplode(c.relacl) a where a.grantee <> c.relowner) = '{authenticated select,service_role select}' $$,
  $$ values
    ('holdfast.actions'),
    ('holdfast.alert_channels'),
    ('holdfast.alerts'),
    ('holdfast.allowed_actions'),
    ('holdfast.approval_decisions'),
    ('holdfast.approval_overview'),
    ('holdfast.approvals'),
    ('holdfast.budget_overview'),
    ('holdfast.budget_periods'),
    ('holdfast.budgets'),
    ('holdfast.choices'),
    ('holdfast.command_rules'),
    ('holdfast.cost_entries'),
    ('holdfast.dead_letter_groups'),
    ('holdfast.dead_letters'),
    ('holdfast.duties'),
    ('holdfast.emergency_stops'),
    ('holdfast.events'),
    ('holdfast.incident_overview'),
    ('holdfast.incident_rules'),
    ('holdfast.incident_steps'),
    ('holdfast.incidents'),
    ('holdfast.installation'),
    ('holdfast.job_classes'),
    ('holdfast.job_dependencies'),
    ('holdfast.job_history'),
    ('holdfast.job_labels'),
    ('holdfast.job_states'),
    ('holdfast.job_transitions'),
    ('holdfast.jobs'),
    ('holdfast.kinds'),
    ('holdfast.labels'),
    ('holdfast.lane_overview'),
    ('holdfast.lanes'),
    ('holdfast.leaders'),
    ('holdfast.lease_overview'),
    ('holdfast.leases'),
    ('holdfast.ledger_status'),
    ('holdfast.my_powers'),
    ('holdfast.my_workspaces'),
    ('holdfast.next_up'),
    ('holdfast.output_rules'),
    ('holdfast.people'),
    ('holdfast.profile_overview'),
    ('holdfast.profiles'),
    ('holdfast.quarantine'),
    ('holdfast.quarantine_overview'),
    ('holdfast.queue_overview'),
    ('holdfast.queues'),
    ('holdfast.recent_failures'),
    ('holdfast.recent_retries'),
    ('holdfast.recommended_actions'),
    ('holdfast.refusals'),
    ('holdfast.roles'),
    ('holdfast.run_output'),
    ('holdfast.runbook_steps'),
    ('holdfast.runtime_labels'),
    ('holdfast.runs'),
    ('holdfast.schedule_overview'),
    ('holdfast.schedule_windows'),
    ('holdfast.schedules'),
    ('holdfast.shell'),
    ('holdfast.spend'),
    ('holdfast.status_now'),
    ('holdfast.stop_acknowledgements'),
    ('holdfast.stop_overview'),
    ('holdfast.stop_report'),
    ('holdfast.stopped_runs'),
    ('holdfast.stuck_jobs'),
    ('holdfast.subject_actions'),
    ('holdfast.verb_states'),
    ('holdfast.verbs'),
    ('holdfast.worker_overview'),
    ('holdfast.workers') $$,
  'these, and no others, are read by signed-in people and the secret key and written by nobody as a whole');

select set_eq(
  $$ select c.oid::regclass::text, case when a.grantee = 0 then 'public' else a.grantee::regrole::text end, string_agg(lower(a.privilege_type), ' ' order by lower(a.privilege_type))
     from pg_class c cross join aclexplode(c.relacl) a
     where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and a.grantee <> c.relowner
       and (select array_agg(b.grantee::regrole || ' ' || lower(b.privilege_type) order by b.grantee::regrole::text, b.privilege_type)
            from aclexplode(c.relacl) b where b.grantee <> c.relowner) <> '{authenticated select,service_role select}'
     group by 1, 2 $$,
  $$ values
    ('holdfast.members', 'authenticated', 'select'),
    ('holdfast.members', 'service_role', 'delete insert select update'),
    ('holdfast.saved_views', 'authenticated', 'delete select'),
    ('holdfast.saved_views', 'service_role', 'select'),
    ('holdfast.ventures', 'authenticated', 'select'),
    ('holdfast.ventures', 'service_role', 'insert select update'),
    ('holdfast.workspaces', 'authenticated', 'select'),
    ('holdfast.workspaces', 'service_role', 'insert select update'),
    ('holdfast_ledger.dropped_days', 'authenticated', 'select'),
    ('holdfast_ledger.dropped_days', 'postgres', 'select'),
    ('holdfast_ledger.dropped_days', 'service_role', 'select'),
    ('holdfast_ledger.events', 'authenticated', 'select'),
    ('holdfast_ledger.events', 'postgres', 'insert select'),
    ('holdfast_ledger.events', 'service_role', 'select'),
    ('holdfast_ledger.seals', 'postgres', 'select'),
    ('holdfast_ledger.seals', 'service_role', 'select') $$,
  'all other tables, views and sequences are open to exactly those declared');

select set_eq(
  $$ select c.oid::regclass::text, x.grantee::regrole::text, lower(x.privilege_type), string_agg(a.attname, ' ' order by a.attnum)
     from pg_attribute a join pg_class c on c.oid = a.attrelid cross join aclexplode(a.attacl) x
     where c.relnamespace in (select o.oid from our_schemas o) group by 1, 2, 3 $$,
  $$ values
    ('holdfast.actions', 'authenticated', 'insert', 'workspace_id verb subject job_id queue lane class worker_id approval_id schedule budget stop_id incident_id channel reason params'),
    ('holdfast.actions', 'service_role', 'insert', 'workspace_id verb subject job_id queue lane class worker_id approval_id schedule budget stop_id incident_id channel reason params'),
    ('holdfast.approval_decisions', 'authenticated', 'insert', 'approval_id decision reason digest'),
    ('holdfast.budgets', 'authenticated', 'insert', 'workspace_id name scope scope_name period currency cap approval_threshold on_breach'),
    ('holdfast.budgets', 'service_role', 'insert', 'workspace_id name scope scope_name period currency cap approval_threshold on_breach'),
    ('holdfast.command_rules', 'authenticated', 'insert', 'workspace_id program least_role note'),
    ('holdfast.command_rules', 'service_role', 'insert', 'workspace_id program least_role note'),
    ('holdfast.job_classes', 'authenticated', 'insert', 'workspace_id name max_retries backoff backoff_seconds backoff_cap_seconds quarantine_after retry_safe needs_approval approval_quorum approval_role approval_hours timeout_seconds max_running'),
    ('holdfast.job_classes', 'service_role', 'insert', 'workspace_id name max_retries backoff backoff_seconds backoff_cap_seconds quarantine_after retry_safe needs_approval approval_quorum approval_role approval_hours timeout_seconds max_running'),
    ('holdfast.job_dependencies', 'authenticated', 'insert', 'job_id depends_on'),
    ('holdfast.job_dependencies', 'service_role', 'insert', 'job_id depends_on'),
    ('holdfast.jobs', 'authenticated', 'insert', 'workspace_id venture queue lane kind class name priority payload labels depends_on run_at timeout_seconds max_attempts idempotency_key concurrency_key est_cost paid external trigger'),
    ('holdfast.jobs', 'service_role', 'insert', 'workspace_id venture queue lane kind class name priority payload labels depends_on run_at timeout_seconds max_attempts idempotency_key concurrency_key est_cost paid external trigger'),
    ('holdfast.kinds', 'authenticated', 'insert', 'workspace_id name mode payload_schema queue lane class timeout_seconds description'),
    ('holdfast.kinds', 'service_role', 'insert', 'workspace_id name mode payload_schema queue lane class timeout_seconds description'),
    ('holdfast.lanes', 'authenticated', 'insert', 'workspace_id name description max_running max_per_hour'),
    ('holdfast.lanes', 'service_role', 'insert', 'workspace_id name description max_running max_per_hour'),
    ('holdfast.output_rules', 'authenticated', 'insert', 'workspace_id name kind pattern json_path severity action enabled'),
    ('holdfast.output_rules', 'service_role', 'insert', 'workspace_id name kind pattern json_path severity action enabled'),
    ('holdfast.people', 'service_role', 'update', 'name'),
    ('holdfast.profiles', 'authenticated', 'insert', 'workspace_id name program args parameter_schema env cwd pty grace_seconds timeout_seconds queue lane class description'),
    ('holdfast.profiles', 'service_role', 'insert', 'workspace_id name program args parameter_schema env cwd pty grace_seconds timeout_seconds queue lane class description'),
    ('holdfast.queues', 'authenticated', 'insert', 'workspace_id name description max_running max_per_hour keep_output_days keep_jobs_days'),
    ('holdfast.queues', 'service_role', 'insert', 'workspace_id name description max_running max_per_hour keep_output_days keep_jobs_days'),
    ('holdfast.refusals', 'authenticated', 'insert', 'workspace_id verb subject target rule'),
    ('holdfast.refusals', 'service_role', 'insert', 'workspace_id verb subject target rule'),
    ('holdfast.saved_views', 'authenticated', 'insert', 'workspace_id page name query'),
    ('holdfast.schedules', 'authenticated', 'insert', 'workspace_id name description cron time_zone kind payload venture queue lane class priority est_cost paid external needs_approval catch_up catch_up_limit max_age_seconds overlap jitter_seconds'),
    ('holdfast.schedules', 'service_role', 'insert', 'workspace_id name description cron time_zone kind payload venture queue lane class priority est_cost paid external needs_approval catch_up catch_up_limit max_age_seconds overlap jitter_seconds'),
    ('holdfast.ventures', 'authenticated', 'insert', 'workspace_id name title'),
    ('holdfast_ledger.seals', 'authenticated', 'select', 'seal sealed_at xid_to hash') $$,
  'columns are open to exactly those declared: no state, no time and no actor can be inserted by hand');

select set_eq(
  $$ select c.oid::regclass::text, a.grantee::regrole::text, string_agg(lower(a.privilege_type), ' ' order by lower(a.privilege_type))
     from pg_class c cross join aclexplode(c.relacl) a
     where c.relnamespace = 'graphile_worker'::regnamespace and a.grantee <> c.relowner group by 1, 2 $$,
  $$ values
    ('graphile_worker._private_job_queues', 'holdfast_worker', 'select update'),
    ('graphile_worker._private_jobs', 'holdfast_worker', 'delete select update'),
    ('graphile_worker._private_known_crontabs', 'holdfast_worker', 'select'),
    ('graphile_worker._private_tasks', 'holdfast_worker', 'insert select'),
    ('graphile_worker.migrations', 'holdfast_worker', 'select') $$,
  'in graphile-worker the workers have what the engine needs, and nobody else has anything');

select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o)
       and (has_table_privilege('holdfast_worker', c.oid, 'select, insert, update, delete, truncate, references, trigger') or has_any_column_privilege('holdfast_worker', c.oid, 'select, insert, update'))
       and c.relkind in ('r', 'p', 'v', 'm', 'f') $$,
  'a worker has no right on any table of ours, not even through public');

select is_empty(
  $$ select c.oid::regclass from pg_class c where c.relnamespace in (select o.oid from our_schemas o) and c.relkind in ('r', 'p', 'v', 'm', 'f')
       and (has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger') or has_any_column_privilege('anon', c.oid, 'select, insert, update')) $$,
  'nobody without a token has a right on any table of ours');

select * from finish();
rollback;
