-- Members: who may do what. Workspaces are the boundary of row level security; a member has one role; a verb names an
-- act and the least role that may do it. The permission matrix is data, so Studio shows it and one policy sentence
-- enforces it. Written by administrators in SQL (postgres, service_role); read by members. Nobody ever gains a role by
-- an insert through the Data API.

create table holdfast.roles (
  role text primary key,
  rank smallint not null unique,
  sentence text not null
);
comment on table holdfast.roles is 'The four roles of a member, weakest first. A role may do all that a lower rank may.';
comment on column holdfast.roles.role is 'viewer, operator, approver or admin.';
comment on column holdfast.roles.rank is 'Order of the roles: higher may do more.';
comment on column holdfast.roles.sentence is 'What the role is for, in words.';
insert into holdfast.roles (role, rank, sentence) values
  ('viewer', 1, 'reads everything in the workspace'),
  ('operator', 2, 'starts, cancels, kills, retries and pauses'),
  ('approver', 3, 'also gives consent: releases what waits for a person'),
  ('admin', 4, 'also defines queues, kinds, profiles and limits');
alter table holdfast.roles enable row level security;
revoke all on holdfast.roles from anon, authenticated, service_role;
create policy "anyone signed in reads the roles" on holdfast.roles for select to authenticated using (true);
grant select on holdfast.roles to authenticated, service_role;

create table holdfast.workspaces (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique constraint workspaces_slug_is_short_and_plain check (slug ~ '^[a-z][a-z0-9-]{0,62}$'),
  name text not null,
  time_zone text not null default 'UTC',
  single_operator boolean not null default false,
  allowed_roots text[] not null default '{}',
  currency text not null default 'usd' constraint workspaces_currency_is_a_code check (currency ~ '^[a-z]{3,10}$'),
  keep_events_days integer not null default 400 constraint workspaces_keep_events_at_least_a_week check (keep_events_days >= 7),
  created_at timestamptz not null default clock_timestamp()
);
comment on table holdfast.workspaces is 'The tenant: the boundary of row level security. Creating one furnishes it with queues, lanes and classes.';
comment on column holdfast.workspaces.id is 'Identity used in every workspace_id column.';
comment on column holdfast.workspaces.slug is 'Short name people type: lowercase letters, digits and hyphens, at most 63.';
comment on column holdfast.workspaces.name is 'Name for people.';
comment on column holdfast.workspaces.time_zone is 'IANA zone in which days, weeks and months of this workspace are counted. Default UTC.';
comment on column holdfast.workspaces.single_operator is 'True when one person runs this workspace alone: then a requester may also consent, and every page says so. Default false.';
comment on column holdfast.workspaces.allowed_roots is 'Absolute directories inside which commands of this workspace may run, symlinks resolved. Empty: only the run''s own directory.';
comment on column holdfast.workspaces.currency is 'What every amount of this workspace is counted in, e.g. usd. Default usd.';
comment on column holdfast.workspaces.keep_events_days is 'For how many days the ledger keeps its events; days go whole, once no workspace keeps them. Default 400, at least 7.';
comment on column holdfast.workspaces.created_at is 'When it was created.';

create table holdfast.members (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null references holdfast.roles (role),
  agent boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, user_id)
);
comment on table holdfast.members is 'Who belongs to a workspace, and as what.';
comment on column holdfast.members.workspace_id is 'The workspace.';
comment on column holdfast.members.user_id is 'The person, as Supabase Auth knows them.';
comment on column holdfast.members.role is 'viewer, operator, approver or admin.';
comment on column holdfast.members.agent is 'True for a program that signs in as a member: it works within its role but never gives consent. Default false.';
comment on column holdfast.members.created_at is 'Since when.';
-- Policies everywhere ask "which workspaces is this person in": this is the index that answers.
create index members_by_user on holdfast.members (user_id, workspace_id, role);
create index members_by_role on holdfast.members (role);
alter table holdfast.members enable row level security;
revoke all on holdfast.members from anon, authenticated, service_role;
-- Only one's own rows: a policy that looked at members to decide about members would recurse, and no definer helper is
-- needed as long as every other policy asks only about the caller.
create policy "a person reads their own memberships" on holdfast.members for select to authenticated
  using (user_id = (select auth.uid()));
grant select on holdfast.members to authenticated;
grant select, insert, update, delete on holdfast.members to service_role;

-- "My workspaces", as every read policy says it: evaluated once per statement in `= any (array(select …))`, where it becomes
-- an index condition. A view, not a function: a function would be asked for every row, or run with its owner's rights.
create view holdfast.my_workspaces with (security_invoker = true) as
  select m.workspace_id, m.role from holdfast.members m where m.user_id = (select auth.uid());
comment on view holdfast.my_workspaces is 'Workspaces of the signed-in person. Read policies ask this view.';
comment on column holdfast.my_workspaces.workspace_id is 'The workspace.';
comment on column holdfast.my_workspaces.role is 'The person''s role in it.';
revoke all on holdfast.my_workspaces from anon, authenticated, service_role;
grant select on holdfast.my_workspaces to authenticated, service_role;

alter table holdfast.workspaces enable row level security;
revoke all on holdfast.workspaces from anon, authenticated, service_role;
create policy "members read their workspaces" on holdfast.workspaces for select to authenticated
  using (id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
grant select on holdfast.workspaces to authenticated;
grant select, insert, update on holdfast.workspaces to service_role;

-- Some acts reach into every workspace (draining a worker, a global stop) and take the role in every one. A person sees only
-- their own workspaces; this one number lets a page tell, without rights of its own, whether those are all there are.
create table holdfast.installation (
  one boolean primary key default true constraint installation_has_one_row check (one),
  workspaces integer not null
);
comment on table holdfast.installation is 'One row about the whole installation, for members of any workspace.';
comment on column holdfast.installation.one is 'Always true: there is one row.';
comment on column holdfast.installation.workspaces is 'How many workspaces there are; kept by the database.';
insert into holdfast.installation (workspaces) values (0);
alter table holdfast.installation enable row level security;
revoke all on holdfast.installation from anon, authenticated, service_role;
create policy "members of any workspace see how many there are" on holdfast.installation for select to authenticated
  using (exists (select from holdfast.my_workspaces m));
grant select on holdfast.installation to authenticated, service_role;

create function holdfast_private.tg_workspaces__count() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  update holdfast.installation set workspaces = workspaces + case tg_op when 'INSERT' then 1 else -1 end where one;
  return null;
end
$$;
comment on function holdfast_private.tg_workspaces__count() is 'Keeps the number of workspaces.';
create trigger workspaces__count after insert or delete on holdfast.workspaces for each row execute function holdfast_private.tg_workspaces__count();

-- Names of members, as their fellow members see them. members itself shows one's own rows only, and auth.users shows
-- nobody; a name beside an act is what a tired operator reads, so it has a table of its own.
create table holdfast.people (
  workspace_id uuid not null,
  user_id uuid not null,
  name text not null,
  primary key (workspace_id, user_id),
  foreign key (workspace_id, user_id) references holdfast.members (workspace_id, user_id) on delete cascade
);
comment on table holdfast.people is 'Names of the members of a workspace, for lists and reasons. Filled from the e-mail address when a member is added.';
comment on column holdfast.people.workspace_id is 'The workspace.';
comment on column holdfast.people.user_id is 'The person: actor user:<user_id>.';
comment on column holdfast.people.name is 'The name shown.';
alter table holdfast.people enable row level security;
revoke all on holdfast.people from anon, authenticated, service_role;
create policy "members read the names of their fellow members" on holdfast.people for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
grant select on holdfast.people to authenticated;
grant select, update (name) on holdfast.people to service_role;

create function holdfast_private.tg_members__name() returns trigger
  language plpgsql security definer set search_path = ''
as $$
begin
  insert into holdfast.people (workspace_id, user_id, name)
  select new.workspace_id, new.user_id, coalesce(u.email, new.user_id::text) from auth.users u where u.id = new.user_id;
  return null;
end
$$;
comment on function holdfast_private.tg_members__name() is 'Gives a new member the name their fellow members see.';
create trigger members__name after insert on holdfast.members for each row execute function holdfast_private.tg_members__name();

-- The name behind an actor of the ledger; the actor itself when it is no member.
create function holdfast.name_of(p_workspace uuid, p_actor text) returns text
  language sql stable set search_path = ''
as $$
  -- The id is taken out of the actor, not the other way round: an index answers, however many members there are.
  select coalesce((select p.name from holdfast.people p where p.workspace_id = p_workspace
    and p.user_id = case when p_actor ^@ 'user:' and pg_input_is_valid(substr(p_actor, 6), 'uuid') then substr(p_actor, 6)::uuid end), p_actor)
$$;
comment on function holdfast.name_of(uuid, text) is 'Who an actor is, for people: the member''s name, or the actor as written. Runs with the caller''s rights.';

create table holdfast.ventures (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  name text not null constraint ventures_name_is_short_and_plain check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  title text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, name)
);
comment on table holdfast.ventures is 'Lines of work inside a workspace; jobs, costs and reports group by them.';
comment on column holdfast.ventures.workspace_id is 'The workspace.';
comment on column holdfast.ventures.name is 'Short name used in jobs.venture.';
comment on column holdfast.ventures.title is 'Title for people.';
comment on column holdfast.ventures.created_at is 'When it was created.';

create table holdfast.verbs (
  verb text not null,
  subject text not null,
  least_role text not null references holdfast.roles (role),
  needs_reason boolean not null default false,
  needs_approval boolean not null default false,
  persons_only boolean not null default false,
  sentence text not null,
  primary key (verb, subject)
);
comment on table holdfast.verbs is 'The permission matrix: every act, on what, the least role that may do it, and whether it needs a reason. Policies and allowed_actions read it.';
comment on column holdfast.verbs.verb is 'The act.';
comment on column holdfast.verbs.subject is 'What it is done to: job, queue, lane, class, worker, kind, profile, ….';
comment on column holdfast.verbs.least_role is 'The weakest role that may do it.';
comment on column holdfast.verbs.needs_reason is 'True when the act is refused without a reason.';
comment on column holdfast.verbs.needs_approval is 'True when the act only takes effect with another person''s consent.';
comment on column holdfast.verbs.persons_only is 'True when only a person may do it: no agent whatever its role, no service, no worker.';
comment on column holdfast.verbs.sentence is 'What it does, as the pages and the CLI say it.';
insert into holdfast.verbs (verb, subject, least_role, needs_reason, sentence) values
  ('enqueue', 'job', 'operator', false, 'Add a job.'),
  ('depend', 'job', 'operator', false, 'Make a job wait for another.'),
  ('cancel', 'job', 'operator', false, 'End the job for good; a running command is asked to stop (SIGTERM), then ended.'),
  ('kill', 'job', 'operator', false, 'End the running attempt at once (SIGKILL to its whole group); the job is canceled.'),
  ('retry', 'job', 'operator', false, 'Give the same job another attempt now.'),
  ('rerun', 'job', 'operator', false, 'Make a new job like this one, which points back to it.'),
  ('approve', 'job', 'approver', false, 'Consent to the job''s next attempt. Never by the person who asked for it.'),
  ('reject', 'job', 'approver', true, 'Refuse consent: the job is canceled.'),
  ('release', 'job', 'approver', true, 'Let a quarantined job go on, after a person looked at it.'),
  ('discard', 'job', 'approver', true, 'Give a quarantined job up: it is canceled.'),
  ('pause', 'queue', 'operator', true, 'Start nothing more from this queue; what runs goes on.'),
  ('resume', 'queue', 'operator', false, 'Start work from this queue again.'),
  ('limit', 'queue', 'admin', false, 'Set how many jobs of this queue may run at once (null: no limit).'),
  ('pause', 'lane', 'operator', true, 'Start nothing more in this lane; what runs goes on.'),
  ('resume', 'lane', 'operator', false, 'Start work in this lane again.'),
  ('limit', 'lane', 'admin', false, 'Set how many jobs of this lane may run at once (null: no limit).'),
  ('limit', 'class', 'admin', false, 'Set how many jobs of this class may run at once (null: no limit).'),
  ('drain', 'worker', 'admin', false, 'Let a worker finish what it has and take nothing more. Workers serve every workspace: only an admin may.'),
  ('kill', 'worker', 'admin', true, 'Drain a worker and end what it runs at once (SIGKILL); the jobs are canceled.'),
  ('define', 'queue', 'admin', false, 'Add a queue, lane, class or venture.'),
  ('define', 'kind', 'admin', false, 'Add a kind of job.'),
  ('define', 'profile', 'admin', false, 'Add a profile or a new version of one.'),
  ('define', 'command_rule', 'admin', false, 'Allow a program to be run as an ad-hoc command.'),
  ('quarantine', 'job', 'operator', true, 'Isolate the job until a person has reviewed it.'),
  ('redrive', 'dead_letter', 'operator', true, 'Give every dead letter that matches a filter another attempt.'),
  ('dismiss', 'dead_letter', 'operator', true, 'Close every dead letter that matches a filter: its job stays as it ended.'),
  ('cancel', 'jobs', 'operator', true, 'End every job that matches a filter and has not ended.'),
  ('retry', 'jobs', 'operator', true, 'Give every job that matches a filter and ended without completing another attempt now.'),
  ('rerun', 'jobs', 'operator', true, 'Make a new job like each one that matches a filter and has ended.'),
  ('approve', 'approval', 'approver', false, 'Consent to exactly what the request shows. Never by the person who asked.'),
  ('reject', 'approval', 'approver', true, 'Refuse consent.'),
  ('engage', 'stop', 'operator', true, 'Emergency stop: from its commit nothing it covers starts; what runs is ended when asked for.'),
  ('release', 'stop', 'approver', true, 'End an emergency stop. Never by the person who engaged it.'),
  ('define', 'schedule', 'admin', false, 'Add a schedule; it starts disabled.'),
  ('enable', 'schedule', 'operator', false, 'Let a schedule fire; some need another person''s consent first.'),
  ('disable', 'schedule', 'operator', false, 'Let a schedule fire no more.'),
  ('run', 'schedule', 'operator', false, 'Start the schedule''s job now, outside its windows.'),
  ('define', 'budget', 'admin', false, 'Add a budget.'),
  ('raise', 'budget', 'operator', true, 'Set a budget''s cap. Takes effect with another person''s consent.'),
  ('adjust', 'budget', 'admin', true, 'Correct what was spent by an amount, which may be negative.'),
  ('define', 'output_rule', 'admin', false, 'Add a rule over what jobs print or return.'),
  ('open', 'incident', 'operator', true, 'Open an incident by hand.'),
  ('tick', 'incident', 'operator', false, 'Tick off a step of its runbook.'),
  ('contain', 'incident', 'operator', true, 'Pause the lane or queue the incident is about.'),
  ('close', 'incident', 'operator', true, 'Close an incident.'),
  ('set', 'alert_channel', 'admin', false, 'Enable or disable a channel for alerts.');
update holdfast.verbs set persons_only = true where verb in ('approve', 'reject', 'release', 'discard');
update holdfast.verbs set needs_approval = true where (verb, subject) = ('raise', 'budget');
create index verbs_by_role on holdfast.verbs (least_role);
alter table holdfast.verbs enable row level security;
revoke all on holdfast.verbs from anon, authenticated, service_role;
create policy "anyone signed in reads the permission matrix" on holdfast.verbs for select to authenticated using (true);
grant select on holdfast.verbs to authenticated, service_role;

-- The one sentence behind every insert policy: "may the signed-in person do this verb in this workspace?" Evaluated once
-- per statement when used as `workspace_id = any (array(select … from holdfast.my_powers …))`.
create view holdfast.my_powers with (security_invoker = true) as
  select m.workspace_id, v.verb, v.subject, m.role
  from holdfast.members m
  join holdfast.roles mine on mine.role = m.role
  join holdfast.verbs v on true
  join holdfast.roles least on least.role = v.least_role
  where m.user_id = (select auth.uid()) and mine.rank >= least.rank and not (m.agent and v.persons_only);
comment on view holdfast.my_powers is 'What the signed-in person may do, and where. Insert policies ask this view.';
comment on column holdfast.my_powers.workspace_id is 'Workspace in which the verb is allowed.';
comment on column holdfast.my_powers.verb is 'The act.';
comment on column holdfast.my_powers.subject is 'What it is done to.';
comment on column holdfast.my_powers.role is 'The role that gives the power.';
revoke all on holdfast.my_powers from anon, authenticated, service_role;
grant select on holdfast.my_powers to authenticated, service_role;

alter table holdfast.ventures enable row level security;
revoke all on holdfast.ventures from anon, authenticated, service_role;
create policy "members read ventures" on holdfast.ventures for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "admins add ventures" on holdfast.ventures for insert to authenticated
  with check (workspace_id = any (array(select p.workspace_id from holdfast.my_powers p where p.verb = 'define' and p.subject = 'queue')));
grant select, insert (workspace_id, name, title) on holdfast.ventures to authenticated;
grant select, insert, update on holdfast.ventures to service_role;

-- Triggers that carry out an act run before the policy's check is evaluated, so they ask the same question first:
-- otherwise a stranger could learn from a trigger's error what exists elsewhere.
create function holdfast_private.caller_may(p_workspace uuid, p_verb text, p_subject text) returns boolean
  language plpgsql stable set search_path = ''
as $$
begin
  return not holdfast_private.is_api_caller()
      or exists (select from holdfast.my_powers p where p.workspace_id = p_workspace and p.verb = p_verb and p.subject = p_subject);
end
$$;
comment on function holdfast_private.caller_may(uuid, text, text) is 'May the caller do this verb here? Trusted SQL and the service key always may; a person as the verbs table says.';
