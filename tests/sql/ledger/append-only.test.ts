import { asMember, asServiceRole, createTestDatabase, job, openSession, refusalOf, waitUntil } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
beforeAll(async () => {
  await job(db, { state: "completed" });
  const sealed = await waitUntil(async () => {
    await db.pool().query("select holdfast_ledger.seal()");
    return (await db.pool().query("select from holdfast_ledger.seals")).rowCount !== 0;
  }, 20_000);
  expect(sealed).toBe(true);
});

const ATTACKS = [
  "update holdfast_ledger.events set actor = 'nobody'",
  "delete from holdfast_ledger.events",
  "truncate holdfast_ledger.events",
  "update holdfast_ledger.seals set root = ''",
  "delete from holdfast_ledger.seals",
  "truncate holdfast_ledger.seals",
  "delete from holdfast_ledger.dropped_days",
  "insert into holdfast_ledger.dropped_days values ('2026-01-01', now(), 1, 9999999999)",
  "insert into holdfast_ledger.seals values (1, now(), 0, 1, '{}', '', '', '', '')",
  "alter table holdfast_ledger.events disable trigger all",
  "drop table holdfast_ledger.events",
  "alter table holdfast_ledger.events owner to postgres",
  "drop function holdfast_ledger.verify()",
];

describe.each(ATTACKS)("%s", (attack) => {
  test("is refused to postgres, to its definer functions, to the secret key and to people", async () => {
    expect((await refusalOf(db.pool().query(attack))).code).toMatch(/^(42501|PT403)$/);
    await db
      .pool()
      .query(
        `create or replace function public.attack() returns void language plpgsql security definer set search_path = '' as $f$ begin ${attack}; end $f$`,
      );
    expect((await refusalOf(db.pool().query("select public.attack()"))).code).toMatch(/^(42501|PT403)$/);
    for (const who of [asServiceRole, asMember("admin")]) {
      expect((await refusalOf(who(db, (client) => client.query(attack)))).code).toMatch(/^(42501|PT403)$/);
    }
  });
});

test("even the record's own role is stopped by the triggers", async () => {
  await using session = await openSession(db);
  const { client } = session;
  for (const attack of ATTACKS.slice(0, 6)) {
    await client.query("begin; set local role holdfast_ledger");
    await expect(refusalOf(client.query(attack))).resolves.toMatchObject({
      code: "PT403",
      rule: "holdfast.append_only",
    });
    await client.query("rollback");
  }
});

test("a leaf cannot be reached around its parent", async () => {
  const { rows } = await db
    .pool()
    .query(
      "select c.oid::regclass::text as leaf from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'holdfast_ledger.events'::regclass",
    );
  expect(rows.length).toBeGreaterThan(7);
  for (const { leaf } of rows) {
    for (const attack of [
      `delete from ${leaf}`,
      `update ${leaf} set actor = 'x'`,
      `truncate ${leaf}`,
      `insert into ${leaf} (at, actor, action, subject_type, subject_id) values (now(), 'x', 'x', 'x', 'x')`,
    ]) {
      expect((await refusalOf(db.pool().query(attack))).code).toMatch(/^(42501|PT403)$/);
      expect((await refusalOf(asServiceRole(db, (client) => client.query(attack)))).code).toMatch(/^(42501|PT403)$/);
    }
  }
});
