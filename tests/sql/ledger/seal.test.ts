import { createTestDatabase, duty, job, openSession, sealAll, type TestDatabase, waitUntil } from "@holdfast/testing";
import pg from "pg";
import { expect, test } from "vitest";

const verify = async (db: TestDatabase) => (await db.pool().query("select * from holdfast_ledger.verify()")).rows;
const seal = async (db: TestDatabase) =>
  (await db.pool().query("select holdfast_ledger.seal() as answer")).rows[0].answer;

/** What a person with a superuser's rights can do. */
async function tamper(db: TestDatabase, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: db.superuserUrl });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Three seals over a dozen jobs' events. */
async function sealedLedger(): Promise<TestDatabase> {
  const db = await createTestDatabase();
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 4; j++) await job(db, { state: "completed" });
    await sealAll(db);
  }
  return db;
}

const seqOf = async (db: TestDatabase, sealNo: number, place: number) =>
  (await db.pool().query("select seqs[$2] as seq from holdfast_ledger.seals where seal = $1", [sealNo, place])).rows[0]
    .seq as number;

test("every event is sealed once, and a whole ledger verifies without a word", async () => {
  await using db = await sealedLedger();
  const { rows } = await db
    .pool()
    .query(
      "select (select count(*) from holdfast_ledger.events) as events, (select sum(cardinality(seqs)) from holdfast_ledger.seals) as sealed",
    );
  expect(rows[0].sealed).toBe(rows[0].events);
  await expect(verify(db)).resolves.toEqual([]);
});

test("an idle ledger gets no further seal", async () => {
  await using db = await sealedLedger();
  const count = async () => (await db.pool().query("select count(*) as n from holdfast_ledger.seals")).rows[0].n;
  const before = await count();
  await seal(db);
  await expect(count()).resolves.toBe(before);
});

test("a transaction that commits late does not slip under a seal", async () => {
  await using db = await createTestDatabase();
  await job(db, { state: "completed" });
  await using late = await openSession(db);
  await late.client.query("begin");
  const { rows } = await late.client.query("select (holdfast.enqueue('local', 'hello')).id");
  await job(db, { state: "completed" });
  await seal(db);
  await late.client.query("commit");
  await sealAll(db);
  const sealed = await db
    .pool()
    .query(
      "select count(*) as n from holdfast_ledger.events e join holdfast_ledger.seals s on e.seq = any (s.seqs) where e.subject_type = 'job' and e.subject_id = $1",
      [String(rows[0].id)],
    );
  expect(sealed.rows[0].n).toBe(1);
  await expect(verify(db)).resolves.toEqual([]);
});

test("sixteen writers and four sealers at once leave nothing unsealed and nothing sealed twice", async () => {
  await using db = await createTestDatabase();
  await job(db);
  const pool = new pg.Pool({ connectionString: db.url(), max: 20 });
  await Promise.all([
    ...Array.from({ length: 16 }, async () => {
      for (let i = 0; i < 15; i++) await pool.query("select from holdfast.enqueue('local', 'hello')");
    }),
    ...Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 20; i++) await pool.query("select holdfast_ledger.seal()");
    }),
  ]);
  await pool.end();
  await sealAll(db);
  const { rows } = await db.pool().query(`
    select count(*) as sealed, count(distinct seq) as once, (select count(*) from holdfast_ledger.events) as events
    from holdfast_ledger.seals cross join unnest(seqs) seq`);
  expect(rows[0].sealed).toBe(rows[0].events);
  expect(rows[0].once).toBe(rows[0].events);
  await expect(verify(db)).resolves.toEqual([]);
});

test.each([
  ["actor", "actor = 'sql:somebody'"],
  ["data", `data = '{"outcome": "completed"}'`],
  ["time", "at = at + interval '1 microsecond'"],
  ["workspace", "workspace_id = gen_random_uuid()"],
])("an event whose %s was altered is named", async (_what, change) => {
  await using db = await sealedLedger();
  const seq = await seqOf(db, 2, 3);
  await tamper(db, `update holdfast_ledger.events set ${change} where seq = ${seq}`);
  await expect(verify(db)).resolves.toEqual([{ seal: 2, seq, fault: "event altered" }]);
});

test("a deleted event is named", async () => {
  await using db = await sealedLedger();
  const seq = await seqOf(db, 1, 2);
  await tamper(db, `delete from holdfast_ledger.events where seq = ${seq}`);
  await expect(verify(db)).resolves.toEqual([{ seal: 1, seq, fault: "event deleted" }]);
});

test("an event slipped into sealed time is named", async () => {
  await using db = await sealedLedger();
  const xid = (await db.pool().query("select xid_from + 1 as xid from holdfast_ledger.seals where seal = 2")).rows[0]
    .xid;
  await tamper(
    db,
    `insert into holdfast_ledger.events (at, actor, action, subject_type, subject_id, xid) values (now(), 'sql:postgres', 'job.enqueued', 'job', '1', ${xid})`,
  );
  await expect(verify(db)).resolves.toEqual([{ seal: 2, seq: expect.any(Number), fault: "event added after sealing" }]);
});

test("two events that changed places are both named", async () => {
  await using db = await sealedLedger();
  const [a, b] = [await seqOf(db, 3, 1), await seqOf(db, 3, 2)];
  await tamper(
    db,
    // Identity columns take a value by update only from default: the swap goes through copies.
    `create temp table swap as select * from holdfast_ledger.events where seq in (${a}, ${b})`,
    `delete from holdfast_ledger.events where seq in (${a}, ${b})`,
    `insert into holdfast_ledger.events overriding system value select case seq when ${a} then ${b} else ${a} end, at, workspace_id, actor, action, subject_type, subject_id, data, xid from swap`,
  );
  await expect(verify(db)).resolves.toEqual([
    { seal: 3, seq: a, fault: "event altered" },
    { seal: 3, seq: b, fault: "event altered" },
  ]);
});

test.each([1, 2])("missing seal number %i is named", async (missing) => {
  await using db = await sealedLedger();
  await tamper(db, `delete from holdfast_ledger.seals where seal = ${missing}`);
  await expect(verify(db)).resolves.toContainEqual({ seal: missing, seq: null, fault: `seal ${missing} is missing` });
});

test.each([
  ["root", "root = sha256('x')"],
  ["hash", "hash = sha256('x')"],
  ["list of events", "seqs = seqs[2:]"],
  ["leaves", "leaves = set_byte(leaves, 0, (get_byte(leaves, 0) + 1) % 256)"],
  ["range", "xid_to = xid_to + 1"],
  ["time", "sealed_at = sealed_at - interval '1 day'"],
])("a seal whose %s was altered is named", async (_what, change) => {
  await using db = await sealedLedger();
  await tamper(db, `update holdfast_ledger.seals set ${change} where seal = 2`);
  const faults = await verify(db);
  expect(faults).toContainEqual({ seal: 2, seq: null, fault: "the seal itself was altered" });
});

test("a seal that was forged anew over altered events no longer fits the next one", async () => {
  await using db = await sealedLedger();
  const seq = await seqOf(db, 2, 1);
  await tamper(
    db,
    `update holdfast_ledger.events set actor = 'sql:forger' where seq = ${seq}`,
    "delete from holdfast_ledger.seals where seal > 1",
  );
  await sealAll(db);
  // The forger kept the old third seal and puts it back.
  const { rows } = await db.pool().query("select max(seal) as n from holdfast_ledger.seals");
  expect(rows[0].n).toBe(2);
  await tamper(
    db,
    `insert into holdfast_ledger.seals select 3, sealed_at, xid_to, xid_to + 1, '{}', '', sha256(''), sha256('old second seal'), hash from holdfast_ledger.seals where seal = 2`,
  );
  const faults = await verify(db);
  expect(faults).toContainEqual({ seal: 3, seq: null, fault: "does not chain to the seal before it" });
});

test("the seal duty seals", async () => {
  await using db = await createTestDatabase();
  await job(db);
  const done = await waitUntil(async () => ((await duty(db, "seal")).seal as number) >= 1, 20_000);
  expect(done).toBe(true);
});
