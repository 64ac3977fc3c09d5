import { act, controlClock, createTestDatabase, duty, enqueue, refusalOf, worker, workspace } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
await db.pool().query("update holdfast.workspaces set single_operator = true");
const engage = async (params: unknown, where = "local") =>
  (await act(db.pool(), { workspace: where, verb: "engage", subject: "stop", target: {}, reason: "a test", params }))
    .result;
const report = async (stop: unknown) =>
  (
    await db
      .pool()
      .query(
        "select worker_id, runs, still_running, seconds_to_acknowledge, seconds_to_quiet, label from holdfast.stop_report where stop_id = $1 order by worker_id",
        [stop],
      )
  ).rows;
const figures = async (stop: unknown) =>
  (
    await db
      .pool()
      .query(
        "select seconds_to_acknowledge::float8, seconds_to_quiet::float8 from holdfast.stop_overview where stop_id = $1",
        [stop],
      )
  ).rows[0];
const beat = (id: number) =>
  db.pool("holdfast_worker").query("select * from holdfast_private.worker_beat($1, '[]')", [id]);

test("the report says of each worker when it heard, what it had to end, and how long until it was quiet", async () => {
  const clock = await controlClock(db);
  await clock.stop(new Date("2026-12-01T00:00:00Z"));
  const [busy, idle, gone] = [await worker(db), await worker(db), await worker(db)];
  const tokens = [await busy.takeOne(await enqueue(db)), await busy.takeOne(await enqueue(db))];
  const orders: string[] = [];
  const listener = await db.pool().connect();
  listener.on("notification", (message) => orders.push(message.payload ?? ""));
  await listener.query("listen holdfast_orders");
  const { stop, ordered_to_end } = await engage({ kill_running: true });
  expect(ordered_to_end).toBe(2);
  await listener.query("select 1");
  expect(JSON.parse(orders[0] ?? "{}")).toEqual({ worker: busy.id, tokens, verdict: "stop" });
  listener.release(true);
  expect((await report(stop)).map((row) => row.label)).toEqual(["NOT VERIFIED", "NOT VERIFIED", "NOT VERIFIED"]);
  await clock.advance("3 seconds");
  await beat(busy.id);
  await beat(idle.id);
  await clock.advance("1 second");
  await busy.finish({ token: tokens[0] as number, outcome: "stopped" });
  expect((await report(stop))[0]).toMatchObject({
    label: "STOPPING",
    runs: 2,
    still_running: 1,
    seconds_to_quiet: null,
  });
  expect(await figures(stop)).toEqual({ seconds_to_acknowledge: null, seconds_to_quiet: null });
  await clock.advance("2 seconds");
  await busy.finish({ token: tokens[1] as number, outcome: "stopped" });
  await beat(busy.id);
  expect(await report(stop)).toEqual([
    { worker_id: busy.id, runs: 2, still_running: 0, seconds_to_acknowledge: 3, seconds_to_quiet: 6, label: "STOPPED" },
    {
      worker_id: idle.id,
      runs: 0,
      still_running: 0,
      seconds_to_acknowledge: 3,
      seconds_to_quiet: null,
      label: "STOPPED",
    },
    {
      worker_id: gone.id,
      runs: 0,
      still_running: 0,
      seconds_to_acknowledge: null,
      seconds_to_quiet: null,
      label: "NOT VERIFIED",
    },
  ]);
  expect(await figures(stop)).toEqual({ seconds_to_acknowledge: null, seconds_to_quiet: 6 });
  // Who has ended has nothing left to be heard of: all the others have been.
  await db.pool("holdfast_worker").query("select holdfast_private.retire_worker($1)", [gone.id]);
  expect(await figures(stop)).toEqual({ seconds_to_acknowledge: 3, seconds_to_quiet: 6 });
  const { rows } = await db.pool().query("select state, error_class from holdfast.jobs order by id");
  expect(rows.map((row) => row.state)).toEqual(["canceled", "canceled"]);
  await act(db.pool(), { verb: "release", subject: "stop", target: { stop }, reason: "over" });
});

test("a stop of one workspace orders nothing to end in another", async () => {
  await workspace(db, "other");
  const by = await worker(db);
  const [here, there] = [await enqueue(db), await enqueue(db, { workspace: "other" })];
  await by.take(here, there);
  const { stop, ordered_to_end } = await engage({ kill_running: true });
  expect(ordered_to_end).toBe(1);
  const { rows } = await db.pool().query("select job_id, verdict from holdfast.leases order by job_id");
  expect(rows).toEqual([
    { job_id: here, verdict: "stop" },
    { job_id: there, verdict: "keep" },
  ]);
  await act(db.pool(), { verb: "release", subject: "stop", target: { stop }, reason: "over" });
});

test("an order to kill is not softened by a stop that comes after it", async () => {
  const by = await worker(db);
  const id = await enqueue(db);
  const token = await by.takeOne(id);
  await act(db.pool(), { verb: "kill", subject: "job", target: { job: id } });
  const { stop } = await engage({ kill_running: true });
  const { rows } = await db.pool().query("select verdict from holdfast.leases where token = $1", [token]);
  expect(rows).toEqual([{ verdict: "kill" }]);
  await act(db.pool(), { verb: "release", subject: "stop", target: { stop }, reason: "over" });
});

test("what a promotion finds due while a stop is engaged stays held", async () => {
  const { stop } = await engage({});
  const id = await enqueue(db, { options: { run_at: "2026-12-01T00:00:10Z" } });
  await db.pool().query("update holdfast_private.test_clock set shift = shift + interval '1 minute'");
  await duty(db, "promote");
  const { rows } = await db.pool().query("select state, held_by from holdfast.jobs where id = $1", [id]);
  expect(rows).toEqual([{ state: "queued", held_by: ["stop"] }]);
  await act(db.pool(), { verb: "release", subject: "stop", target: { stop }, reason: "over" });
});

const BAD: [title: string, params: unknown, rule: string, status: string][] = [
  ["params that are no object", [], "unknown_option", "PT400"],
  ["a parameter nobody knows", { scop: "lane" }, "unknown_option", "PT400"],
  ["a scope nobody knows", { scope: "planet" }, "bad_scope", "PT422"],
  ["a scope without its name", { scope: "lane" }, "bad_scope", "PT422"],
  ["a name without its scope", { name: "agent" }, "bad_scope", "PT422"],
  ["a lane that does not exist", { scope: "lane", name: "nope" }, "unknown_lane", "PT404"],
  ["a venture that does not exist", { scope: "venture", name: "nope" }, "unknown_venture", "PT404"],
  ["nothing to stop", { what: [] }, "bad_stop", "PT422"],
  ["something nobody knows", { what: ["coffee"] }, "bad_stop", "PT422"],
  ["what as a word", { what: "workers" }, "bad_stop", "PT422"],
  ["what as null", { what: null }, "bad_stop", "PT422"],
  ["kill_running as a word", { kill_running: "yes" }, "bad_stop", "PT422"],
];

describe.each(BAD)("a stop with %s", (_title, params, rule, status) => {
  test("is refused by name, and stops nothing", async () => {
    await expect(refusalOf(engage(params))).resolves.toMatchObject({ code: status, rule: `holdfast.${rule}` });
    const { rowCount } = await db.pool().query("select from holdfast.emergency_stops where released_at is null");
    expect(rowCount).toBe(0);
  });
});
