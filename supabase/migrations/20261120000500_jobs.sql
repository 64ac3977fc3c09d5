-- Jobs: one durable piece of work each, and the state machine they move through.
--
-- Who writes: people and services by insert (the trigger fills and checks), everything after that by functions of
-- holdfast_private. Who reads: members. What never happens: a transition that is not a row of job_transitions; a client
-- setting state, attempts or timestamps; a job of one workspace depending on another's.
--
-- Lock order of the whole system, from here on: jobs (by id) -> leases (by token) -> queues -> lanes -> job_classes ->
-- concurrency keys and suspects -> budgets (by id) -> graphile_worker rows. What keeps or closes runs (heartbeats, finishes,
-- the duties) never waits for a lock that a person's open transaction may hold: it skips, and comes again.

create table holdfast.job_states (
  state text primary key,
  is_final boolean not null,
  sentence text not null
);
comment on table holdfast.job_states is 'The states of a job.';
comment on column holdfast.job_states.state is 'Name, as in jobs.state.';
comment on column holdfast.job_states.is_final is 'True when the job ends there unless a person acts.';
comment on column holdfast.job_states.sentence is 'What it means.';
insert into holdfast.job_states (state, is_final, sentence) values
  ('awaiting_approval', false, 'needs consent before it may run, or run again'),
  ('blocked', false, 'waits for jobs it depends on'),
  ('queued', false, 'wants to run; held_by names every closed gate'),
  ('dispatched', false, 'handed to graphile-worker, not started'),
  ('running', false, 'a worker holds the lease'),
  ('retrying', false, 'waits out its backoff, until run_at'),
  ('quarantined', false, 'isolated until a person has looked at it'),
  ('completed', true, 'done'),
  ('failed', true, 'failed for good'),
  ('timed_out', true, 'took longer than it may'),
  ('canceled', true, 'ended by a person');

create table holdfast.job_transitions (
  from_state text not null references holdfast.job_states (state),
  to_state text not null references holdfast.job_states (state),
  verb text not null,
  primary key (from_state, to_state)
);
comment on table holdfast.job_transitions is 'The arrows of the state machine: every other change of state is refused.';
comment on column holdfast.job_transitions.from_state is 'State before.';
comment on column holdfast.job_transitions.to_state is 'State after.';
comment on column holdfast.job_transitions.verb is 'What happens on the arrow; the diagram in supabase/README.md carries the same word.';
create index job_transitions_by_target on holdfast.job_transitions (to_state);
insert into holdfast.job_transitions (from_state, to_state, verb) values
  ('awaiting_approval', 'queued', 'approve'),
  ('awaiting_approval', 'canceled', 'reject, cancel'),
  ('awaiting_approval', 'running', 'resume (the lost run came back)'),
  ('blocked', 'queued', 'unblock'),
  ('blocked', 'canceled', 'cancel'),
  ('queued', 'blocked', 'depend'),
  ('queued', 'dispatched', 'dispatch'),
  ('queued', 'canceled', 'cancel'),
  ('queued', 'awaiting_approval', 'ask'),
  ('dispatched', 'running', 'take'),
  ('dispatched', 'queued', 'hold (a gate closed)'),
  ('dispatched', 'canceled', 'cancel'),
  ('running', 'completed', 'complete'),
  ('running', 'retrying', 'back off'),
  ('running', 'failed', 'fail'),
  ('running', 'timed_out', 'time out'),
  ('running', 'canceled', 'cancel, kill'),
  ('running', 'quarantined', 'quarantine'),
  ('running', 'awaiting_approval', 'ask'),
  ('retrying', 'queued', 'promote'),
  ('retrying', 'canceled', 'cancel'),
  ('retrying', 'running', 'resume (the lost run came back)'),
  ('quarantined', 'queued', 'release'),
  ('quarantined', 'canceled', 'discard'),
  ('failed', 'queued', 'retry'),
  ('timed_out', 'queued', 'retry'),
  ('canceled', 'queued', 'retry'),
  ('failed', 'awaiting_approval', 'ask'),
  ('timed_out', 'awaiting_approval', 'ask'),
  ('canceled', 'awaiting_approval', 'ask'),
  ('quarantined', 'awaiting_approval', 'ask'),
  ('awaiting_approval', 'quarantined', 'quarantine'),
  ('blocked', 'quarantined', 'quarantine'),
  ('queued', 'quarantined', 'quarantine'),
  ('retrying', 'quarantined', 'quarantine'),
  ('failed', 'quarantined', 'quarantine'),
  ('timed_out', 'quarantined', 'quarantine');

create table holdfast.jobs (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  venture text,
  queue text not null,
  lane text not null,
  kind text not null,
  class text not null,
  name text,
  priority integer not null default 0,
  effective_priority integer not null default 0,
  state text not null,
  held_by text[] not null default '{}',
  waits_for_slot boolean generated always as (held_by <> '{}' and held_by <@ '{queue_limit,lane_limit,class_limit,key_limit,suspect_limit,queue_rate,lane_rate}') stored,
  payload jsonb not null default '{}',
  labels jsonb not null default '{}',
  depends_on bigint[] not null default '{}',
  run_at timestamptz not null,
  timeout_seconds integer not null,
  max_attempts integer not null,
  attempt integer not null default 0,
  crash_count integer not null default 0,
  suspect boolean not null default false,
  alike_failures integer not null default 0,
  consent text constraint jobs_consent_is_known check (consent in ('first_run', 'retry', 'spend')),
  idempotency_key text,
  concurrency_key text,
  est_cost numeric,
  paid boolean not null default false,
  external boolean not null default false,
  profile_version integer,
  trigger text not null default 'api',
  schedule text,
  rerun_of bigint,
  created_by text not null,
  progress numeric,
  progress_message text,
  result jsonb,
  error_message text,
  error_class text,
  fingerprint text,
  created_at timestamptz not null,
  queued_at timestamptz,
  dispatched_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  constraint jobs_final_has_its_time check ((state in ('completed', 'failed', 'timed_out', 'canceled')) = (finished_at is not null)),
  constraint jobs_running_has_started check (state <> 'running' or (started_at is not null and attempt > 0)),
  constraint jobs_dispatched_has_its_time check (state <> 'dispatched' or dispatched_at is not null),
  constraint jobs_only_queued_is_held check (held_by = '{}' or state in ('queued', 'blocked')),
  constraint jobs_timeout_is_positive check (timeout_seconds > 0),
  constraint jobs_attempts_are_positive check (max_attempts > 0 and attempt >= 0 and crash_count >= 0),
  constraint jobs_progress_is_a_share check (progress between 0 and 1),
  constraint jobs_cost_is_an_amount check (est_cost between 0 and 99999999)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
comment on table holdfast.jobs is 'One durable piece of work each. Insert to enqueue; act through holdfast.actions; it outlives its attempts (runs).';
comment on column holdfast.jobs.id is 'Identity: short, so that a person can type it.';
comment on column holdfast.jobs.workspace_id is 'The workspace.';
comment on column holdfast.jobs.venture is 'Line of work it belongs to, if any.';
comment on column holdfast.jobs.queue is 'Queue it waits in. Default: the kind''s.';
comment on column holdfast.jobs.lane is 'Which workers may take it. Default: the kind''s.';
comment on column holdfast.jobs.kind is 'What it is: a function or a command of the catalogue.';
comment on column holdfast.jobs.class is 'Retry, timeout and approval rules. Default: the kind''s.';
comment on column holdfast.jobs.name is 'Name for people; searched by prefix. Optional.';
comment on column holdfast.jobs.priority is 'Smaller runs first. Default 0; -1000 to 1000.';
comment on column holdfast.jobs.effective_priority is 'Priority less 10 for every 10 minutes it has waited, 60 at most: nothing starves. Kept by the age_priorities duty.';
comment on column holdfast.jobs.state is 'Where it stands; see job_states.';
comment on column holdfast.jobs.held_by is 'Every closed gate while it is queued: stop, queue_paused, lane_paused, dependency, due_time, budget, queue_limit, lane_limit, class_limit, key_limit, suspect_limit, queue_rate, lane_rate. Empty: will be dispatched now.';
comment on column holdfast.jobs.waits_for_slot is 'True when nothing but a concurrency or rate limit holds it.';
comment on column holdfast.jobs.payload is 'Input, at most 256 KiB as text. Never put a secret here: pass names of environment variables.';
comment on column holdfast.jobs.labels is 'Free key-value pairs for people and filters.';
comment on column holdfast.jobs.depends_on is 'Ids of jobs of the same workspace that must complete first, as given at insert.';
comment on column holdfast.jobs.run_at is 'Not before this time. Default now; at most ten years ahead.';
comment on column holdfast.jobs.timeout_seconds is 'How long one attempt may take. Default: the kind''s, else the class''s.';
comment on column holdfast.jobs.max_attempts is 'Failed attempts allowed before it fails for good. Default: the class''s retries plus one. Attempts lost to a dead worker do not count.';
comment on column holdfast.jobs.attempt is 'Attempts so far; each has its row in runs.';
comment on column holdfast.jobs.crash_count is 'Attempts that ended because their worker or runner died; the class''s quarantine_after bounds it.';
comment on column holdfast.jobs.suspect is 'True when one more dead worker would quarantine it: then it runs while no other suspect of the workspace does, so that the innocent who only stood beside it are not quarantined with it.';
comment on column holdfast.jobs.alike_failures is 'How many of its latest attempts failed in a row with the same fingerprint.';
comment on column holdfast.jobs.consent is 'What its next attempt needs a person''s consent for: first_run, retry or spend. Null: nothing. See approvals.';
comment on column holdfast.jobs.idempotency_key is 'Unique per workspace and kind: enqueueing it again returns the existing job.';
comment on column holdfast.jobs.concurrency_key is 'At most one job of the workspace with the same key is dispatched or running.';
comment on column holdfast.jobs.est_cost is 'Expected cost of one attempt, in the workspace''s currency. Required of a paid job.';
comment on column holdfast.jobs.paid is 'True when running it spends money: then it needs a budget.';
comment on column holdfast.jobs.external is 'True when running it contacts the outside world.';
comment on column holdfast.jobs.profile_version is 'Version of the profile it runs, fixed at insert.';
comment on column holdfast.jobs.trigger is 'What started it: api, manual, schedule, work_order, retry, rerun.';
comment on column holdfast.jobs.schedule is 'The schedule that started it; filled by the database. A rerun of such a job has none.';
comment on column holdfast.jobs.rerun_of is 'The job this one repeats.';
comment on column holdfast.jobs.created_by is 'Who enqueued it, as in the ledger.';
comment on column holdfast.jobs.progress is 'Share done of the current or last attempt, 0 to 1.';
comment on column holdfast.jobs.progress_message is 'What it is doing, in its own words.';
comment on column holdfast.jobs.result is 'What it returned, at most 64 KiB.';
comment on column holdfast.jobs.error_message is 'Why its last attempt did not complete.';
comment on column holdfast.jobs.error_class is 'Kind of that failure, e.g. exit_code, invalid_payload, disk_full.';
comment on column holdfast.jobs.fingerprint is 'The message with numbers, ids and paths folded, hashed: alike failures share it.';
comment on column holdfast.jobs.created_at is 'When it was enqueued.';
comment on column holdfast.jobs.queued_at is 'When it last became queued.';
comment on column holdfast.jobs.dispatched_at is 'When it was last dispatched.';
comment on column holdfast.jobs.started_at is 'When its current or last attempt started.';
comment on column holdfast.jobs.finished_at is 'When it ended. Only final states have it.';

-- Four indexes every job pays for, at its insert and at each change of state; the rest are partial and cost only the jobs
-- they are about. Kind is among the four because it is what people filter by first and has no common value to leave out;
-- without it, a kind that has not run lately is looked for in every job of the workspace.
create index jobs_newest on holdfast.jobs (workspace_id, created_at desc, id desc);
create index jobs_by_state on holdfast.jobs (workspace_id, state, created_at desc, id desc);
create index jobs_by_kind on holdfast.jobs (workspace_id, kind, created_at desc, id desc);
create index jobs_by_name on holdfast.jobs (workspace_id, name collate "C") where name is not null;
create unique index jobs_idempotency on holdfast.jobs (workspace_id, kind, idempotency_key) where idempotency_key is not null;
create index jobs_by_fingerprint on holdfast.jobs (workspace_id, fingerprint, created_at desc, id desc) where fingerprint is not null;
-- For the page of a filter (match_jobs), in its order. Each leaves out the value that most jobs have, so the ordinary job is
-- in none of them but, once it has ended, in jobs_by_end. The value left out is found by reading jobs_newest, where it is common.
create index jobs_by_queue on holdfast.jobs (workspace_id, queue, created_at desc, id desc) where queue <> 'primary';
create index jobs_by_lane on holdfast.jobs (workspace_id, lane, created_at desc, id desc) where lane <> 'default';
create index jobs_by_class on holdfast.jobs (workspace_id, class, created_at desc, id desc) where class <> 'small';
create index jobs_by_trigger on holdfast.jobs (workspace_id, trigger, created_at desc, id desc) where trigger <> 'api';
create index jobs_by_schedule on holdfast.jobs (workspace_id, schedule, created_at desc, id desc) where schedule is not null;
create index jobs_by_venture on holdfast.jobs (workspace_id, venture, created_at desc, id desc) where venture is not null;
create index jobs_by_error_class on holdfast.jobs (workspace_id, error_class, created_at desc, id desc) where error_class is not null;
create index jobs_by_person on holdfast.jobs (workspace_id, created_by, created_at desc, id desc) where created_by ^@ 'user:';
-- "What ended last": written once a job, when it ends.
create index jobs_by_end on holdfast.jobs (workspace_id, finished_at desc, id desc) where finished_at is not null;
create index jobs_due on holdfast.jobs (run_at) where state = 'retrying' or (state = 'queued' and 'due_time' = any (held_by));
create index jobs_held_in_queue on holdfast.jobs (workspace_id, queue, effective_priority, id) where state = 'queued' and held_by <> '{}';
create index jobs_held_in_lane on holdfast.jobs (workspace_id, lane, effective_priority, id) where state = 'queued' and held_by <> '{}';
-- What waits or failed, room by room, for the pages' counts: a job pays for it once, when it is dispatched, and again only if
-- it waits for something else or fails. With created_at last, "since yesterday" and "the oldest" are ends of a range.
create index jobs_by_room on holdfast.jobs (workspace_id, queue, lane, state, created_at)
  where state in ('dispatched', 'retrying', 'blocked', 'awaiting_approval', 'quarantined', 'failed', 'timed_out');
create index jobs_waiting_in_queue on holdfast.jobs (workspace_id, queue, effective_priority, id) where state = 'queued' and waits_for_slot;
create index jobs_waiting_in_lane on holdfast.jobs (workspace_id, lane, effective_priority, id) where state = 'queued' and waits_for_slot;
create index jobs_waiting_in_class on holdfast.jobs (workspace_id, class, effective_priority, id) where state = 'queued' and waits_for_slot;
create index jobs_held_by_budget on holdfast.jobs (workspace_id, est_cost) where state = 'queued' and held_by = '{budget}';
create index jobs_waiting_as_suspects on holdfast.jobs (workspace_id, suspect, effective_priority, id) where state = 'queued' and waits_for_slot and suspect;
create index jobs_waiting_for_key on holdfast.jobs (workspace_id, concurrency_key, effective_priority, id) where state = 'queued' and waits_for_slot and concurrency_key is not null;

create table holdfast.job_dependencies (
  job_id bigint not null references holdfast.jobs (id) on delete cascade,
  depends_on bigint not null references holdfast.jobs (id) on delete cascade,
  workspace_id uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (job_id, depends_on),
  constraint job_dependencies_never_on_itself check (job_id <> depends_on)
);
create index job_dependencies_by_parent on holdfast.job_dependencies (depends_on);
comment on table holdfast.job_dependencies is 'Which job waits for which. Both belong to the same workspace; there are no cycles.';
comment on column holdfast.job_dependencies.job_id is 'The job that waits.';
comment on column holdfast.job_dependencies.depends_on is 'The job that must complete first.';
comment on column holdfast.job_dependencies.workspace_id is 'The workspace of both; filled by the database.';
comment on column holdfast.job_dependencies.created_at is 'When it was declared.';

-- Labels once more, as rows: row level security lets only plain comparisons use an index, and containment in jsonb is none.
-- Labels never change, so a row is written once, with its job; a job without labels costs nothing here.
create table holdfast.job_labels (
  job_id bigint not null,
  key text collate "C" not null,
  value text collate "C" not null,
  workspace_id uuid not null,
  created_at timestamptz not null,
  primary key (job_id, key)
);
create index job_labels_by_pair on holdfast.job_labels (workspace_id, value, key, created_at desc, job_id desc);
comment on table holdfast.job_labels is 'The labels of jobs as rows, for filters; jobs.labels is what was given.';
comment on column holdfast.job_labels.job_id is 'The job.';
comment on column holdfast.job_labels.key is 'Key, its first 100 characters.';
comment on column holdfast.job_labels.value is 'Value as text, its first 200 characters.';
comment on column holdfast.job_labels.workspace_id is 'The workspace.';
comment on column holdfast.job_labels.created_at is 'When the job was enqueued.';

alter table holdfast.job_states enable row level security;
alter table holdfast.job_transitions enable row level security;
alter table holdfast.jobs enable row level security;
alter table holdfast.job_dependencies enable row level security;
alter table holdfast.job_labels enable row level security;
revoke all on holdfast.job_states, holdfast.job_transitions, holdfast.jobs, holdfast.job_dependencies, holdfast.job_labels from anon, authenticated, service_role;
create policy "anyone signed in reads the states" on holdfast.job_states for select to authenticated using (true);
create policy "anyone signed in reads the transitions" on holdfast.job_transitions for select to authenticated using (true);
create policy "members read the jobs of their workspaces" on holdfast.jobs for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "those who may enqueue add jobs" on holdfast.jobs for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = 'enqueue' and p.subject = 'job')));
create policy "members read dependencies" on holdfast.job_dependencies for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "members read labels" on holdfast.job_labels for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "those who may depend add dependencies" on holdfast.job_dependencies for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = 'depend' and p.subject = 'job')));
grant select on holdfast.job_states, holdfast.job_transitions, holdfast.jobs, holdfast.job_dependencies, holdfast.job_labels to authenticated, service_role;
grant insert (workspace_id, venture, queue, lane, kind, class, name, priority, payload, labels, depends_on, run_at, timeout_seconds,
  max_attempts, idempotency_key, concurrency_key, est_cost, paid, external, trigger) on holdfast.jobs to authenticated, service_role;
grant insert (job_id, depends_on) on holdfast.job_dependencies to authenticated, service_role;

-- A row-level trigger that costs nothing while every transition is legal: the WHEN clause is made from the table of
-- transitions, so the function is only ever called to refuse.
create function holdfast_private.tg_jobs__legal_transition() returns trigger
  language plpgsql set search_path = ''
as $$
begin
  perform holdfast_private.refuse(409, 'illegal_transition', format('Job %s cannot go from %s to %s.', old.id, old.state, new.state),
    'The legal transitions are the rows of holdfast.job_transitions.');
  return null;
end
$$;
comment on function holdfast_private.tg_jobs__legal_transition() is 'Refuses a change of state that is not a row of job_transitions.';
do $$
begin
  execute format(
    'create trigger jobs__legal_transition before update of state on holdfast.jobs for each row
     when (old.state <> new.state and (old.state || '' > '' || new.state) <> all (%L::text[]))
     execute function holdfast_private.tg_jobs__legal_transition()',
    (select array_agg(t.from_state || ' > ' || t.to_state) from holdfast.job_transitions t));
end
$$;
