import { act, createTestDatabase, job, type TestDatabase, worker } from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { budget, counters, entries, expectMoneyLaws, look, paid, run } from "./support.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
  await budget(db);
});
afterEach(async () => {
  await expectMoneyLaws(db);
  await db.drop();
});

test("a paid job reserves its estimate before it is dispatched", async () => {
  const id = await paid(db, 4);
  await expect(look(db, id)).resolves.toMatchObject({ state: "dispatched" });
  await expect(counters(db)).resolves.toEqual({ reserved: 4, spent: 0 });
  await expect(entries(db, id)).resolves.toEqual(["reserve 4 estimate"]);
});

test.each([
  ["less than its estimate", 1.25, 1.25, "reported"],
  ["nothing", 0, 0, "reported"],
  ["more than its estimate", 6.5, 6.5, "reported"],
  ["no cost at all", undefined, 4, "assumed"],
] as const)(
  "a run that reports %s counts at that, or at its estimate when it says nothing",
  async (_, cost, spent, source) => {
    const id = await paid(db, 4);
    await expect(run(db, await worker(db), id, cost)).resolves.toBe("completed");
    await expect(counters(db)).resolves.toEqual({ reserved: 0, spent });
    const settled = spent > 0 ? [`settle ${spent} ${source}`] : [];
    await expect(entries(db, id)).resolves.toEqual(["reserve 4 estimate", "release -4 estimate", ...settled]);
  },
);

test("a job that is not paid counts what it reports, and nothing when it reports nothing", async () => {
  const by = await worker(db);
  await run(db, by, await job(db), 0.5);
  await run(db, by, await job(db));
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 0.5 });
});

test("every attempt reserves and settles anew", async () => {
  const by = await worker(db);
  const id = await paid(db, 2);
  await by.finish({ token: await by.takeOne(id), outcome: "failed", cost: 1.5, error: { message: "boom" } });
  await expectMoneyLaws(db);
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 1.5 });
  await act(db.pool(), { verb: "retry", subject: "job", target: { job: id } });
  await expect(counters(db)).resolves.toEqual({ reserved: 2, spent: 1.5 });
  await expect(run(db, by, id, 2)).resolves.toBe("completed");
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 3.5 });
});

describe("what never started gives its reservation back when it is", () => {
  const ACTS: [name: string, take: (id: number) => Promise<unknown>][] = [
    ["canceled", (id) => act(db.pool(), { verb: "cancel", subject: "job", target: { job: id } })],
    ["quarantined", (id) => act(db.pool(), { verb: "quarantine", subject: "job", target: { job: id }, reason: "r" })],
    [
      "paused with its queue",
      () => act(db.pool(), { verb: "pause", subject: "queue", target: { queue: "primary" }, reason: "r" }),
    ],
    ["stopped", () => act(db.pool(), { verb: "engage", subject: "stop", target: {}, reason: "r" })],
    [
      "undispatched",
      (id) => db.pool().query("select holdfast_private.undispatch(array[$1::bigint], '{queue_paused}')", [id]),
    ],
  ];
  test.each(ACTS)("%s", async (_, take) => {
    const id = await paid(db, 4);
    await take(id);
    await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 0 });
    await expect(entries(db, id)).resolves.toEqual(["reserve 4 estimate", "release -4 estimate"]);
  });
});

test("a killed run, a lost one and one whose lease expired are counted: money that may be gone counts as gone", async () => {
  const by = await worker(db);
  const [killed, lost] = [await paid(db, 3), await paid(db, 4)];
  const tokens = [await by.takeOne(killed), await by.takeOne(lost)];
  await act(db.pool(), { verb: "kill", subject: "job", target: { job: killed } });
  await by.finish({ token: tokens[0] as number, outcome: "canceled", cost: 1 });
  await db.pool("holdfast_worker").query("select holdfast_private.report_runs_lost($1, 'test')", [[tokens[1]]]);
  await expect(entries(db, killed)).resolves.toContain("settle 1 reported");
  await expect(entries(db, lost)).resolves.toContain("settle 4 assumed");
  // The lost one goes again at once, and reserves again.
  await expect(counters(db)).resolves.toEqual({ reserved: 4, spent: 5 });
});

test("a lost run that comes back is not counted twice", async () => {
  const by = await worker(db);
  const id = await paid(db, 4, { class: "large" });
  const token = await by.takeOne(id);
  await db.pool().query("update holdfast.leases set mode = 'command' where token = $1", [token]);
  await db
    .pool()
    .query(
      "select holdfast_private.close_runs(holdfast_private.lost_finishes($1, 'lease_expired', 'x'), 'supervisor', false)",
      [[token]],
    );
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 4 });
  const beat = await db
    .pool("holdfast_worker")
    .query("select holdfast_private.beat_lease($1, '{\"cost\": 5}') as verdict", [token]);
  expect(beat.rows[0].verdict).toBe("keep");
  await by.finish({ token, outcome: "completed", cost: 5 });
  await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 5 });
});

describe("a run that reports more than it reserved", () => {
  const beat = async (token: number, cost: number) => {
    const { rows } = await db
      .pool("holdfast_worker")
      .query("select holdfast_private.beat_lease($1, $2) as verdict", [token, { cost }]);
    return rows[0].verdict as string;
  };

  test("reserves the rest while that fits, and settles once", async () => {
    const by = await worker(db);
    const id = await paid(db, 4);
    const token = await by.takeOne(id);
    await expect(beat(token, 3)).resolves.toBe("keep");
    await expect(counters(db)).resolves.toEqual({ reserved: 4, spent: 0 });
    await expect(beat(token, 9.5)).resolves.toBe("keep");
    await expect(counters(db)).resolves.toEqual({ reserved: 9.5, spent: 0 });
    await expectMoneyLaws(db);
    await by.finish({ token, outcome: "completed" });
    await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 9.5 });
  });

  test("is told to stop as soon as it would pass the cap, and the budget is broken", async () => {
    const by = await worker(db);
    const token = await by.takeOne(await paid(db, 4));
    await expect(beat(token, 10.01)).resolves.toBe("stop");
    await expect(beat(token, 10.02)).resolves.toBe("stop");
    const { rows } = await db.pool().query("select breached_at is not null as broken from holdfast.budgets");
    expect(rows[0].broken).toBe(true);
    await expect(by.finish({ token, outcome: "stopped" })).resolves.toMatchObject([{ state: "canceled" }]);
    await expect(counters(db)).resolves.toEqual({ reserved: 0, spent: 10.02 });
  });

  test("is stopped among a worker's function runs as well", async () => {
    const by = await worker(db);
    const [dear, cheap] = [await by.takeOne(await paid(db, 4)), await by.takeOne(await paid(db, 4))];
    const beats = JSON.stringify([
      { token: dear, cost: 7 },
      { token: cheap, cost: 1 },
    ]);
    const pulse = () =>
      db
        .pool("holdfast_worker")
        .query("select token, verdict from holdfast_private.worker_beat($1, $2)", [by.id, beats]);
    await pulse();
    expect((await pulse()).rows).toEqual([{ token: dear, verdict: "stop" }]);
  });
});

test("a correction by a person counts as spent, may be negative, and lets go what then fits", async () => {
  const adjust = (amount: number) =>
    act(db.pool(), {
      verb: "adjust",
      subject: "budget",
      target: { budget: "day" },
      reason: "invoice",
      params: { amount },
    });
  await expect(adjust(8.5)).resolves.toMatchObject({ affected: 1, result: { adjusted: 8.5, used: 8.5 } });
  const held = await paid(db, 2);
  await expect(look(db, held)).resolves.toMatchObject({ state: "queued", held_by: ["budget"] });
  await expectMoneyLaws(db);
  await expect(adjust(-1)).resolves.toMatchObject({ result: { used: 7.5, dispatched: 1 } });
  await expect(look(db, held)).resolves.toMatchObject({ state: "dispatched" });
});

test("the cost ledger is append-only", async () => {
  await paid(db, 1);
  for (const change of [
    "update holdfast.cost_entries set amount = 0",
    "delete from holdfast.cost_entries",
    "truncate holdfast.cost_entries",
  ])
    await expect(db.pool().query(change)).rejects.toMatchObject({ code: "PT403", detail: "holdfast.append_only" });
});
