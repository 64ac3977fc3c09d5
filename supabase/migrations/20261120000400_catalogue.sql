-- The catalogue: what a job may name. Queues, lanes, classes, kinds, profiles and command rules belong to a workspace and
-- are keyed by name, because names are what people type and what a job carries for years.
--
-- Who writes: admins by insert (a new row), operators through actions (pause, resume, limit), workers through
-- register_kinds. Nobody deletes: a name a job once carried must keep its meaning.
--
-- Refused: foreign keys from jobs to these tables. Each would take a KEY SHARE lock on the same hot row for every insert;
-- the insert trigger looks the names up anyway, to fill defaults and to say which names exist.

create table holdfast.queues (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint queues_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  description text not null default '',
  max_running integer constraint queues_limit_is_not_negative check (max_running >= 0),
  max_per_hour integer constraint queues_rate_is_not_negative check (max_per_hour >= 0),
  paused_at timestamptz,
  paused_by text,
  paused_reason text,
  keep_output_days integer not null default 14 constraint queues_keep_output_is_positive check (keep_output_days > 0),
  keep_jobs_days integer not null default 90 constraint queues_keep_jobs_is_positive check (keep_jobs_days > 0),
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name),
  constraint queues_paused_has_who_and_why check ((paused_at is null) = (paused_by is null) and (paused_at is null) = (paused_reason is null))
);
create index queues_limited on holdfast.queues (workspace_id, name) where max_running is not null or max_per_hour is not null;
comment on table holdfast.queues is 'What a job waits in; can be paused and limited.';
comment on column holdfast.queues.workspace_id is 'The workspace.';
comment on column holdfast.queues.name is 'Name used in jobs.queue.';
comment on column holdfast.queues.description is 'What it is for.';
comment on column holdfast.queues.max_running is 'How many of its jobs may be dispatched or running at once. Null: no limit. Set through the act limit.';
comment on column holdfast.queues.max_per_hour is 'How many of its jobs may be dispatched in any 60 minutes. Null: no limit. Set through the act limit.';
comment on column holdfast.queues.paused_at is 'Since when nothing more is started from it. Null: active.';
comment on column holdfast.queues.paused_by is 'Who paused it.';
comment on column holdfast.queues.paused_reason is 'Why.';
comment on column holdfast.queues.keep_output_days is 'Days that captured output is kept after it was written. Default 14.';
comment on column holdfast.queues.keep_jobs_days is 'Days that a finished job and its runs are kept. Default 90.';
comment on column holdfast.queues.created_at is 'When it was created.';

create table holdfast.lanes (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint lanes_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  description text not null default '',
  max_running integer constraint lanes_limit_is_not_negative check (max_running >= 0),
  max_per_hour integer constraint lanes_rate_is_not_negative check (max_per_hour >= 0),
  paused_at timestamptz,
  paused_by text,
  paused_reason text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name),
  constraint lanes_paused_has_who_and_why check ((paused_at is null) = (paused_by is null) and (paused_at is null) = (paused_reason is null))
);
create index lanes_limited on holdfast.lanes (workspace_id, name) where max_running is not null or max_per_hour is not null;
comment on table holdfast.lanes is 'Which workers may take a job: a worker serves lanes by name.';
comment on column holdfast.lanes.workspace_id is 'The workspace.';
comment on column holdfast.lanes.name is 'Name used in jobs.lane and in a worker''s list of lanes.';
comment on column holdfast.lanes.description is 'What it is for.';
comment on column holdfast.lanes.max_running is 'How many of its jobs may be dispatched or running at once. Null: no limit. Set through the act limit.';
comment on column holdfast.lanes.max_per_hour is 'How many of its jobs may be dispatched in any 60 minutes. Null: no limit. Set through the act limit.';
comment on column holdfast.lanes.paused_at is 'Since when nothing more is started in it. Null: active.';
comment on column holdfast.lanes.paused_by is 'Who paused it.';
comment on column holdfast.lanes.paused_reason is 'Why.';
comment on column holdfast.lanes.created_at is 'When it was created.';

create table holdfast.job_classes (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint job_classes_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  max_retries integer not null default 3 constraint job_classes_retries_are_sane check (max_retries between 0 and 100),
  backoff text not null default 'exponential' constraint job_classes_backoff_is_known check (backoff in ('exponential', 'linear', 'none')),
  backoff_seconds integer not null default 10 constraint job_classes_backoff_is_positive check (backoff_seconds > 0),
  backoff_cap_seconds integer not null default 3600 constraint job_classes_backoff_cap_is_positive check (backoff_cap_seconds > 0),
  quarantine_after integer not null default 3 constraint job_classes_quarantine_after_is_positive check (quarantine_after > 0),
  retry_safe boolean not null default true,
  needs_approval boolean not null default false,
  approval_quorum integer not null default 1 constraint job_classes_quorum_is_sane check (approval_quorum between 1 and 10),
  approval_role text not null default 'approver' constraint job_classes_approval_role_is_known check (approval_role in ('approver', 'admin')),
  approval_hours integer not null default 24 constraint job_classes_approval_hours_are_sane check (approval_hours between 1 and 720),
  timeout_seconds integer not null default 300 constraint job_classes_timeout_is_positive check (timeout_seconds > 0),
  max_running integer constraint job_classes_limit_is_not_negative check (max_running >= 0),
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name)
);
create index job_classes_limited on holdfast.job_classes (workspace_id, name) where max_running is not null;
comment on table holdfast.job_classes is 'Retry, timeout and approval rules that a job takes from its class.';
comment on column holdfast.job_classes.workspace_id is 'The workspace.';
comment on column holdfast.job_classes.name is 'Name used in jobs.class.';
comment on column holdfast.job_classes.max_retries is 'Failures that may be retried: attempts are one more. Default 3.';
comment on column holdfast.job_classes.backoff is 'How the wait before a retry grows: exponential (doubles), linear, or none (at once).';
comment on column holdfast.job_classes.backoff_seconds is 'The wait before the first retry, before jitter. Default 10.';
comment on column holdfast.job_classes.backoff_cap_seconds is 'The longest wait before a retry. Default 3600.';
comment on column holdfast.job_classes.quarantine_after is 'How many dead workers or runners one job may leave behind, and how many times in a row it may fail alike (twice at least), before it is quarantined. Default 3.';
comment on column holdfast.job_classes.retry_safe is 'False when running it twice may do harm: then every further attempt needs a person''s consent. Default true.';
comment on column holdfast.job_classes.needs_approval is 'True when even the first attempt needs consent. Default false.';
comment on column holdfast.job_classes.approval_quorum is 'How many people must consent. Default 1.';
comment on column holdfast.job_classes.approval_role is 'The weakest role that may consent. Default approver.';
comment on column holdfast.job_classes.approval_hours is 'Hours after which an undecided request for consent expires; its job is then canceled. Default 24.';
comment on column holdfast.job_classes.timeout_seconds is 'How long one attempt may take. Default 300.';
comment on column holdfast.job_classes.max_running is 'How many jobs of the class may be dispatched or running at once. Null: no limit.';
comment on column holdfast.job_classes.created_at is 'When it was created.';

create table holdfast.kinds (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint kinds_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_.:-]{0,62}$'),
  mode text not null constraint kinds_mode_is_known check (mode in ('function', 'command')),
  payload_schema jsonb,
  queue text not null default 'primary',
  lane text not null default 'default',
  class text not null default 'small',
  timeout_seconds integer constraint kinds_timeout_is_positive check (timeout_seconds > 0),
  profile text,
  description text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name),
  constraint kinds_queue_exists foreign key (workspace_id, queue) references holdfast.queues (workspace_id, name),
  constraint kinds_lane_exists foreign key (workspace_id, lane) references holdfast.lanes (workspace_id, name),
  constraint kinds_class_exists foreign key (workspace_id, class) references holdfast.job_classes (workspace_id, name)
);
create index kinds_by_queue on holdfast.kinds (workspace_id, queue);
create index kinds_by_lane on holdfast.kinds (workspace_id, lane);
create index kinds_by_class on holdfast.kinds (workspace_id, class);
comment on table holdfast.kinds is 'What a job is: a registered handler (function) or a command run from a profile (command).';
comment on column holdfast.kinds.workspace_id is 'The workspace.';
comment on column holdfast.kinds.name is 'Name used in jobs.kind.';
comment on column holdfast.kinds.mode is 'function: runs inside a worker. command: runs as a process of its own.';
comment on column holdfast.kinds.payload_schema is 'JSON Schema of the payload. Client and CLI check it before the insert, the worker before the run. Null: anything.';
comment on column holdfast.kinds.queue is 'Queue of a job that names none.';
comment on column holdfast.kinds.lane is 'Lane of a job that names none.';
comment on column holdfast.kinds.class is 'Class of a job that names none.';
comment on column holdfast.kinds.timeout_seconds is 'Timeout of a job that names none; null: the class decides.';
comment on column holdfast.kinds.profile is 'The profile a command kind runs. Null for functions and for the ad-hoc kind command.';
comment on column holdfast.kinds.description is 'What it does.';
comment on column holdfast.kinds.created_at is 'When it was first registered.';
comment on column holdfast.kinds.updated_at is 'When a worker or an admin last changed it.';

create table holdfast.profiles (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint profiles_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_.-]{0,62}$'),
  version integer not null default 0,
  program text not null constraint profiles_program_is_one_word check (program <> '' and program !~ '[[:cntrl:]]'),
  args text[] not null default '{}',
  parameter_schema jsonb not null default '{"type": "object", "additionalProperties": false}',
  env text[] not null default '{}',
  cwd text,
  pty boolean not null default false,
  grace_seconds integer not null default 10 constraint profiles_grace_is_sane check (grace_seconds between 0 and 3600),
  timeout_seconds integer constraint profiles_timeout_is_positive check (timeout_seconds > 0),
  queue text not null default 'primary',
  lane text not null default 'default',
  class text not null default 'medium',
  description text not null default '',
  created_by text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name, version)
);
comment on table holdfast.profiles is 'Allow-listed ways to run a command. An insert makes the next version; running jobs keep theirs.';
comment on column holdfast.profiles.workspace_id is 'The workspace.';
comment on column holdfast.profiles.name is 'Name of the profile, and of the kind that runs it.';
comment on column holdfast.profiles.version is 'Counts up with every insert of the same name; filled by the database.';
comment on column holdfast.profiles.program is 'Absolute path, or a name resolved once through the worker''s PATH. Never a shell line.';
comment on column holdfast.profiles.args is 'Template of whole arguments: {{param}} is filled inside one argument and never splits it.';
comment on column holdfast.profiles.parameter_schema is 'JSON Schema of the payload that fills the template. Default: no parameters.';
comment on column holdfast.profiles.env is 'Names of environment variables passed on; values come from the worker at launch and are never stored.';
comment on column holdfast.profiles.cwd is 'Working directory, inside the workspace''s allowed roots. Null: the run''s own directory.';
comment on column holdfast.profiles.pty is 'True to run under a pseudo-terminal. Default false: pipes.';
comment on column holdfast.profiles.grace_seconds is 'Seconds between SIGTERM and SIGKILL. Default 10.';
comment on column holdfast.profiles.timeout_seconds is 'Timeout of one attempt; null: the class decides.';
comment on column holdfast.profiles.queue is 'Queue of its jobs.';
comment on column holdfast.profiles.lane is 'Lane of its jobs.';
comment on column holdfast.profiles.class is 'Class of its jobs. Default medium.';
comment on column holdfast.profiles.description is 'What it does.';
comment on column holdfast.profiles.created_by is 'Who added this version; filled by the database.';
comment on column holdfast.profiles.created_at is 'When.';

create table holdfast.command_rules (
  id bigint generated always as identity primary key,
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  program text not null,
  least_role text not null default 'admin' references holdfast.roles (role),
  note text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  unique (workspace_id, program)
);
create index command_rules_by_role on holdfast.command_rules (least_role);
comment on table holdfast.command_rules is 'Which programs may be run as ad-hoc commands (kind command). No row: none.';
comment on column holdfast.command_rules.id is 'Identity.';
comment on column holdfast.command_rules.workspace_id is 'The workspace.';
comment on column holdfast.command_rules.program is 'The program exactly as argv[0] names it, or * for any.';
comment on column holdfast.command_rules.least_role is 'The weakest role that may run it. Default admin.';
comment on column holdfast.command_rules.note is 'Why it is allowed.';
comment on column holdfast.command_rules.created_at is 'When it was added.';

-- Function kinds that workers have registered, so that a workspace created tomorrow has them too.
create table holdfast_private.registered_kinds (
  name text primary key,
  definition jsonb not null,
  registered_at timestamptz not null
);
comment on table holdfast_private.registered_kinds is 'Function kinds known to workers; a new workspace is furnished with them.';
comment on column holdfast_private.registered_kinds.name is 'Name of the kind.';
comment on column holdfast_private.registered_kinds.definition is 'What the worker registered.';
comment on column holdfast_private.registered_kinds.registered_at is 'When it was last registered.';
alter table holdfast_private.registered_kinds enable row level security;

-- Upserts function kinds into workspaces. A kind a workspace has turned into a command stays a command: code may not
-- quietly take over a name that people defined.
create function holdfast_private.install_kinds(p_workspaces uuid[], p_kinds jsonb) returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into holdfast.kinds as k (workspace_id, name, mode, payload_schema, queue, lane, class, timeout_seconds, description)
  select w.id, d.name, 'function', d.payload_schema, coalesce(q.name, 'primary'), coalesce(l.name, 'default'), coalesce(c.name, 'small'),
    d.timeout_seconds, coalesce(d.description, '')
  from holdfast.workspaces w
  cross join jsonb_to_recordset(p_kinds) as d (name text, payload_schema jsonb, queue text, lane text, class text, timeout_seconds int, description text)
  left join holdfast.queues q on q.workspace_id = w.id and q.name = d.queue
  left join holdfast.lanes l on l.workspace_id = w.id and l.name = d.lane
  left join holdfast.job_classes c on c.workspace_id = w.id and c.name = d.class
  where w.id = any (p_workspaces)
  order by w.id, d.name
  on conflict (workspace_id, name) do update
    set payload_schema = excluded.payload_schema, queue = excluded.queue, lane = excluded.lane, class = excluded.class,
        timeout_seconds = excluded.timeout_seconds, description = excluded.description, updated_at = holdfast_private.clock()
    where k.mode = 'function'
      and (k.payload_schema, k.queue, k.lane, k.class, k.timeout_seconds, k.description)
          is distinct from (excluded.payload_schema, excluded.queue, excluded.lane, excluded.class, excluded.timeout_seconds, excluded.description);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function holdfast_private.install_kinds(uuid[], jsonb) is 'Upserts function kinds into the given workspaces; returns how many rows changed.';

create function holdfast_private.register_kinds(p_kinds jsonb) returns integer
  language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from jsonb_array_elements(p_kinds) d where coalesce(d ->> 'name', '') !~ '^[a-z][a-z0-9_.:-]{0,62}$') then
    perform holdfast_private.refuse(422, 'bad_kind_name', format('A kind''s name must match [a-z][a-z0-9_.:-]* (at most 63): got %s.',
      (select string_agg(d ->> 'name', ', ') from jsonb_array_elements(p_kinds) d)), 'Rename the task.');
  end if;
  insert into holdfast_private.registered_kinds (name, definition, registered_at)
  select d ->> 'name', d, holdfast_private.clock() from jsonb_array_elements(p_kinds) d order by 1
  on conflict (name) do update set definition = excluded.definition, registered_at = excluded.registered_at;
  return holdfast_private.install_kinds(array(select w.id from holdfast.workspaces w), p_kinds);
end
$$;
comment on function holdfast_private.register_kinds(jsonb) is 'A worker tells which function kinds it has: [{name, payload_schema, queue, lane, class, timeout_seconds, description}].';

-- What every workspace starts with. Editable afterwards; nothing here is read again.
create function holdfast_private.tg_workspaces__furnish() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into holdfast.queues (workspace_id, name, description) values
    (new.id, 'primary', 'Ordinary work.'),
    (new.id, 'priority', 'Work that goes before the ordinary.'),
    (new.id, 'recovery', 'Repairs and second tries.'),
    (new.id, 'scheduled', 'Work that schedules start.'),
    (new.id, 'report', 'Reports.'),
    (new.id, 'alert', 'Messages to people.');
  insert into holdfast.lanes (workspace_id, name, description) values
    (new.id, 'default', 'Any worker.'),
    (new.id, 'build', 'Workers that build.'),
    (new.id, 'eval', 'Workers that evaluate.'),
    (new.id, 'recovery', 'Workers that repair.');
  insert into holdfast.lanes (workspace_id, name, description, max_running, max_per_hour) values
    (new.id, 'agent', 'Workers that run autonomous agents.', 3, 20);
  insert into holdfast.job_classes (workspace_id, name, max_retries, backoff, backoff_seconds, quarantine_after, retry_safe, needs_approval, timeout_seconds) values
    (new.id, 'small', 3, 'exponential', 10, 3, true, false, 5 * 60),
    -- Three, like small: at two, everything beside one dead worker would be a suspect and go one at a time (see jobs.suspect).
    (new.id, 'medium', 2, 'exponential', 30, 3, true, false, 30 * 60),
    (new.id, 'large', 1, 'linear', 60, 1, false, false, 6 * 3600),
    (new.id, 'approval_required', 0, 'none', 60, 1, false, true, 3600);
  insert into holdfast.kinds (workspace_id, name, mode, class, description, payload_schema) values
    (new.id, 'command', 'command', 'large', 'An ad-hoc command, as command_rules allow.',
     '{"type": "object", "required": ["argv"], "additionalProperties": false, "properties": {
        "argv": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        "cwd": {"type": "string"}, "env": {"type": "array", "items": {"type": "string"}},
        "pty": {"type": "boolean"}, "grace_seconds": {"type": "integer", "minimum": 0, "maximum": 3600},
        "columns": {"type": "integer", "minimum": 1, "maximum": 1000}, "rows": {"type": "integer", "minimum": 1, "maximum": 1000}}}');
  perform holdfast_private.install_kinds(array[new.id], coalesce((select jsonb_agg(r.definition) from holdfast_private.registered_kinds r), '[]'));
  perform holdfast_private.record(new.id, holdfast_private.current_actor(), 'workspace.created', 'workspace', new.id::text, jsonb_build_object('slug', new.slug));
  return null;
end
$$;
comment on function holdfast_private.tg_workspaces__furnish() is 'Gives a new workspace its queues, lanes, classes and kinds.';
create trigger workspaces__furnish after insert on holdfast.workspaces
  for each row execute function holdfast_private.tg_workspaces__furnish();

create function holdfast_private.is_env_name(p_name text) returns boolean
  language sql immutable set search_path = ''
  as $$ select p_name ~ '^[A-Za-z_][A-Za-z0-9_]{0,126}$' and p_name !~* '^HOLDFAST_' $$;
comment on function holdfast_private.is_env_name(text) is 'May an environment variable of this name be passed to a command?';

create function holdfast_private.check_profile(p_profile holdfast.profiles) returns void
  language plpgsql set search_path = ''
as $$
declare
  v_strange text;
begin
  if p_profile.name !~ '^[a-z][a-z0-9_.-]{0,62}$' then
    perform holdfast_private.refuse(422, 'bad_kind_name', format('A profile''s name must match [a-z][a-z0-9_.-]* (at most 63): got %s.', quote_literal(left(p_profile.name, 80))), 'Rename the profile.');
  elsif coalesce(p_profile.program, '') = '' or p_profile.program ~ '[[:cntrl:]]' then
    perform holdfast_private.refuse(422, 'bad_profile', 'program must be an absolute path or a name, without control characters.', 'It is one program, never a shell line: arguments go into args.');
  elsif p_profile.timeout_seconds not between 1 and 30 * 86400 or p_profile.grace_seconds not between 0 and 3600 then
    perform holdfast_private.refuse(422, 'bad_profile', format('timeout_seconds must be 1 to 2592000 and grace_seconds 0 to 3600: got %s and %s.', p_profile.timeout_seconds, p_profile.grace_seconds), 'Leave timeout_seconds out to take the class''s.');
  elsif jsonb_typeof(p_profile.parameter_schema) <> 'object' then
    perform holdfast_private.refuse(422, 'bad_profile', 'parameter_schema must be a JSON Schema, as an object.', 'Leave it out for a profile without parameters.');
  elsif p_profile.cwd is not null and p_profile.cwd !~ '^/' then
    perform holdfast_private.refuse(422, 'bad_profile', format('cwd must be an absolute path: got %s.', quote_literal(left(p_profile.cwd, 200))), 'Leave it out to run in the run''s own directory.');
  elsif exists (select from unnest(p_profile.env) e where e is null or not holdfast_private.is_env_name(e)) then
    perform holdfast_private.refuse(422, 'bad_env', format('env must name environment variables, none of them HOLDFAST_*: got %s.', left(p_profile.env::text, 200)),
      'Names only: the values come from the worker when the command starts.');
  elsif not exists (select from holdfast.queues q where q.workspace_id = p_profile.workspace_id and q.name = p_profile.queue) then
    perform holdfast_private.refuse_unknown('queue', p_profile.queue, p_profile.workspace_id);
  elsif not exists (select from holdfast.lanes l where l.workspace_id = p_profile.workspace_id and l.name = p_profile.lane) then
    perform holdfast_private.refuse_unknown('lane', p_profile.lane, p_profile.workspace_id);
  elsif not exists (select from holdfast.job_classes c where c.workspace_id = p_profile.workspace_id and c.name = p_profile.class) then
    perform holdfast_private.refuse_unknown('class', p_profile.class, p_profile.workspace_id);
  end if;
  select m[1] into v_strange from unnest(p_profile.args) a cross join lateral regexp_matches(a, '{{\s*([^{}]*?)\s*}}', 'g') m
  where not coalesce(p_profile.parameter_schema -> 'properties' ? m[1], false) limit 1;
  if v_strange is not null then
    perform holdfast_private.refuse(422, 'bad_profile', format('args uses the parameter %s, which parameter_schema.properties does not have.', quote_literal(left(v_strange, 80))), 'Declare it there, with its type.');
  end if;
end
$$;
comment on function holdfast_private.check_profile(holdfast.profiles) is 'Refuses a profile that could never run, each field by name.';

-- A profile gets its version, and a kind of the same name that runs it.
create function holdfast_private.tg_profiles__version() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  if not holdfast_private.caller_may(new.workspace_id, 'define', 'profile') then
    perform holdfast_private.refuse(403, 'not_permitted', 'You may not define a profile in this workspace.', 'Ask an admin of the workspace.');
  end if;
  perform holdfast_private.check_profile(new);
  perform from holdfast.workspaces w where w.id = new.workspace_id for no key update;
  select coalesce(max(p.version), 0) + 1 into new.version from holdfast.profiles p where p.workspace_id = new.workspace_id and p.name = new.name;
  new.created_by := holdfast_private.current_actor();
  new.created_at := holdfast_private.clock();
  insert into holdfast.kinds as k (workspace_id, name, mode, payload_schema, queue, lane, class, timeout_seconds, profile, description)
  values (new.workspace_id, new.name, 'command', new.parameter_schema, new.queue, new.lane, new.class, new.timeout_seconds, new.name, new.description)
  on conflict (workspace_id, name) do update
    set payload_schema = excluded.payload_schema, queue = excluded.queue, lane = excluded.lane, class = excluded.class,
        timeout_seconds = excluded.timeout_seconds, description = excluded.description, updated_at = holdfast_private.clock()
    where k.profile = excluded.profile;
  if not found then
    perform holdfast_private.refuse(409, 'kind_taken', format('The name %s already belongs to a kind that is not a profile.', new.name), 'Choose another name for the profile.');
  end if;
  perform holdfast_private.record(new.workspace_id, new.created_by, 'profile.defined', 'profile', new.name,
    jsonb_build_object('version', new.version, 'program', new.program));
  return new;
end
$$;
comment on function holdfast_private.tg_profiles__version() is 'Numbers a new version of a profile and makes the kind that runs it.';
create trigger profiles__version before insert on holdfast.profiles
  for each row execute function holdfast_private.tg_profiles__version();

-- graphile-worker's names for a lane's deliveries are made with the lane: made by the first enqueue, they would hold up
-- every other enqueue into the lane until that one commits.
create function holdfast_private.tg_lanes__tasks() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into graphile_worker._private_tasks (identifier) values ('holdfast:' || new.name), ('holdfast:' || new.name || ':commands') on conflict do nothing;
  return null;
end
$$;
comment on function holdfast_private.tg_lanes__tasks() is 'Makes the names under which graphile-worker delivers a lane.';
create trigger lanes__tasks after insert on holdfast.lanes for each row execute function holdfast_private.tg_lanes__tasks();

-- What a workspace allows is an act like any other. profiles write their own event, with the version.
create function holdfast_private.tg_catalogue__record() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_row jsonb := to_jsonb(new);
begin
  perform holdfast_private.record(new.workspace_id, holdfast_private.current_actor(), tg_argv[0] || '.defined', tg_argv[0], coalesce(v_row ->> 'name', v_row ->> 'program'),
    jsonb_strip_nulls(v_row - '{workspace_id,name,id,created_at,updated_at,payload_schema,description,paused_at,paused_by,paused_reason}'::text[]));
  return null;
end
$$;
comment on function holdfast_private.tg_catalogue__record() is 'Writes the event of a new queue, lane, class, kind, venture or command rule.';
do $$
declare
  v_table text;
  v_subject text;
begin
  for v_table, v_subject in values ('queues', 'queue'), ('lanes', 'lane'), ('job_classes', 'class'), ('kinds', 'kind'), ('ventures', 'venture'), ('command_rules', 'command_rule') loop
    -- What furnishes a workspace or registers kinds is told by its own event.
    execute format('create trigger %I after insert on holdfast.%I for each row when (pg_trigger_depth() = 0 and session_user <> ''holdfast_worker'') execute function holdfast_private.tg_catalogue__record(%L)',
      v_table || '__record', v_table, v_subject);
  end loop;
end
$$;

do $$
declare
  v_table text;
  v_subject text;
begin
  -- The same three sentences for each catalogue table; only the verb's subject differs.
  for v_table, v_subject in values ('queues', 'queue'), ('lanes', 'queue'), ('job_classes', 'queue'), ('kinds', 'kind'), ('profiles', 'profile'), ('command_rules', 'command_rule') loop
    execute format('alter table holdfast.%I enable row level security', v_table);
    execute format('revoke all on holdfast.%I from anon, authenticated, service_role', v_table);
    execute format('create policy "members read them" on holdfast.%I for select to authenticated
      using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)))', v_table);
    execute format('create policy "those who may define them add them" on holdfast.%I for insert to authenticated
      with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = %L and p.subject = %L)))', v_table, 'define', v_subject);
    execute format('grant select on holdfast.%I to authenticated, service_role', v_table);
  end loop;
end
$$;
grant insert (workspace_id, name, description, max_running, max_per_hour, keep_output_days, keep_jobs_days) on holdfast.queues to authenticated, service_role;
grant insert (workspace_id, name, description, max_running, max_per_hour) on holdfast.lanes to authenticated, service_role;
grant insert (workspace_id, name, max_retries, backoff, backoff_seconds, backoff_cap_seconds, quarantine_after, retry_safe, needs_approval, approval_quorum, approval_role,
  approval_hours, timeout_seconds, max_running)
  on holdfast.job_classes to authenticated, service_role;
grant insert (workspace_id, name, mode, payload_schema, queue, lane, class, timeout_seconds, description) on holdfast.kinds to authenticated, service_role;
grant insert (workspace_id, name, program, args, parameter_schema, env, cwd, pty, grace_seconds, timeout_seconds, queue, lane, class, description)
  on holdfast.profiles to authenticated, service_role;
grant insert (workspace_id, program, least_role, note) on holdfast.command_rules to authenticated, service_role;
