-- Doors: which function may be called by whom, and what holdfast_worker may touch in graphile_worker. Everything is shut
-- first; a function that is not named here is callable by its owner only. NOT granted, on purpose: any function that runs
-- with more rights than its caller to anon or authenticated; any table of ours to holdfast_worker.

revoke execute on all functions in schema holdfast, holdfast_private from public, anon, authenticated, service_role;

grant execute on function
  holdfast.find_workspace(text),
  holdfast.name_of(uuid, text),
  holdfast.enqueue(text, text, jsonb, jsonb),
  holdfast.enqueue_many(text, jsonb),
  holdfast.act(text, text, text, jsonb, text, jsonb),
  holdfast.read_output(bigint, text, bigint, integer),
  holdfast.period_start(text, text, timestamptz),
  holdfast.match_dead_letters(uuid, jsonb, integer),
  holdfast.count_dead_letters(uuid, jsonb, integer),
  holdfast.throughput(uuid, text, integer, integer),
  holdfast.cost_series(uuid, timestamptz, timestamptz, text),
  holdfast.stop_preview(uuid, text, text, text[]),
  holdfast.check_filter(jsonb, jsonb, boolean),
  holdfast.find_jobs(uuid, jsonb, text, jsonb, integer),
  holdfast.match_jobs(uuid, jsonb, text, jsonb, integer),
  holdfast.count_jobs(uuid, jsonb, integer),
  holdfast.preview_jobs(uuid, text, jsonb, integer),
  holdfast.typical_seconds(uuid, text),
  holdfast.match_events(uuid, jsonb, bigint, integer)
to authenticated, service_role;

grant execute on function
  holdfast_private.schema_version(),
  holdfast_private.register_worker(jsonb),
  holdfast_private.register_kinds(jsonb),
  holdfast_private.worker_beat(bigint, jsonb),
  holdfast_private.retire_worker(bigint),
  holdfast_private.take_leases(bigint, bigint[]),
  holdfast_private.attach_run(bigint, jsonb),
  holdfast_private.beat_lease(bigint, jsonb),
  holdfast_private.store_output(bigint, text, bigint, bytea),
  holdfast_private.run_states(bigint[]),
  holdfast_private.finish_runs(jsonb),
  holdfast_private.host_runs(text, text),
  holdfast_private.host_workers(text, text),
  holdfast_private.adopt_runs(bigint, bigint[]),
  holdfast_private.report_worker_dead(bigint, text),
  holdfast_private.report_runs_lost(bigint[], text),
  holdfast_private.orphans_cleared(bigint[]),
  holdfast_private.lead(text, integer),
  holdfast_private.resign(text),
  holdfast_private.duties(),
  holdfast_private.next_due_at(),
  holdfast_private.run_duty(text, text),
  holdfast_private.due_schedules(),
  holdfast_private.fire_windows(bigint, timestamptz, timestamptz[], timestamptz, timestamptz, text, timestamptz[]),
  holdfast_private.run_builtin(bigint)
to holdfast_worker;

-- The record's owner calls these two and nothing else of ours.
grant execute on function holdfast_private.clock(), holdfast_private.refuse(int, text, text, text) to holdfast_ledger;

-- graphile-worker runs as holdfast_worker: its private tables have row level security and no policies of their own.
grant usage on schema graphile_worker to holdfast_worker;
grant select on graphile_worker.migrations, graphile_worker._private_known_crontabs to holdfast_worker;
grant select, update, delete on graphile_worker._private_jobs to holdfast_worker;
grant select, update on graphile_worker._private_job_queues to holdfast_worker;
grant select, insert on graphile_worker._private_tasks to holdfast_worker;
create policy "workers handle deliveries" on graphile_worker._private_jobs for all to holdfast_worker using (true) with check (true);
create policy "workers handle delivery queues" on graphile_worker._private_job_queues for all to holdfast_worker using (true) with check (true);
create policy "workers know the tasks" on graphile_worker._private_tasks for all to holdfast_worker using (true) with check (true);
