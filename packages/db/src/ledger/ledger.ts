import { call, type Queryable } from "../pool/call.ts";

/** One thing that {@link verifyLedger} found wrong. */
export interface LedgerFault {
  seal: number;
  /** The event, where it is one event's. */
  seq: number | null;
  fault: string;
}

/** How much of the record there is, and how much of it is sealed. */
export interface LedgerSize {
  events: number;
  seals: number;
  /** Events under seals, dropped days included. */
  sealed: number;
  dropped_days: number;
  dropped_events: number;
}

/** A seal as {@link exportLedger} gives it; hashes and leaves are hex. */
export interface ExportedSeal {
  type: "seal";
  seal: number;
  sealed_at: string;
  xid_from: number;
  xid_to: number;
  seqs: number[];
  root: string;
  previous: string;
  hash: string;
  /** What is hashed before seqs, root and previous hash. */
  head: string;
  /** The events' hashes, only where some of the events have been dropped with their day. */
  leaves?: string[];
}

/** An event as {@link exportLedger} gives it. */
export interface ExportedEvent {
  type: "event";
  /** The text whose hash is the event's leaf: a JSON array of all its columns. */
  text: string;
  seq: number;
  at: string;
  workspace_id: string | null;
  actor: string;
  action: string;
  subject_type: string;
  subject_id: string;
  data: unknown;
}

/** Recomputes every seal from the events; no row means that the record is whole (`holdfast_ledger.verify`). */
export function verifyLedger(db: Queryable): Promise<LedgerFault[]> {
  return call<LedgerFault & Record<string, unknown>>(db, "select seal, seq, fault from holdfast_ledger.verify()");
}

/** Counts the record. */
export async function ledgerSize(db: Queryable): Promise<LedgerSize> {
  const [size] = await call<LedgerSize & Record<string, unknown>>(
    db,
    `select (select count(*) from holdfast_ledger.events) as events, (select count(*) from holdfast_ledger.seals) as seals,
       (select coalesce(sum(cardinality(s.seqs)), 0) from holdfast_ledger.seals s) as sealed,
       (select count(*) from holdfast_ledger.dropped_days) as dropped_days,
       (select coalesce(sum(d.events), 0) from holdfast_ledger.dropped_days d) as dropped_events`,
  );
  return size as LedgerSize;
}

/** The newest seal; undefined before the first. */
export async function newestSeal(db: Queryable): Promise<{ seal: number; sealed_at: Date; hash: string } | undefined> {
  const [seal] = await call<{ seal: number; sealed_at: Date; hash: string }>(
    db,
    "select seal, sealed_at, encode(hash, 'hex') as hash from holdfast_ledger.seals order by seal desc limit 1",
  );
  return seal;
}

const EVENT_COLUMNS = `'event' as type, jsonb_build_array(e.seq, extract(epoch from e.at), e.workspace_id, e.actor, e.action, e.subject_type, e.subject_id, e.data, e.xid)::text as text,
  e.seq, to_json(e.at) #>> '{}' as at, e.workspace_id, e.actor, e.action, e.subject_type, e.subject_id, e.data`;

const SEAL = `select 'seal' as type, s.seal, to_json(s.sealed_at) #>> '{}' as sealed_at, s.xid_from, s.xid_to, to_jsonb(s.seqs) as seqs,
    encode(s.root, 'hex') as root, encode(s.previous, 'hex') as previous, encode(s.hash, 'hex') as hash, encode(s.leaves, 'hex') as leaves,
    s.seal || ':' || extract(epoch from s.sealed_at) || ':' || s.xid_from || ':' || s.xid_to || ':' || cardinality(s.seqs) || ':' as head
  from holdfast_ledger.seals s where s.seal > $1 order by s.seal limit 1`;

const SEALED = `select ${EVENT_COLUMNS} from holdfast_ledger.events e where e.xid >= $1 and e.xid < $2 order by e.seq`;
const UNSEALED = `select ${EVENT_COLUMNS} from holdfast_ledger.events e
  where e.xid >= coalesce((select max(s.xid_to) from holdfast_ledger.seals s), 0) and e.seq > $1 order by e.seq limit 1000`;

/**
 * The whole record, oldest first: each seal after the events it covers, then what is not sealed yet. Whoever has these
 * lines can verify the record without us: see "Keeping the record" in README.md.
 */
export async function* exportLedger(db: Queryable): AsyncGenerator<ExportedEvent | ExportedSeal> {
  for (let last = 0; ; ) {
    const [found] = await call<Omit<ExportedSeal, "leaves"> & { leaves: string }>(db, SEAL, [last]);
    if (!found) break;
    const { leaves, ...seal } = found;
    const events = await call<ExportedEvent & Record<string, unknown>>(db, SEALED, [seal.xid_from, seal.xid_to]);
    yield* events;
    const whole = events.length === seal.seqs.length;
    yield whole ? seal : { ...seal, leaves: leaves.match(/.{64}/g) ?? [] };
    last = seal.seal;
  }
  for (let last = 0; ; ) {
    const events = await call<ExportedEvent & Record<string, unknown>>(db, UNSEALED, [last]);
    yield* events;
    const newest = events.at(-1);
    if (!newest) break;
    last = newest.seq;
  }
}
