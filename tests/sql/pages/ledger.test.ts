import {
  asMember,
  asStranger,
  asUser,
  createTestDatabase,
  duty,
  enqueue,
  refusalOf,
  sealAll,
  type TestDatabase,
  type TestWorker,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
let by: TestWorker;
beforeEach(async () => {
  db = await createTestDatabase();
  by = await worker(db);
});
afterEach(() => db.drop());

const status = async (who = asMember("viewer")) =>
  (await who(db, (client) => client.query("select * from holdfast.ledger_status"))).rows[0];

/** Runs ledger_verify as a worker does; returns the job and its result. */
async function verify(slug = "local") {
  const id = await enqueue(db, { workspace: slug, kind: "ledger_verify" });
  const token = await by.takeOne(id);
  const { rows } = await db.pool("holdfast_worker").query("select holdfast_private.run_builtin($1) as result", [token]);
  await by.finish({ token, outcome: "completed", result: rows[0].result });
  return { id, result: rows[0].result };
}

async function tamper(statement: string) {
  const client = await db.pool().connect();
  try {
    await client.query("begin; set local role holdfast_ledger");
    for (const table of ["events", "seals"])
      await client.query(`alter table holdfast_ledger.${table} disable trigger user`);
    await client.query(statement);
    for (const table of ["events", "seals"])
      await client.query(`alter table holdfast_ledger.${table} enable trigger user`);
    await client.query("commit");
  } finally {
    client.release();
  }
}

describe("ledger_status", () => {
  test("counts what no seal covers yet, names the newest seal, and is LIVE once the duty has sealed", async () => {
    await enqueue(db);
    const before = await status();
    expect(before).toMatchObject({ seal: null, label: "NOT VERIFIED", verified_at: null });
    const { rows } = await db
      .pool()
      .query(
        "select count(*) as n, max(seq) as seq from holdfast.events e join holdfast.workspaces w on w.id = e.workspace_id",
      );
    expect([before.unsealed, before.newest_event]).toEqual([rows[0].n, rows[0].seq]);
    await duty(db, "seal");
    await sealAll(db);
    const after = await status();
    const { rows: seals } = await db
      .pool()
      .query("select seal, encode(hash, 'hex') as hash from holdfast_ledger.seals order by seal desc limit 1");
    expect(after).toMatchObject({ ...seals[0], unsealed: 0, oldest_unsealed_at: null, label: "LIVE" });
    expect(Number(after.seal_age_seconds)).toBeGreaterThanOrEqual(0);
  });

  test("counts a member's own workspace only", async () => {
    const other = await workspace(db, "other");
    await sealAll(db);
    await enqueue(db, { workspace: "other" });
    expect((await status()).unsealed).toBe(0);
    expect((await status(asUser(other.people.viewer))).unsealed).toBeGreaterThan(0);
    expect(await status(asStranger)).toBeUndefined();
  });

  test("people read of a seal what they may keep elsewhere, never what is under it", async () => {
    await sealAll(db);
    await expect(
      asMember("viewer")(db, (client) => client.query("select seal, sealed_at, hash from holdfast_ledger.seals")),
    ).resolves.toMatchObject({ rowCount: 1 });
    for (const column of ["seqs", "leaves", "root", "previous", "xid_from"])
      await expect(
        refusalOf(asMember("admin")(db, (client) => client.query(`select ${column} from holdfast_ledger.seals`))),
      ).resolves.toMatchObject({ code: "42501" });
    const { rowCount } = await asStranger(db, (client) => client.query("select seal from holdfast_ledger.seals"));
    expect(rowCount).toBe(0);
  });
});

describe("ledger_verify", () => {
  test("finds a whole record whole, and says when, which the status then shows", async () => {
    await enqueue(db);
    await sealAll(db);
    const { id, result } = await verify();
    const { rows } = await db
      .pool()
      .query("select count(*) as seals, sum(cardinality(seqs)) as events from holdfast_ledger.seals");
    expect(result).toEqual({
      ok: true,
      fault_count: 0,
      faults: [],
      seconds: expect.any(Number),
      seals: rows[0].seals,
      events: Number(rows[0].events),
    });
    const seen = await status();
    expect(seen).toMatchObject({ verified_ok: true, verify_job_id: id, verified: { ok: true, events: result.events } });
    expect(seen.verified_at).toEqual(expect.any(Date));
    // Whoever has not verified knows of nothing.
    const other = await workspace(db, "other");
    expect((await status(asUser(other.people.viewer))).verified_at).toBeNull();
  });

  test("names what was altered, the first hundred of them", async () => {
    for (let i = 0; i < 110; i++) await enqueue(db);
    await sealAll(db);
    await tamper("update holdfast_ledger.events set actor = 'user:nobody' where action = 'job.enqueued'");
    const { result } = await verify();
    expect(result).toMatchObject({ ok: false, fault_count: 110 });
    expect(result.faults).toHaveLength(100);
    expect(result.faults[0]).toEqual({ seal: expect.any(Number), seq: expect.any(Number), fault: "event altered" });
    expect(await status()).toMatchObject({ verified_ok: false });
  });

  test("is for those who may enqueue", async () => {
    const insert = (role: "viewer" | "operator") =>
      asMember(role)(db, (client) => client.query("select (holdfast.enqueue('local', 'ledger_verify')).state"));
    await expect(refusalOf(insert("viewer"))).resolves.toMatchObject({ code: "PT403" });
    await expect(insert("operator")).resolves.toMatchObject({ rows: [{ state: "dispatched" }] });
  });
});

test("routine events are told from those of note", async () => {
  const id = await enqueue(db);
  await by.finish({ token: await by.takeOne(id), outcome: "completed" });
  await db.pool().query("select holdfast.act('local', 'pause', 'queue', '{\"queue\": \"report\"}', 'x')");
  const { rows } = await asMember("viewer")(db, (client) =>
    client.query(
      "select distinct action, routine from holdfast.events where action in ('job.enqueued', 'run.closed', 'queue.pause') order by 1",
    ),
  );
  expect(rows).toEqual([
    { action: "job.enqueued", routine: true },
    { action: "queue.pause", routine: false },
    { action: "run.closed", routine: true },
  ]);
});
