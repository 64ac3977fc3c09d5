import { act, asMember, createTestDatabase, enqueue, refusalOf, worker, workspace } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const kill = (id: number, reason: string | undefined = "it thrashes", params = {}) =>
  asMember("admin")(
    db,
    (client) =>
      act(client, { verb: "kill", subject: "worker", target: { worker: id }, params, ...(reason ? { reason } : {}) }),
    { commit: true },
  );

test("killing a worker drains it and orders all it runs to end at once, in every workspace, and nobody else's", async () => {
  const [one, other] = [await worker(db), await worker(db)];
  const tokens = [await one.takeOne(await enqueue(db)), await one.takeOne(await enqueue(db))];
  const spared = await other.takeOne(await enqueue(db));
  const orders: unknown[] = [];
  const listener = await db.pool().connect();
  listener.on("notification", ({ payload }) => orders.push(JSON.parse(payload ?? "null")));
  await listener.query("listen holdfast_orders");
  await expect(kill(one.id)).resolves.toMatchObject({ affected: 1, result: { state: "draining", ordered: 2 } });
  await listener.query("select 1");
  listener.release(true);
  expect(orders).toEqual([
    { worker: one.id, tokens: [], verdict: "drain" },
    { worker: one.id, tokens, verdict: "kill" },
  ]);
  const { rows } = await db.pool().query("select token, verdict from holdfast.leases order by token");
  expect(rows).toEqual([...tokens.map((token) => ({ token, verdict: "kill" })), { token: spared, verdict: "keep" }]);
  const beat = await db.pool("holdfast_worker").query("select * from holdfast_private.worker_beat($1, '[]')", [one.id]);
  expect(beat.rows).toEqual([{ token: null, verdict: "drain" }]);
  const events = await db.pool().query("select subject_id, data from holdfast.events where action = 'worker.kill'");
  expect(events.rows).toMatchObject([
    { subject_id: String(one.id), data: { reason: "it thrashes", result: { ordered: 2 } } },
  ]);
});

test("a worker that drains already is killed all the same, and one without work is only drained", async () => {
  const idle = await worker(db);
  await act(db.pool(), { verb: "drain", subject: "worker", target: { worker: idle.id } });
  await expect(kill(idle.id)).resolves.toMatchObject({ result: { state: "draining", ordered: 0 } });
});

test("it takes a reason, a worker at work, no params, and an admin of every workspace", async () => {
  const { id } = await worker(db);
  await expect(refusalOf(kill(id, ""))).resolves.toMatchObject({ rule: "holdfast.reason_required" });
  await expect(refusalOf(kill(id, "x", { hard: true }))).resolves.toMatchObject({ rule: "holdfast.unknown_option" });
  await expect(refusalOf(kill(999_999))).resolves.toMatchObject({ code: "PT404", rule: "holdfast.unknown_worker" });
  await workspace(db, "other");
  const refused = await refusalOf(kill(id));
  expect(refused).toMatchObject({ code: "PT403", rule: "holdfast.not_permitted" });
  expect(refused.message).toMatch(/only an admin of all of them may kill one/);
  const { rows } = await db.pool().query("select draining_since from holdfast.workers where id = $1", [id]);
  expect(rows[0].draining_since).toBeNull();
});
