import {
  act,
  asMember,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { budget, counters, entries, expectMoneyLaws, look, paid, run } from "./support.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(async () => {
  await expectMoneyLaws(db);
  await db.drop();
});

const raise = (cap: number, who?: "operator") => {
  const spec = {
    verb: "raise",
    subject: "budget",
    target: { budget: "day" },
    reason: "it is worth it",
    params: { cap },
  };
  return who ? asMember(who)(db, (client) => act(client, spec), { commit: true }) : act(db.pool(), spec);
};
const decide = (verb: "approve" | "reject", approval: unknown, who: "approver" | "operator" = "approver") =>
  asMember(who)(db, (client) => act(client, { verb, subject: "approval", target: { approval }, reason: "seen" }), {
    commit: true,
  });
const pendingOf = async (id: number) => {
  const { rows } = await db
    .pool()
    .query("select id, purpose from holdfast.approvals where job_id = $1 and state = 'pending'", [id]);
  return rows[0] as { id: number; purpose: string } | undefined;
};
const stops = async () =>
  (
    await db
      .pool()
      .query("select scope, name, what, engaged_by, reason from holdfast.emergency_stops where released_at is null")
  ).rows;

test("without a budget no money is spent: a paid job is held, and says why", async () => {
  const id = await paid(db, 0.01);
  await expect(look(db, id)).resolves.toMatchObject({
    state: "queued",
    held_by: ["budget"],
    why: "no budget covers it: paid work waits until there is one",
  });
  await budget(db);
  await expect(duty(db, "promote")).resolves.toMatchObject({ for_money: 1 });
  await expect(look(db, id)).resolves.toMatchObject({ state: "dispatched" });
});

test("a budget of another lane does not cover a job", async () => {
  await budget(db, { name: "agents", scope: "lane", scope_name: "agent" });
  await expect(look(db, await paid(db, 1))).resolves.toMatchObject({ held_by: ["budget"] });
  await expect(look(db, await paid(db, 1, { lane: "agent" }))).resolves.toMatchObject({ state: "dispatched" });
});

test("a job must fit under every budget that covers it, and next_up names the tightest in words", async () => {
  await budget(db, { cap: 10 });
  await budget(db, { name: "agents", scope: "lane", scope_name: "agent", cap: 3 });
  await paid(db, 2.5, { lane: "agent" });
  await expect(look(db, await paid(db, 1, { lane: "agent" }))).resolves.toMatchObject({
    held_by: ["budget"],
    why: "budget agents: 2.50 of 3.00 usd used, it needs 1.00",
  });
  await expect(look(db, await paid(db, 7.5))).resolves.toMatchObject({ state: "dispatched" });
  await expect(counters(db)).resolves.toEqual({ reserved: 10, spent: 0 });
  await expect(counters(db, "agents")).resolves.toEqual({ reserved: 2.5, spent: 0 });
});

test("exactly the cap may be reserved, and not a millionth more", async () => {
  await budget(db);
  await paid(db, 9.999999);
  await expect(look(db, await paid(db, 0.000002))).resolves.toMatchObject({ held_by: ["budget"] });
  await expect(look(db, await paid(db, 0.000001))).resolves.toMatchObject({ state: "dispatched" });
});

describe("on_breach hold", () => {
  test("holds what does not fit, lets smaller work pass, and opens one incident", async () => {
    await budget(db);
    await paid(db, 8);
    await expect(look(db, await paid(db, 3))).resolves.toMatchObject({
      held_by: ["budget"],
      why: "budget day: 8.00 of 10.00 usd used, it needs 3.00",
    });
    await expect(look(db, await paid(db, 2))).resolves.toMatchObject({ state: "dispatched" });
    await duty(db, "promote");
    await duty(db, "promote");
    const { rows } = await db.pool().query("select rule, subject, times_seen, severity from holdfast.incidents");
    expect(rows).toEqual([{ rule: "budget_breached", subject: "day", times_seen: 2, severity: "high" }]);
    await expect(stops()).resolves.toEqual([]);
  });

  test("a finish that cost less lets go at once what then fits, best first", async () => {
    await budget(db);
    const by = await worker(db);
    const first = await paid(db, 9);
    const [late, urgent] = [await paid(db, 5), await paid(db, 5, { priority: -1 })];
    await run(db, by, first, 1);
    await expect(look(db, urgent)).resolves.toMatchObject({ state: "dispatched" });
    await expect(look(db, late)).resolves.toMatchObject({ held_by: ["budget"] });
  });

  test("many that wait for one exhausted budget do not hide those that another one would pay", async () => {
    await budget(db, { name: "agents", scope: "lane", scope_name: "agent", cap: 1 });
    await budget(db, { name: "all", cap: 100 });
    const jobs = Array.from({ length: 300 }, () => ({
      kind: "hello",
      lane: "agent",
      paid: true,
      est_cost: 2,
      priority: -5,
    }));
    await enqueue(db);
    await db.pool().query("select from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]);
    await db.pool().query("update holdfast.budgets set cap = 0 where name = 'all'");
    const other = await paid(db, 2);
    await expect(look(db, other)).resolves.toMatchObject({ held_by: ["budget"] });
    await db.pool().query("update holdfast.budgets set cap = 100 where name = 'all'");
    await duty(db, "promote");
    await expect(look(db, other)).resolves.toMatchObject({ state: "dispatched" });
  });

  test("a held job goes when the next day begins in the workspace's zone, and not before", async () => {
    await db.pool().query("update holdfast.workspaces set time_zone = 'Pacific/Auckland'");
    const clock = await controlClock(db);
    await clock.stop(new Date("2026-11-21T10:00:00Z")); // 23:00 in Auckland
    await budget(db);
    await run(db, await worker(db), await paid(db, 10));
    const held = await paid(db, 10);
    await clock.advance("59 minutes 59 seconds");
    await duty(db, "promote");
    await expect(look(db, held)).resolves.toMatchObject({ held_by: ["budget"] });
    await clock.advance("1 second");
    await duty(db, "promote");
    await expect(look(db, held)).resolves.toMatchObject({ state: "dispatched" });
    const { rows } = await db.pool().query("select starts_at, reserved, spent from holdfast.budget_periods order by 1");
    expect(rows).toEqual([
      { starts_at: new Date("2026-11-20T11:00:00Z"), reserved: 0, spent: 10 },
      { starts_at: new Date("2026-11-21T11:00:00Z"), reserved: 10, spent: 0 },
    ]);
  });

  test("money counts in the period in which it was reserved, however late the run ends", async () => {
    const clock = await controlClock(db);
    await clock.stop(new Date("2026-11-21T23:59:00Z"));
    await budget(db);
    const by = await worker(db);
    const token = await by.takeOne(await paid(db, 6));
    await clock.advance("2 minutes");
    await expect(look(db, await paid(db, 10))).resolves.toMatchObject({ state: "dispatched" });
    await by.finish({ token, outcome: "completed", cost: 7 });
    const { rows } = await db.pool().query("select reserved, spent from holdfast.budget_periods order by starts_at");
    expect(rows).toEqual([
      { reserved: 0, spent: 7 },
      { reserved: 10, spent: 0 },
    ]);
  });
});

describe("on_breach stop", () => {
  test("stops paid work of the budget's scope, and nothing else", async () => {
    await budget(db, { name: "agents", scope: "lane", scope_name: "agent", on_breach: "stop" });
    await budget(db, { name: "all", cap: 100 });
    const waiting = await paid(db, 4, { lane: "agent" });
    await paid(db, 7, { lane: "agent" });
    await expect(duty(db, "promote")).resolves.toMatchObject({ stops: 1 });
    const { rows } = await db.pool().query("select id from holdfast.budgets where name = 'agents'");
    await expect(stops()).resolves.toEqual([
      {
        scope: "lane",
        name: "agent",
        what: ["paid"],
        engaged_by: `budget:${rows[0].id}`,
        reason: "Budget agents was exhausted.",
      },
    ]);
    await expect(look(db, waiting)).resolves.toMatchObject({ state: "queued", held_by: ["stop"] });
    await expect(look(db, await paid(db, 1, { lane: "agent" }))).resolves.toMatchObject({ held_by: ["stop"] });
    await expect(look(db, await enqueue(db, { options: { lane: "agent" } }))).resolves.toMatchObject({
      state: "dispatched",
    });
    await expect(look(db, await paid(db, 1))).resolves.toMatchObject({ state: "dispatched" });
    await expect(duty(db, "promote")).resolves.toMatchObject({ stops: 0 });
  });

  test("a person may release that stop", async () => {
    await budget(db, { on_breach: "stop" });
    const small = await paid(db, 1);
    await paid(db, 11);
    await duty(db, "promote");
    await expect(look(db, small)).resolves.toMatchObject({ held_by: ["stop"] });
    const { rows } = await db.pool().query("select id from holdfast.emergency_stops");
    await act(db.pool(), { verb: "release", subject: "stop", target: { stop: rows[0].id }, reason: "looked at it" });
    await expect(look(db, small)).resolves.toMatchObject({ state: "dispatched" });
  });
});

describe("on_breach ask", () => {
  test("asks a person, whose consent lets the job pass the cap once", async () => {
    await budget(db, { on_breach: "ask" });
    await paid(db, 9);
    const id = await paid(db, 2);
    await expect(look(db, id)).resolves.toMatchObject({ state: "awaiting_approval", consent: "spend" });
    const request = await pendingOf(id);
    expect(request?.purpose).toBe("spend");
    await decide("approve", request?.id);
    await expect(look(db, id)).resolves.toMatchObject({ state: "dispatched" });
    await expect(counters(db)).resolves.toEqual({ reserved: 11, spent: 0 });
    await expect(run(db, await worker(db), id, 2)).resolves.toBe("completed");
    await expect(look(db, await paid(db, 2))).resolves.toMatchObject({ state: "awaiting_approval" });
  });

  test("a refusal ends the job and spends nothing", async () => {
    await budget(db, { on_breach: "ask", cap: 1 });
    const id = await paid(db, 2);
    await decide("reject", (await pendingOf(id))?.id);
    await expect(look(db, id)).resolves.toMatchObject({ state: "canceled" });
    await expect(entries(db, id)).resolves.toEqual([]);
  });

  test("what a person let pass does not let others pass a budget that holds", async () => {
    await budget(db, { on_breach: "ask", cap: 1 });
    await budget(db, { name: "hard", cap: 2 });
    const id = await paid(db, 3);
    await expect(look(db, id)).resolves.toMatchObject({ state: "queued", held_by: ["budget"] });
  });
});

describe("the approval threshold", () => {
  test("above it every further job asks; below it nobody is asked", async () => {
    await budget(db, { cap: 100, approval_threshold: 5 });
    await expect(look(db, await paid(db, 5))).resolves.toMatchObject({ state: "dispatched" });
    const id = await paid(db, 0.5);
    await expect(look(db, id)).resolves.toMatchObject({ state: "awaiting_approval", consent: "spend" });
    await decide("approve", (await pendingOf(id))?.id);
    await expect(look(db, id)).resolves.toMatchObject({ state: "dispatched" });
  });

  test("is 25 a day unless the budget says otherwise, and none for longer periods", async () => {
    await budget(db, { cap: 100 });
    await budget(db, { name: "month", period: "month", cap: 1000 });
    const { rows } = await db.pool().query("select name, approval_threshold from holdfast.budgets order by 1");
    expect(rows).toEqual([
      { name: "day", approval_threshold: 25 },
      { name: "month", approval_threshold: null },
    ]);
  });

  test("a job whose class asks as well is asked for both, one after the other", async () => {
    await budget(db, { cap: 100, approval_threshold: 0 });
    const id = await paid(db, 1, { class: "approval_required" });
    await expect(pendingOf(id)).resolves.toMatchObject({ purpose: "first_run" });
    await decide("approve", (await pendingOf(id))?.id);
    await expect(pendingOf(id)).resolves.toMatchObject({ purpose: "spend" });
    await decide("approve", (await pendingOf(id))?.id);
    await expect(run(db, await worker(db), id)).resolves.toBe("completed");
  });

  test("a retry by the class does not ask twice for the same money", async () => {
    await budget(db, { cap: 100, approval_threshold: 0 });
    const clock = await controlClock(db);
    const by = await worker(db);
    const id = await paid(db, 1);
    await decide("approve", (await pendingOf(id))?.id);
    await by.finish({ token: await by.takeOne(id), outcome: "failed", error: { message: "boom" } });
    await expect(look(db, id)).resolves.toMatchObject({ state: "retrying" });
    await clock.advance("1 hour");
    await duty(db, "promote");
    await expect(look(db, id)).resolves.toMatchObject({ state: "dispatched" });
  });
});

describe("raising a cap", () => {
  test("takes another person's consent, and then lets go what fits", async () => {
    await budget(db);
    const held = await paid(db, 12);
    const asked = await raise(15, "operator");
    expect(asked.result).toMatchObject({ state: "waits for another person's consent" });
    await expect(look(db, held)).resolves.toMatchObject({ held_by: ["budget"] });
    await expect(decide("approve", asked.result.approval, "operator")).rejects.toMatchObject({ code: "PT403" });
    await decide("approve", asked.result.approval);
    await expect(look(db, held)).resolves.toMatchObject({ state: "dispatched" });
    const { rows } = await db.pool().query("select cap from holdfast.budgets");
    expect(rows).toEqual([{ cap: 15 }]);
  });

  test("to something else than what was shown is refused: the cap moved in between", async () => {
    await budget(db);
    const asked = await raise(15, "operator");
    await raise(5, "operator");
    await expect(decide("approve", asked.result.approval)).rejects.toMatchObject({ code: "PT409" });
    expect((await db.pool().query("select cap from holdfast.budgets")).rows).toEqual([{ cap: 5 }]);
  });

  test("is carried out at once for a single operator, on the record", async () => {
    await budget(db);
    await expect(raise(15)).resolves.toMatchObject({ result: { state: "carried out" } });
    expect((await db.pool().query("select cap from holdfast.budgets")).rows).toEqual([{ cap: 15 }]);
    const { rows } = await db.pool().query("select state from holdfast.approvals where budget = 'day'");
    expect(rows).toEqual([{ state: "spent" }]);
  });

  test("lowering takes nobody's consent", async () => {
    await budget(db);
    await expect(raise(2, "operator")).resolves.toMatchObject({ affected: 1, result: { cap: 2 } });
    await expect(look(db, await paid(db, 3))).resolves.toMatchObject({ held_by: ["budget"] });
  });
});
