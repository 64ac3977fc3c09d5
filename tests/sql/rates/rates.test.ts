import {
  act,
  controlClock,
  createTestDatabase,
  duty,
  enqueue,
  refusalOf,
  type TestClock,
  type TestDatabase,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
let clock: TestClock;
beforeEach(async () => {
  db = await createTestDatabase();
  clock = await controlClock(db);
  await clock.stop(new Date("2026-11-21T10:00:00Z"));
});
afterEach(() => db.drop());

const limit = (subject: "queue" | "lane" | "class", name: string, params: unknown) =>
  act(db.pool(), { verb: "limit", subject, target: { [subject]: name }, params });
const look = async (id: number) => {
  const { rows } = await db
    .pool()
    .query(
      "select j.state, j.held_by, j.waits_for_slot, (select n.why from holdfast.next_up n where n.job_id = j.id) as why from holdfast.jobs j where j.id = $1",
      [id],
    );
  return rows[0];
};
const states = async (...ids: number[]) => Promise.all(ids.map(async (id) => (await look(id)).state));
/** Time passes between two steps, as it does in earnest. */
const add = async (options: Record<string, unknown> = {}) => {
  await clock.advance("1 second");
  return enqueue(db, { options });
};

describe.each([
  { scope: "queue", name: "report", gate: "queue_rate", why: "queue report started its 2 an hour already" },
  { scope: "lane", name: "build", gate: "lane_rate", why: "lane build started its 2 an hour already" },
] as const)("max_per_hour of a $scope", ({ scope, name, gate, why }) => {
  const options = { [scope]: name };
  beforeEach(() => limit(scope, name, { max_per_hour: 2 }));

  test("holds the third start of an hour, says why, and leaves others alone", async () => {
    await expect(states(await add(options), await add(options))).resolves.toEqual(["dispatched", "dispatched"]);
    await expect(look(await add(options))).resolves.toEqual({
      state: "queued",
      held_by: [gate],
      waits_for_slot: true,
      why,
    });
    await expect(states(await add())).resolves.toEqual(["dispatched"]);
  });

  test("its hour slides: each start makes room exactly an hour later", async () => {
    await add(options); // 10:00:01
    await clock.advance("30 minutes");
    await add(options); // 10:30:02
    const [first, second] = [await add(options), await add(options)];
    await clock.stop(new Date("2026-11-21T11:00:00.999Z"));
    await duty(db, "promote");
    await expect(states(first, second)).resolves.toEqual(["queued", "queued"]);
    await clock.stop(new Date("2026-11-21T11:00:01Z"));
    await duty(db, "promote");
    await expect(states(first, second)).resolves.toEqual(["dispatched", "queued"]);
    await clock.stop(new Date("2026-11-21T11:30:02Z"));
    await duty(db, "promote");
    await expect(states(second)).resolves.toEqual(["dispatched"]);
  });

  test("the best of those who wait goes first", async () => {
    await add(options);
    await add(options);
    const [late, urgent] = [await add(options), await add({ ...options, priority: -5 })];
    await clock.stop(new Date("2026-11-21T11:00:01Z"));
    await duty(db, "promote");
    await expect(states(late, urgent)).resolves.toEqual(["queued", "dispatched"]);
  });

  test("what ran counts, completed or not, and so does each further attempt", async () => {
    const by = await worker(db, { lanes: ["default", "build"] });
    const id = await add(options);
    await clock.advance("1 second");
    await by.finish({ token: await by.takeOne(id), outcome: "failed", error: { message: "boom" } });
    await clock.advance("5 minutes");
    await duty(db, "promote");
    await expect(states(id)).resolves.toEqual(["dispatched"]);
    await clock.advance("1 second");
    await by.finish({ token: await by.takeOne(id), outcome: "completed" });
    await expect(look(await add(options))).resolves.toMatchObject({ held_by: [gate] });
  });

  test("what was dispatched and never started does not count", async () => {
    const [first, second] = [await add(options), await add(options)];
    await clock.advance("1 second");
    await act(db.pool(), { verb: "cancel", subject: "job", target: { job: first } });
    await act(db.pool(), { verb: "quarantine", subject: "job", target: { job: second }, reason: "odd" });
    await expect(states(await add(options), await add(options), await add(options))).resolves.toEqual([
      "dispatched",
      "dispatched",
      "queued",
    ]);
  });

  test("a pause takes starts back, a resume takes them anew", async () => {
    const ids = [await add(options), await add(options), await add(options)];
    await clock.advance("1 second");
    await act(db.pool(), { verb: "pause", subject: scope, target: options, reason: "r" });
    await expect(states(...ids)).resolves.toEqual(["queued", "queued", "queued"]);
    await clock.advance("1 second");
    await act(db.pool(), { verb: "resume", subject: scope, target: options });
    await expect(states(...ids)).resolves.toEqual(["dispatched", "dispatched", "queued"]);
  });

  test("raising it, or lifting it, lets go what then fits", async () => {
    const ids = [await add(options), await add(options), await add(options), await add(options), await add(options)];
    await expect(limit(scope, name, { max_per_hour: 3 })).resolves.toMatchObject({
      result: { max_per_hour: 3, dispatched: 1 },
    });
    await expect(limit(scope, name, { max_per_hour: null })).resolves.toMatchObject({ result: { dispatched: 2 } });
    await expect(states(...ids)).resolves.toEqual(Array(5).fill("dispatched"));
  });

  test("together with max_running both hold, and both are named", async () => {
    await limit(scope, name, { max_running: 1, max_per_hour: 1 });
    await expect(look(await add(options))).resolves.toMatchObject({ state: "dispatched" });
    await expect(look(await add(options))).resolves.toMatchObject({ held_by: [`${scope}_limit`, gate] });
  });
});

test("a rate of nothing starts nothing", async () => {
  await limit("queue", "primary", { max_per_hour: 0 });
  await expect(look(await add())).resolves.toMatchObject({ held_by: ["queue_rate"] });
});

test("a new workspace lets agents run three at once and start twenty an hour", async () => {
  const by = await worker(db, { lanes: ["agent"] });
  const ids: number[] = [];
  for (let i = 0; i < 21; i++) ids.push(await add({ lane: "agent" }));
  const dispatched = async () =>
    (await db.pool().query("select id from holdfast.jobs where state = 'dispatched' order by id")).rows.map(
      (row) => row.id as number,
    );
  await expect(dispatched()).resolves.toEqual(ids.slice(0, 3));
  await expect(look(ids[3] as number)).resolves.toMatchObject({ held_by: ["lane_limit"] });
  for (let started = 0; started < 20; ) {
    await clock.advance("1 second");
    for (const id of await dispatched()) {
      await by.finish({ token: await by.takeOne(id), outcome: "completed" });
      started++;
    }
    await duty(db, "promote");
  }
  await expect(look(ids[20] as number)).resolves.toMatchObject({ state: "queued", held_by: ["lane_rate"] });
  const runs = await db.pool().query("select count(*) as n from holdfast.runs");
  expect(runs.rows[0].n).toBe(20);
});

const BAD: [params: unknown, rule: string][] = [
  [{}, "bad_limit"],
  [{ max_per_hour: -1 }, "bad_limit"],
  [{ max_per_hour: 1.5 }, "bad_limit"],
  [{ max_per_hour: "20" }, "bad_limit"],
  [{ max_per_hour: 1e7 }, "bad_limit"],
  [{ max_per_minute: 1 }, "unknown_option"],
];
test.each(BAD)("a limit of %j is refused", async (params, rule) => {
  await expect(refusalOf(limit("queue", "primary", params))).resolves.toMatchObject({ rule: `holdfast.${rule}` });
});

test("a class has no rate", async () => {
  await expect(refusalOf(limit("class", "small", { max_per_hour: 1 }))).resolves.toMatchObject({
    rule: "holdfast.unknown_option",
  });
});
