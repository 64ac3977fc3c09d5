-- The ledger: one append-only line for every act, launch, close and change, sealed every few seconds.
--
-- Who writes: definer functions of holdfast_private (owner postgres, INSERT only). Who reads: members, through the view
-- holdfast.events. What never happens: an update or a delete. Tables and functions belong to holdfast_ledger, a role
-- nobody logs in as; triggers refuse change even to it. A person connected as postgres can still `set role` and drop the
-- triggers: the record is tamper-evident, not tamper-proof, and the newest seal kept elsewhere makes tampering visible.
--
-- Refused: a hash chain written by every insert. It serialises writers (16 writers in one workspace: 178 transactions a
-- second, 153 deadlocks). Sealing afterwards, by transaction horizon, costs 2-5 %.

set role holdfast_ledger;

create table holdfast_ledger.events (
  seq bigint generated always as identity,
  at timestamptz not null,
  workspace_id uuid,
  actor text not null,
  action text not null,
  subject_type text not null,
  subject_id text not null,
  data jsonb not null default '{}',
  xid bigint not null default (pg_current_xact_id()::text::bigint),
  primary key (seq, at)
) partition by range (at);
comment on table holdfast_ledger.events is 'The append-only record, one partition a day. Read it through holdfast.events.';
comment on column holdfast_ledger.events.seq is 'Order of writing; gaps are transactions that rolled back.';
comment on column holdfast_ledger.events.at is 'When, by the database''s clock.';
comment on column holdfast_ledger.events.workspace_id is 'The workspace; null for events of the whole installation.';
comment on column holdfast_ledger.events.actor is 'Who: user:<uuid>, worker:<id>, supervisor:<name>, service_role or sql:<login role>.';
comment on column holdfast_ledger.events.action is 'What happened, as subject.participle: job.enqueued, run.closed, queue.paused, ….';
comment on column holdfast_ledger.events.subject_type is 'What it happened to: job, run, queue, lane, worker, ….';
comment on column holdfast_ledger.events.subject_id is 'Its id or name.';
comment on column holdfast_ledger.events.data is 'The particulars, redacted.';
comment on column holdfast_ledger.events.xid is 'The transaction that wrote it (as bigint: xid8 has no BRIN operators): seals cover rows below the oldest open transaction, so a late commit cannot slip under one.';
create index events_by_workspace on holdfast_ledger.events (workspace_id, seq desc);
create index events_by_subject on holdfast_ledger.events (subject_type, subject_id, seq desc);
-- What people look for: acts and what was decided about them. Nine events in ten are routine and not in it, so it costs the queue
-- nothing; a filter on an actor, or on the beginning of an action, scans this instead of everything (holdfast.events.routine).
create index events_of_note on holdfast_ledger.events (workspace_id, seq desc) where action <> all ('{job.enqueued,run.launched,run.closed}');
create index events_by_xid on holdfast_ledger.events using brin (xid) with (pages_per_range = 16, autosummarize = on);

create table holdfast_ledger.seals (
  seal bigint primary key,
  sealed_at timestamptz not null,
  xid_from bigint not null,
  xid_to bigint not null,
  seqs bigint[] not null,
  leaves bytea not null,
  root bytea not null,
  previous bytea not null,
  hash bytea not null
);
comment on table holdfast_ledger.seals is 'Seals over the events: each covers the rows of a range of transactions and names the seal before it.';
comment on column holdfast_ledger.seals.seal is 'Number of the seal, without gaps, from 1.';
comment on column holdfast_ledger.seals.sealed_at is 'When it was set.';
comment on column holdfast_ledger.seals.xid_from is 'First transaction covered.';
comment on column holdfast_ledger.seals.xid_to is 'First transaction not covered.';
comment on column holdfast_ledger.seals.seqs is 'The events covered, by seq, in order: names a missing or added row.';
comment on column holdfast_ledger.seals.leaves is 'sha-256 of each event, 32 bytes each, in the order of seqs: names an altered row.';
comment on column holdfast_ledger.seals.root is 'Merkle root over the leaves.';
comment on column holdfast_ledger.seals.previous is 'Hash of the seal before; empty for the first.';
comment on column holdfast_ledger.seals.hash is 'sha-256 over number, time, range, events, root and previous hash.';

create function holdfast_ledger.tg_events__append_only() returns trigger
  language plpgsql set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PT403',
    message = format('The ledger is append-only: %s on %s is refused.', lower(tg_op), tg_table_name),
    detail = 'holdfast.append_only',
    hint = 'Write a new event that corrects the old one.';
end
$$;
comment on function holdfast_ledger.tg_events__append_only() is 'Refuses update, delete and truncate on the record.';
create trigger events__append_only before update or delete on holdfast_ledger.events
  for each row execute function holdfast_ledger.tg_events__append_only();
create trigger events__never_truncated before truncate on holdfast_ledger.events
  for each statement execute function holdfast_ledger.tg_events__append_only();
create trigger seals__append_only before update or delete on holdfast_ledger.seals
  for each row execute function holdfast_ledger.tg_events__append_only();
create trigger seals__never_truncated before truncate on holdfast_ledger.seals
  for each statement execute function holdfast_ledger.tg_events__append_only();

-- Partitions are made by the owner of the record, a few days ahead, and dropped whole by retention once sealed.
-- Both take the parent's strongest lock for a moment. They wait half a second for it and give up: while they wait, every
-- enqueue and finish waits behind them. Seven days of head start make a failed try harmless.
create function holdfast_ledger.add_day(p_day date) returns boolean
  language plpgsql security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
  v_name text := 'events_' || to_char(p_day, 'YYYYMMDD');
begin
  if to_regclass('holdfast_parts.' || v_name) is not null then
    return false;
  end if;
  execute format('create table holdfast_parts.%I partition of holdfast_ledger.events for values from (%L) to (%L)',
    v_name, p_day::timestamp at time zone 'UTC', (p_day + 1)::timestamp at time zone 'UTC');
  execute format('comment on table holdfast_parts.%I is %L', v_name, 'Events of ' || p_day || ' (UTC).');
  execute format('alter table holdfast_parts.%I enable row level security', v_name);
  execute format('create trigger events__never_truncated before truncate on holdfast_parts.%I for each statement execute function holdfast_ledger.tg_events__append_only()', v_name);
  return true;
end
$$;
comment on function holdfast_ledger.add_day(date) is 'Creates the partition of one UTC day. False when it is already there.';

-- A stray time (a clock far ahead, a day nobody prepared) must not lose an event; the partitions duty empties nothing and
-- alarms instead, because rows here block attaching that day.
create table holdfast_parts.events_default partition of holdfast_ledger.events default;
comment on table holdfast_parts.events_default is 'Catches events outside every prepared day. Should be empty.';
alter table holdfast_parts.events_default enable row level security;
create trigger events__never_truncated before truncate on holdfast_parts.events_default
  for each statement execute function holdfast_ledger.tg_events__append_only();

-- Leaf: sha-256 over every column, in a form that no session setting changes (epoch seconds, jsonb's own text). The zero
-- byte in front keeps a leaf from ever being mistaken for an inner node.
create function holdfast_ledger.leaf(p_event holdfast_ledger.events) returns bytea
  language sql immutable set search_path = ''
as $$
  select sha256('\x00'::bytea || convert_to(jsonb_build_array(
    p_event.seq, extract(epoch from p_event.at), p_event.workspace_id, p_event.actor, p_event.action,
    p_event.subject_type, p_event.subject_id, p_event.data, p_event.xid)::text, 'UTF8'))
$$;
comment on function holdfast_ledger.leaf(holdfast_ledger.events) is 'Hash of one event over all its columns.';

-- Generic plans: a plan made for these very values carries the array flat, and then each v_level[i] counts from its start
-- (the first seal of a session, over 20,000 events: 4 s instead of 1).
create function holdfast_ledger.merkle_root(p_leaves bytea[]) returns bytea
  language plpgsql immutable set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_level bytea[] := p_leaves;
begin
  if coalesce(cardinality(v_level), 0) = 0 then
    return sha256(''::bytea);
  end if;
  while cardinality(v_level) > 1 loop
    -- An odd last node goes up unpaired (never paired with itself, which would let a doubled row keep the root).
    v_level := array(
      select case when i < cardinality(v_level) then sha256('\x01'::bytea || v_level[i] || v_level[i + 1]) else v_level[i] end
      from generate_series(1, cardinality(v_level), 2) as i order by i);
  end loop;
  return v_level[1];
end
$$;
comment on function holdfast_ledger.merkle_root(bytea[]) is 'Merkle root over leaf hashes in order; sha256 of nothing for no leaves.';

create function holdfast_ledger.seal_hash(p_seal bigint, p_sealed_at timestamptz, p_xid_from bigint, p_xid_to bigint, p_seqs bigint[], p_root bytea, p_previous bytea) returns bytea
  language sql immutable set search_path = ''
as $$
  select sha256('\x02'::bytea || convert_to(p_seal || ':' || extract(epoch from p_sealed_at) || ':' || p_xid_from || ':' || p_xid_to || ':' || cardinality(p_seqs) || ':', 'UTF8')
    || sha256(convert_to(p_seqs::text, 'UTF8')) || p_root || p_previous)
$$;
comment on function holdfast_ledger.seal_hash(bigint, timestamptz, bigint, bigint, bigint[], bytea, bytea) is 'Hash that chains one seal to the seal before it.';

create function holdfast_ledger.seal() returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_last holdfast_ledger.seals;
  v_horizon bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  v_from bigint;
  v_seqs bigint[];
  v_leaves bytea[];
  v_root bytea;
  v_next bigint;
  v_now timestamptz := holdfast_private.clock();
begin
  -- Two leaders for a moment do no harm: the second finds the lock taken and goes away.
  if not pg_try_advisory_xact_lock(hashtext('holdfast_ledger.seal')) then
    return jsonb_build_object('skipped', 'another session is sealing');
  end if;
  select * into v_last from holdfast_ledger.seals order by seal desc limit 1;
  v_next := coalesce(v_last.seal, 0) + 1;
  v_from := coalesce(v_last.xid_to, 0);
  if v_from > pg_snapshot_xmax(pg_current_snapshot())::text::bigint then
    -- Silence here would pass for a whole record.
    perform holdfast_private.refuse(409, 'record_restored', format('The newest seal ends at transaction %s, which this server has not reached: the record was restored into a new cluster.', v_from),
      'Verify and export the record where it came from; see "After a restore" in supabase/README.md.');
  elsif v_horizon <= v_from then
    return jsonb_build_object('events', 0);
  end if;
  select array_agg(e.seq order by e.seq), array_agg(holdfast_ledger.leaf(e) order by e.seq)
    into v_seqs, v_leaves
    from holdfast_ledger.events e where e.xid >= v_from and e.xid < v_horizon;
  if v_seqs is null then
    -- Nothing new: no seal, so an idle night does not fill the table.
    return jsonb_build_object('events', 0);
  end if;
  v_root := holdfast_ledger.merkle_root(v_leaves);
  insert into holdfast_ledger.seals (seal, sealed_at, xid_from, xid_to, seqs, leaves, root, previous, hash)
  select v_next, v_now, v_from, v_horizon, v_seqs,
    (select string_agg(l, ''::bytea order by o) from unnest(v_leaves) with ordinality as u (l, o)),
    v_root, coalesce(v_last.hash, ''::bytea),
    holdfast_ledger.seal_hash(v_next, v_now, v_from, v_horizon, v_seqs, v_root, coalesce(v_last.hash, ''::bytea));
  return jsonb_build_object('seal', v_next, 'events', cardinality(v_seqs));
end
$$;
comment on function holdfast_ledger.seal() is 'Seals every event of finished transactions that no seal covers yet. Safe to run twice at once.';

-- Recomputes everything from the rows. An empty answer means the record is whole; each row of the answer names one fault.
create function holdfast_ledger.verify() returns table (seal bigint, seq bigint, fault text)
  language plpgsql security definer set search_path = ''
as $$
declare
  v_seal holdfast_ledger.seals;
  v_previous bytea := ''::bytea;
  v_expected bigint := 1;
  v_expected_from bigint := 0;
  v_bytes bytea;
  v_leaves bytea[];
begin
  for v_seal in select * from holdfast_ledger.seals s order by s.seal loop
    if v_seal.seal <> v_expected then
      return query select v_expected, null::bigint, format('seal %s is missing', v_expected);
    end if;
    if v_seal.previous <> v_previous and v_seal.seal = v_expected then
      return query select v_seal.seal, null::bigint, 'does not chain to the seal before it'::text;
    end if;
    if v_seal.xid_from <> v_expected_from and v_seal.seal = v_expected then
      return query select v_seal.seal, null::bigint, 'does not start where the seal before it ends'::text;
    end if;
    -- Fetched whole, once: out of the row, each of the thousands of pieces is a look-up of its own.
    v_bytes := v_seal.leaves || ''::bytea;
    v_leaves := array(select substr(v_bytes, (i - 1) * 32 + 1, 32) from generate_series(1, cardinality(v_seal.seqs)) as i order by i);
    if holdfast_ledger.merkle_root(v_leaves) <> v_seal.root
       or holdfast_ledger.seal_hash(v_seal.seal, v_seal.sealed_at, v_seal.xid_from, v_seal.xid_to, v_seal.seqs, v_seal.root, v_seal.previous) <> v_seal.hash then
      return query select v_seal.seal, null::bigint, 'the seal itself was altered'::text;
    end if;
    -- Retention drops whole sealed days; only the seals stay, and dropped_days says which transactions they held.
    if not exists (select from holdfast_ledger.dropped_days d where v_seal.xid_from < d.xid_to) then
      return query
        with sealed as (select s.seq, s.leaf from unnest(v_seal.seqs, v_leaves) as s (seq, leaf)),
        found as (select e.seq, holdfast_ledger.leaf(e) as leaf from holdfast_ledger.events e where e.xid >= v_seal.xid_from and e.xid < v_seal.xid_to)
        select v_seal.seal, coalesce(s.seq, f.seq),
          case when f.seq is null then 'event deleted' when s.seq is null then 'event added after sealing' else 'event altered' end
        from sealed s full join found f on f.seq = s.seq
        where f.seq is null or s.seq is null or f.leaf <> s.leaf
        order by 2;
    end if;
    v_previous := v_seal.hash;
    v_expected := v_seal.seal + 1;
    v_expected_from := v_seal.xid_to;
  end loop;
end
$$;
comment on function holdfast_ledger.verify() is 'Recomputes every seal from the events: no rows means nothing was altered, deleted, added or reordered since sealing.';

create table holdfast_ledger.dropped_days (
  day date primary key,
  dropped_at timestamptz not null,
  events bigint not null,
  xid_to bigint not null
);
comment on table holdfast_ledger.dropped_days is 'Days whose events retention has dropped; verify skips the seals that reach into them.';
comment on column holdfast_ledger.dropped_days.day is 'The UTC day.';
comment on column holdfast_ledger.dropped_days.dropped_at is 'When it was dropped.';
comment on column holdfast_ledger.dropped_days.events is 'How many events it held.';
comment on column holdfast_ledger.dropped_days.xid_to is 'First transaction after the day''s last one.';

create function holdfast_ledger.drop_day(p_day date) returns bigint
  language plpgsql security definer set search_path = '' set lock_timeout = '500ms'
as $$
declare
  v_name text := 'events_' || to_char(p_day, 'YYYYMMDD');
  v_events bigint;
  v_last bigint;
begin
  if to_regclass('holdfast_parts.' || v_name) is null then
    return null;
  end if;
  execute format('select count(*), max(xid) from holdfast_parts.%I', v_name) into v_events, v_last;
  if v_events > 0 and not exists (select from holdfast_ledger.seals s where s.xid_to > v_last) then
    perform holdfast_private.refuse(409, 'day_not_sealed', format('The events of %s are not all sealed yet.', p_day), 'Wait for the seal duty, then drop the day.');
  end if;
  insert into holdfast_ledger.dropped_days (day, dropped_at, events, xid_to)
  values (p_day, holdfast_private.clock(), v_events, coalesce(v_last + 1, 0));
  execute format('drop table holdfast_parts.%I', v_name);
  return v_events;
end
$$;
comment on function holdfast_ledger.drop_day(date) is 'Drops the events of one UTC day, all of them sealed; returns how many, null when there is no such day.';

alter table holdfast_ledger.events enable row level security;
alter table holdfast_ledger.seals enable row level security;
alter table holdfast_ledger.dropped_days enable row level security;
revoke all on all tables in schema holdfast_ledger from public, anon, authenticated, service_role;
create policy "members read the events of their workspaces" on holdfast_ledger.events for select to authenticated
  using (workspace_id = any (array(select m.workspace_id from holdfast.my_workspaces m)));
-- Of a seal people read what they may keep elsewhere: number, time, horizon and hash. Never seqs, leaves or root: a seal covers
-- every workspace, and a leaf tells whoever guesses an event of another that they guessed right.
create policy "members of any workspace read the seals" on holdfast_ledger.seals for select to authenticated using (exists (select from holdfast.my_workspaces m));
create policy "members of any workspace read which days were dropped" on holdfast_ledger.dropped_days for select to authenticated using (exists (select from holdfast.my_workspaces m));
grant select on holdfast_ledger.events, holdfast_ledger.dropped_days to authenticated, service_role;
grant select on holdfast_ledger.seals to service_role;
grant select (seal, sealed_at, xid_to, hash) on holdfast_ledger.seals to authenticated;
grant select, insert on holdfast_ledger.events to postgres;
grant select on holdfast_ledger.seals, holdfast_ledger.dropped_days to postgres;
revoke execute on all functions in schema holdfast_ledger from public;
grant execute on function holdfast_ledger.seal(), holdfast_ledger.verify(), holdfast_ledger.add_day(date), holdfast_ledger.drop_day(date) to postgres;

set role postgres;

-- holdfast_ledger's functions use these two; it may look into the private room for nothing else.
grant usage on schema holdfast_private to holdfast_ledger;
grant execute on function holdfast_private.clock(), holdfast_private.refuse(int, text, text, text) to holdfast_ledger;

create view holdfast.events with (security_invoker = true) as
  select e.seq, e.at, e.workspace_id, e.actor, e.action, e.subject_type, e.subject_id, e.data,
    e.action = any ('{job.enqueued,run.launched,run.closed}') as routine
  from holdfast_ledger.events e;
comment on view holdfast.events is 'The record of every act, launch, close and change, newest last. Append-only and sealed.';
comment on column holdfast.events.seq is 'Order of writing.';
comment on column holdfast.events.at is 'When, by the database''s clock.';
comment on column holdfast.events.workspace_id is 'The workspace.';
comment on column holdfast.events.actor is 'Who: user:<uuid>, worker:<id>, supervisor:<name>, service_role or sql:<login role>.';
comment on column holdfast.events.action is 'What happened, as subject.participle.';
comment on column holdfast.events.subject_type is 'What it happened to.';
comment on column holdfast.events.subject_id is 'Its id or name.';
comment on column holdfast.events.data is 'The particulars, redacted.';
comment on column holdfast.events.routine is 'True for what every job leaves behind: job.enqueued, run.launched, run.closed. A search for anything else says routine = false, and is quick then.';
revoke all on holdfast.events from anon, authenticated, service_role;
grant select on holdfast.events to authenticated, service_role;

-- One event written by hand; set-based writers insert into the table themselves.
create function holdfast_private.record(p_workspace uuid, p_actor text, p_action text, p_subject_type text, p_subject_id text, p_data jsonb default '{}') returns void
  language sql set search_path = ''
as $$
  insert into holdfast_ledger.events (at, workspace_id, actor, action, subject_type, subject_id, data)
  values (holdfast_private.clock(), p_workspace, p_actor, p_action, p_subject_type, p_subject_id, coalesce(p_data, '{}'))
$$;
comment on function holdfast_private.record(uuid, text, text, text, text, jsonb) is 'Writes one event to the ledger.';
