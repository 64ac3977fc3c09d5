-- Saved views: the filters that a person keeps under a name. Each person's own; they grant nothing and nobody else sees them.

create table holdfast.saved_views (
  workspace_id uuid not null references holdfast.workspaces (id) on delete cascade,
  user_id uuid not null default auth.uid(),
  page text not null constraint saved_views_page_is_a_name check (page ~ '^[a-z][a-z0-9_-]{0,62}$'),
  name text not null constraint saved_views_name_is_short check (length(btrim(name)) between 1 and 80),
  query text not null constraint saved_views_query_is_short check (length(query) <= 4000),
  created_at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, user_id, page, name)
);
comment on table holdfast.saved_views is 'Filters of the admin app''s pages that people keep under a name; each sees their own.';
comment on column holdfast.saved_views.workspace_id is 'The workspace.';
comment on column holdfast.saved_views.user_id is 'Whose it is; filled by the database.';
comment on column holdfast.saved_views.page is 'The page, e.g. history.';
comment on column holdfast.saved_views.name is 'What the person calls it.';
comment on column holdfast.saved_views.query is 'The query part of the page''s address.';
comment on column holdfast.saved_views.created_at is 'When it was kept.';
alter table holdfast.saved_views enable row level security;
revoke all on holdfast.saved_views from anon, authenticated, service_role;
create policy "people read their own views" on holdfast.saved_views for select to authenticated
  using (user_id = (select auth.uid()));
create policy "members keep views in their workspaces" on holdfast.saved_views for insert to authenticated
  with check (user_id = (select auth.uid()) and workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
create policy "people drop their own views" on holdfast.saved_views for delete to authenticated
  using (user_id = (select auth.uid()));
grant select, insert (workspace_id, page, name, query), delete on holdfast.saved_views to authenticated;
grant select on holdfast.saved_views to service_role;
