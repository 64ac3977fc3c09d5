import { enqueue, stateOf, worker } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Governed, refusal } from "./support/governed.ts";

let house: Governed;
beforeAll(async () => {
  house = await Governed.open();
});
afterAll(() => house?.[Symbol.asyncDispose]());

const paid = (cost: number, lane = "default") =>
  enqueue(house.database, { options: { paid: true, est_cost: cost, lane } });

interface Costs {
  rows: { name: string | null; spent: number; reserved: number; jobs: number }[];
  total: { spent: number; reserved: number };
}

describe("before any budget", () => {
  test("paid work waits and says so; budget list and costs say what to do", async () => {
    const id = await paid(1);
    expect(await stateOf(house.database, id)).toBe("queued");
    expect(await house.say("viewer", "job", String(id))).toContain("queued: no budget covers it");
    expect(await house.say("viewer", "budget", "list")).toContain("paid work waits until there is one");
    expect(await house.say("viewer", "costs")).toMatch(/^nothing was spent today\nthere is no budget/);
    await house.say("operator", "cancel", String(id));
  });
});

describe("budget set", () => {
  test("adds a budget, which then holds what does not fit, in words that status and job tell", async () => {
    expect(await house.say("owner", "budget", "set", "daily", "--cap", "10")).toBe("budget daily: 10.00 usd a day\n");
    const [fits, waits] = [await paid(9.8), await paid(0.5)];
    expect(await stateOf(house.database, fits)).toBe("dispatched");
    const why = "budget daily: 9.80 of 10.00 usd used, it needs 0.50";
    expect(await house.say("viewer", "job", String(waits))).toContain(`queued: ${why}`);
    expect(await house.say("viewer", "status")).toContain(why);
    expect(await house.say("viewer", "budget", "list")).toMatch(
      /daily +workspace +day +10\.00 usd +0\.00 usd +9\.80 usd +0\.20 usd +25\.00 usd +hold/,
    );
  });

  test.each([
    [["budget", "set", "x", "--as", "owner"], 2, /--cap/],
    [["budget", "set", "x", "--cap", "-1", "--as", "owner"], 2, /--cap.*number of at least 0/s],
    [["budget", "set", "x", "--cap", "NaN", "--as", "owner"], 2, /--cap.*number of at least 0/s],
    [["budget", "set", "x", "--cap", "5", "--period", "year", "--as", "owner"], 2, /--period.*day, week, month/s],
    [
      ["budget", "set", "x", "--cap", "5", "--scope", "lane", "--scope-name", "none", "--as", "owner"],
      2,
      refusal("unknown_lane"),
    ],
    [["budget", "set", "x", "--cap", "5", "--as", "operator"], 1, refusal("not_permitted")],
    [["budget", "raise", "none", "--cap", "5", "--reason", "x", "--as", "operator"], 2, refusal("unknown_budget")],
    [["budget", "raise", "daily", "--cap", "50", "--as", "operator"], 2, refusal("reason_required")],
    [["budget", "adjust", "daily", "--amount", "1", "--reason", "x", "--as", "operator"], 1, refusal("not_permitted")],
    [["costs", "yesterday"], 2, /today, week, month/],
  ])("%j is refused", async (args, exitCode, message) => {
    const ended = await house.run(args);
    expect(ended.stderr).toMatch(message);
    expect(ended.exitCode).toBe(exitCode);
  });
});

describe("budget raise", () => {
  test("waits for another person's consent, and then lets go what fits", async () => {
    const [row] = await house.rows("select id from holdfast.jobs where 'budget' = any (held_by)");
    const said = await house.say("operator", "budget", "raise", "daily", "--cap", "12", "--reason", "launch");
    const approval = /^budget daily: approval (\d+) waits for another person's consent\n$/.exec(said)?.[1] ?? "";
    expect(await house.say("viewer", "approvals")).toContain("budget daily: cap 10 to 12 usd");
    await house.say("approver", "approve", approval);
    expect(await stateOf(house.database, Number(row?.id))).toBe("dispatched");
  });

  test("to less takes effect at once", async () => {
    expect(await house.say("operator", "budget", "raise", "daily", "--cap", "11", "--reason", "calm")).toBe(
      "budget daily has a cap of 11.00 now\n",
    );
  });
});

describe("costs and budget adjust", () => {
  test("add up what was spent and is reserved by kind, lane or venture, against the budgets", async () => {
    const [first] = await house.rows("select id from holdfast.jobs where state = 'dispatched' order by id limit 1");
    const taken = await worker(house.database);
    const token = await taken.takeOne(Number(first?.id));
    await taken.finish({ token, outcome: "completed", cost: 4.25 });
    expect(await house.say("owner", "budget", "adjust", "daily", "--amount", "-0.25", "--reason", "refund")).toBe(
      "budget daily adjusted by -0.25: 4.50 used\n",
    );
    const costs = await house.json<Costs>("viewer", "costs", "month");
    expect(costs.total).toEqual({ spent: 4, reserved: 0.5 });
    expect(costs.rows).toEqual([
      { name: "hello", spent: 4.25, reserved: 0.5, jobs: 2 },
      { name: null, spent: -0.25, reserved: 0, jobs: 0 },
    ]);
    const text = await house.say("viewer", "costs", "--by", "lane");
    expect(text).toMatch(/default +4\.25 usd +0\.50 usd +2\n/);
    expect(text).toContain("today: 4.00 usd spent, 0.50 usd reserved\nbudget daily: 4.50 of 11.00 usd a day used");
  });
});
