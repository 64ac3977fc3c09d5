-- The roles of a hosted Supabase project, so that what is forbidden there is forbidden here.
--
-- Run once per cluster as supabase_admin, the superuser that initdb made. The one to look at is `postgres`: the role
-- that migrations run as is NOT a superuser. Passwords are set afterwards by packages/local, never here.

create role postgres login createdb createrole replication bypassrls;

create role anon nologin inherit;
create role authenticated nologin inherit;
create role service_role nologin inherit bypassrls;
create role authenticator login noinherit;
grant anon, authenticated, service_role to authenticator;

create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_replication_admin login replication;
create role supabase_read_only_user login bypassrls;
create role supabase_etl_admin login replication;
create role supabase_realtime_admin nologin noinherit;
create role dashboard_user nologin createdb createrole replication;
create role pgbouncer login;
grant pg_read_all_data to supabase_read_only_user;

grant anon, authenticated, service_role, authenticator, pg_monitor, pg_read_all_data, pg_signal_backend,
      pg_create_subscription
   to postgres with admin option;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role postgres set search_path = "$user", public, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;

-- The role that the local Data API and Auth connect as; a hosted project has no such role (there PostgREST is
-- `authenticator` and Auth is `supabase_auth_admin`). It inherits because one connection serves both: DML on the auth
-- tables as itself, everything else after SET ROLE. It owns nothing, so it can grant nothing.
create role supabase_lite login inherit nosuperuser nobypassrls nocreatedb nocreaterole noreplication;
grant anon, authenticated, service_role to supabase_lite;
alter role supabase_lite set statement_timeout = '8s';
alter role supabase_lite set lock_timeout = '8s';
