-- The schemas of a hosted Supabase project, in one database. Run once per database as supabase_admin.

grant all on schema public to postgres;
grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

create schema extensions authorization postgres;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to dashboard_user;

-- `postgres` gets USAGE on auth without the grant option: no role of ours can be given it, there or here.
create schema auth authorization supabase_admin;
grant create, usage on schema auth to supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, postgres, supabase_lite;
grant all on schema auth to dashboard_user;
