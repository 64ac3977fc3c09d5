import {
  act,
  createTestDatabase,
  duty,
  openSession,
  registerKinds,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { budget, counters, entries, expectMoneyLaws, look, paid } from "./support.ts";

// A person has a budget in an open transaction: nothing that keeps or closes runs waits for it.

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
  await budget(db);
});
afterEach(async () => {
  await expectMoneyLaws(db);
  await db.drop();
});

async function holding<T>(work: () => Promise<T>): Promise<T> {
  await using person = await openSession(db);
  await person.client.query("begin");
  await person.client.query(
    "select holdfast.act('local', 'adjust', 'budget', '{\"budget\": \"day\"}', 'invoice', '{\"amount\": 0.25}')",
  );
  const value = await work();
  await person.client.query("rollback");
  return value;
}

/** Fails instead of waiting. */
const impatient = async (text: string, values: unknown[]) => {
  await using session = await openSession(db);
  await session.client.query("set lock_timeout = '2s'");
  return (await session.client.query(text, values)).rows;
};

test("a finish does not wait for a budget that somebody holds: the money stays reserved and is settled later", async () => {
  const by = await worker(db);
  const id = await paid(db, 4);
  const token = await by.takeOne(id);
  await holding(async () => {
    await expect(
      impatient("select state from holdfast_private.finish_runs($1)", [
        JSON.stringify([{ token, outcome: "completed", cost: 3 }]),
      ]),
    ).resolves.toEqual([{ state: "completed" }]);
    await expect(counters(db)).resolves.toEqual({ reserved: 4, spent: 0 });
    await expectMoneyLaws(db);
    await expect(duty(db, "promote")).resolves.toMatchObject({ settled: 0 });
  });
  await expect(duty(db, "promote")).resolves.toMatchObject({ settled: 1 });
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 3 });
  await expect(entries(db, id)).resolves.toEqual(["reserve 4 estimate", "release -4 estimate", "settle 3 reported"]);
  expect((await db.pool().query("select from holdfast_private.unsettled")).rowCount).toBe(0);
});

test("a retry reserves nothing new before its last attempt is settled", async () => {
  const by = await worker(db);
  const id = await paid(db, 4);
  const token = await by.takeOne(id);
  await holding(async () => {
    await impatient("select from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token, outcome: "failed", error: { message: "boom" } }]),
    ]);
    await impatient("select holdfast.act('local', 'retry', 'job', jsonb_build_object('job', $1::bigint))", [id]).catch(
      () => {},
    );
  });
  await expect(look(db, id)).resolves.toMatchObject({ state: expect.stringMatching(/queued|retrying/) });
  await expectMoneyLaws(db);
  await duty(db, "promote");
  await act(db.pool(), { verb: "retry", subject: "job", target: { job: id } }).catch(() => {});
  await expect(look(db, id)).resolves.toMatchObject({ state: "dispatched" });
  await expect(counters(db)).resolves.toEqual({ reserved: 4, spent: 4 });
});

test("what a job without a reservation reported twice meanwhile is settled in full", async () => {
  const by = await worker(db);
  const id = await paid(db, 0, { paid: false, class: "small" });
  const token = await by.takeOne(id);
  await holding(async () => {
    await impatient("select from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token, outcome: "failed", cost: 1.5, error: { message: "boom" } }]),
    ]);
    await impatient("select holdfast.act('local', 'retry', 'job', jsonb_build_object('job', $1::bigint))", [id]);
    const again = await by.takeOne(id);
    await impatient("select from holdfast_private.finish_runs($1)", [
      JSON.stringify([{ token: again, outcome: "completed", cost: 2 }]),
    ]);
  });
  await duty(db, "promote");
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 3.5 });
});

test("a heartbeat does not wait either: the rest is reserved at the next one", async () => {
  const by = await worker(db);
  const token = await by.takeOne(await paid(db, 4));
  const beat = () => impatient("select holdfast_private.beat_lease($1, '{\"cost\": 6}') as verdict", [token]);
  await holding(async () => {
    await expect(beat()).resolves.toEqual([{ verdict: "keep" }]);
    await expect(counters(db)).resolves.toEqual({ reserved: 4, spent: 0 });
  });
  await expect(beat()).resolves.toEqual([{ verdict: "keep" }]);
  await expect(counters(db)).resolves.toEqual({ reserved: 6, spent: 0 });
});

test("an enqueue waits for the person, and decides by what they left", async () => {
  await registerKinds(db, "hello");
  await using person = await openSession(db);
  await using other = await openSession(db);
  await person.client.query("begin");
  await person.client.query(
    "select holdfast.act('local', 'adjust', 'budget', '{\"budget\": \"day\"}', 'invoice', '{\"amount\": 7}')",
  );
  const waiting = other.client.query(
    "select (holdfast.enqueue('local', 'hello', '{}', '{\"paid\": true, \"est_cost\": 4}')).id",
  );
  await other.untilBlocked();
  await person.client.query("commit");
  const { rows } = await waiting;
  await expect(look(db, rows[0].id)).resolves.toMatchObject({ state: "queued", held_by: ["budget"] });
});
