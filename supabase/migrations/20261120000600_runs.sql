-- Runs: attempts at jobs, the leases that make each attempt exclusive, the workers that hold them, and what they printed.
--
-- Who writes: worker functions only (holdfast_private, called by holdfast_worker, which has no right on these tables).
-- Who reads: members. What never happens: two leases on one job; a write about a run without its token; a lease extended
-- by a client's clock.

create table holdfast.workers (
  id bigint generated always as identity primary key,
  name text not null,
  host text not null,
  boot_id text not null,
  pid integer not null,
  pid_started text not null,
  pool_id text,
  lanes text[] not null,
  capacity integer not null constraint workers_capacity_is_positive check (capacity > 0),
  version text not null default '',
  started_at timestamptz not null,
  last_seen_at timestamptz not null,
  draining_since timestamptz,
  ended_at timestamptz,
  ended_reason text,
  constraint workers_ended_has_a_reason check ((ended_at is null) = (ended_reason is null))
);
comment on table holdfast.workers is 'Worker processes, present and past. A worker serves every workspace of the installation.';
comment on column holdfast.workers.id is 'Identity; a restarted process is a new worker.';
comment on column holdfast.workers.name is 'Name for people.';
comment on column holdfast.workers.host is 'Host name.';
comment on column holdfast.workers.boot_id is 'Identity of the host''s boot: pids mean nothing across it.';
comment on column holdfast.workers.pid is 'Process id.';
comment on column holdfast.workers.pid_started is 'Start time of that process, as the system tells it: a reused pid differs here.';
comment on column holdfast.workers.pool_id is 'Its graphile-worker pool, whose rows must be freed when it dies.';
comment on column holdfast.workers.lanes is 'Lanes it serves.';
comment on column holdfast.workers.capacity is 'How many jobs it runs at once.';
comment on column holdfast.workers.version is 'Version of its code.';
comment on column holdfast.workers.started_at is 'When it registered.';
comment on column holdfast.workers.last_seen_at is 'Its last heartbeat, by the database''s clock.';
comment on column holdfast.workers.draining_since is 'Since when it takes nothing new, because a person asked.';
comment on column holdfast.workers.ended_at is 'When it ended. Null: not known to have ended.';
comment on column holdfast.workers.ended_reason is 'retired, or the evidence of its death.';
create index workers_present on holdfast.workers (host, boot_id) where ended_at is null;
alter table holdfast.workers enable row level security;
revoke all on holdfast.workers from anon, authenticated, service_role;
create policy "members of any workspace see the workers that serve them" on holdfast.workers for select to authenticated
  using (exists (select from holdfast.my_workspaces m));
grant select on holdfast.workers to authenticated, service_role;

create table holdfast.runs (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  job_id bigint not null,
  attempt integer not null,
  worker_id bigint not null,
  host text,
  boot_id text,
  runner_pid integer,
  runner_started text,
  command_pid integer,
  command_started text,
  argv text[],
  program text,
  cwd text,
  run_directory text,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text constraint runs_outcome_is_known check (outcome in ('completed', 'failed', 'timed_out', 'canceled', 'lost', 'stopped')),
  exit_code integer,
  signal text,
  error_message text,
  error_class text,
  memory_bytes bigint,
  cpu_seconds numeric,
  stdout_bytes bigint not null default 0,
  stderr_bytes bigint not null default 0,
  raw_bytes bigint not null default 0,
  cost numeric(14, 6),
  orphan_cleared boolean,
  constraint runs_outcome_has_its_time check ((outcome is null) = (finished_at is null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
comment on table holdfast.runs is 'One attempt at a job each, kept. The id is the lease token: it only ever grows.';
comment on column holdfast.runs.id is 'Identity, and the lease token of the attempt.';
comment on column holdfast.runs.workspace_id is 'The workspace.';
comment on column holdfast.runs.job_id is 'The job.';
comment on column holdfast.runs.attempt is 'Counts the attempts of the job from 1.';
comment on column holdfast.runs.worker_id is 'The worker that took the lease.';
comment on column holdfast.runs.host is 'Host of the runner. Null for function runs.';
comment on column holdfast.runs.boot_id is 'Boot of that host.';
comment on column holdfast.runs.runner_pid is 'Process id of the runner.';
comment on column holdfast.runs.runner_started is 'Its start time.';
comment on column holdfast.runs.command_pid is 'Process id of the command, leader of its group and session.';
comment on column holdfast.runs.command_started is 'Its start time.';
comment on column holdfast.runs.argv is 'The command line, redacted.';
comment on column holdfast.runs.program is 'The program as resolved.';
comment on column holdfast.runs.cwd is 'Working directory as resolved.';
comment on column holdfast.runs.run_directory is 'Directory on the host with the spool and status.json.';
comment on column holdfast.runs.started_at is 'When the lease was taken.';
comment on column holdfast.runs.finished_at is 'When the run was closed.';
comment on column holdfast.runs.outcome is 'How it ended; null while it holds its lease. lost: its worker or runner vanished. stopped: by an emergency stop.';
comment on column holdfast.runs.exit_code is 'Exit code of the command.';
comment on column holdfast.runs.signal is 'Signal that ended it.';
comment on column holdfast.runs.error_message is 'Why it did not complete.';
comment on column holdfast.runs.error_class is 'Kind of failure.';
comment on column holdfast.runs.memory_bytes is 'Peak resident memory of the command and its children.';
comment on column holdfast.runs.cpu_seconds is 'Processor time of the command and its children.';
comment on column holdfast.runs.stdout_bytes is 'Bytes of stdout stored.';
comment on column holdfast.runs.stderr_bytes is 'Bytes of stderr stored.';
comment on column holdfast.runs.raw_bytes is 'Bytes of terminal output stored (pty).';
comment on column holdfast.runs.cost is 'Cost it reported.';
comment on column holdfast.runs.orphan_cleared is 'For a lost command run: false until a worker of its host has made sure that no process of it is left.';
create unique index runs_of_job on holdfast.runs (job_id, attempt);
create index runs_newest on holdfast.runs (workspace_id, started_at desc, id desc);
-- "What did this worker run?" A run is written into it once: what changes afterwards is none of its columns.
create index runs_by_worker on holdfast.runs (workspace_id, worker_id, job_id);
create index runs_tried_again on holdfast.runs (workspace_id, started_at desc, id desc) where attempt > 1;
create index runs_with_orphans on holdfast.runs (job_id) where orphan_cleared = false;
alter table holdfast.runs enable row level security;
revoke all on holdfast.runs from anon, authenticated, service_role;
create policy "members read the runs of their workspaces" on holdfast.runs for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
grant select on holdfast.runs to authenticated, service_role;

create table holdfast.leases (
  token bigint primary key,
  job_id bigint not null unique,
  workspace_id uuid not null,
  worker_id bigint not null,
  mode text not null constraint leases_mode_is_known check (mode in ('function', 'command')),
  acquired_at timestamptz not null,
  heartbeat_at timestamptz not null,
  ttl_seconds integer not null default 15 constraint leases_ttl_is_positive check (ttl_seconds > 0),
  expires_at timestamptz not null,
  verdict text not null default 'keep' constraint leases_verdict_is_known check (verdict in ('keep', 'cancel', 'kill', 'stop')),
  progress numeric,
  progress_message text,
  cpu_seconds numeric,
  memory_bytes bigint,
  cost numeric(14, 6)
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0);
comment on table holdfast.leases is 'The right to work on a job now: one row per running job.';
comment on column holdfast.leases.token is 'The run''s id. Every write about the run carries it.';
comment on column holdfast.leases.job_id is 'The job: at most one lease each.';
comment on column holdfast.leases.workspace_id is 'The workspace.';
comment on column holdfast.leases.worker_id is 'The worker that answers for it.';
comment on column holdfast.leases.mode is 'function: kept by the worker''s heartbeat. command: kept by the runner''s own.';
comment on column holdfast.leases.acquired_at is 'When it was taken.';
comment on column holdfast.leases.heartbeat_at is 'Last heartbeat, by the database''s clock.';
comment on column holdfast.leases.ttl_seconds is 'How long it lives without a heartbeat. Default 15.';
comment on column holdfast.leases.expires_at is 'When it expires; computed by the trigger.';
comment on column holdfast.leases.verdict is 'What the holder is told at its next heartbeat: keep, cancel, kill or stop.';
comment on column holdfast.leases.progress is 'Share done, 0 to 1.';
comment on column holdfast.leases.progress_message is 'What it is doing.';
comment on column holdfast.leases.cpu_seconds is 'Processor time so far.';
comment on column holdfast.leases.memory_bytes is 'Peak memory so far.';
comment on column holdfast.leases.cost is 'Cost reported so far.';
alter table holdfast.leases enable row level security;
revoke all on holdfast.leases from anon, authenticated, service_role;
create policy "members read the leases of their workspaces" on holdfast.leases for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
grant select on holdfast.leases to authenticated, service_role;

-- A heartbeat is an UPDATE. Whatever the client sends, the database stamps its own clock. A verdict, or a
-- change of worker, is not a heartbeat: asking a run to end must not keep it alive.
create function holdfast_private.tg_leases__heartbeat() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if new.verdict = old.verdict and new.worker_id = old.worker_id then
    new.heartbeat_at := holdfast_private.clock();
    new.expires_at := new.heartbeat_at + make_interval(secs => new.ttl_seconds);
    if new.mode = 'command' and (new.progress, new.progress_message) is distinct from (old.progress, old.progress_message) then
      -- Skip, never wait: whoever holds the job's row may be waiting for this lease.
      update holdfast.jobs j set progress = new.progress, progress_message = new.progress_message
      where j.id = (select k.id from holdfast.jobs k where k.id = new.job_id and k.state = 'running' for no key update skip locked);
    end if;
  end if;
  return new;
end
$$;
comment on function holdfast_private.tg_leases__heartbeat() is 'Stamps a heartbeat with the database''s clock, computes the expiry, carries a command''s progress to its job.';
create trigger leases__heartbeat before update on holdfast.leases
  for each row execute function holdfast_private.tg_leases__heartbeat();

create table holdfast.run_output (
  run_id bigint not null,
  stream text not null constraint run_output_stream_is_known check (stream in ('stdout', 'stderr', 'raw')),
  byte_offset bigint not null constraint run_output_offset_is_not_negative check (byte_offset >= 0),
  at timestamptz not null,
  workspace_id uuid not null,
  data bytea not null,
  primary key (run_id, stream, byte_offset, at)
) partition by range (at);
comment on table holdfast.run_output is 'What commands printed, redacted, in chunks addressed by byte offset; one partition a day. Read it with holdfast.read_output.';
comment on column holdfast.run_output.run_id is 'The run.';
comment on column holdfast.run_output.stream is 'stdout, stderr, or raw (pty).';
comment on column holdfast.run_output.byte_offset is 'Place of the first byte in the stream.';
comment on column holdfast.run_output.at is 'When it was stored.';
comment on column holdfast.run_output.workspace_id is 'The workspace.';
comment on column holdfast.run_output.data is 'The bytes as printed: any encoding, escapes included. Show them with care.';
-- Uncompressed: compressing 50 MB on the way in costs more than it saves for a fortnight's keeping.
alter table holdfast.run_output alter column data set storage external;
create table holdfast_parts.run_output_default partition of holdfast.run_output default;
comment on table holdfast_parts.run_output_default is 'Catches output outside every prepared day. Should be empty.';
alter table holdfast_parts.run_output_default enable row level security;
alter table holdfast.run_output enable row level security;
revoke all on holdfast.run_output from anon, authenticated, service_role;
create policy "members read the output of their workspaces" on holdfast.run_output for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
grant select on holdfast.run_output to authenticated, service_role;

create function holdfast_private.add_output_day(p_day date) returns boolean
  language plpgsql set search_path = '' set lock_timeout = '500ms'
as $$
declare
  v_name text := 'run_output_' || to_char(p_day, 'YYYYMMDD');
begin
  if to_regclass('holdfast_parts.' || v_name) is not null then
    return false;
  end if;
  execute format('create table holdfast_parts.%I partition of holdfast.run_output for values from (%L) to (%L)',
    v_name, p_day::timestamp at time zone 'UTC', (p_day + 1)::timestamp at time zone 'UTC');
  execute format('comment on table holdfast_parts.%I is %L', v_name, 'Output stored on ' || p_day || ' (UTC).');
  execute format('alter table holdfast_parts.%I enable row level security', v_name);
  return true;
end
$$;
comment on function holdfast_private.add_output_day(date) is 'Creates the output partition of one UTC day. False when it is already there.';
