-- The local workspace. Its owner may run any program as an ad-hoc command: right for one's own machine, wrong elsewhere.
insert into holdfast.workspaces (slug, name, single_operator, allowed_roots) values ('local', 'Local workspace', true, '{/}')
on conflict (slug) do nothing;
insert into holdfast.command_rules (workspace_id, program, least_role, note)
select w.id, '*', 'operator', 'Local workspace: its people may run ad-hoc commands on this machine.' from holdfast.workspaces w where w.slug = 'local'
on conflict (workspace_id, program) do nothing;
