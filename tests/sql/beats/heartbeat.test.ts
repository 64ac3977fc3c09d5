import { act, controlClock, createTestDatabase, enqueue, job, refusalOf, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const by = await worker(db);
const pool = db.pool("holdfast_worker");

const beat = async (token: number, fields: object = {}) =>
  (await pool.query("select holdfast_private.beat_lease($1, $2) as verdict", [token, JSON.stringify(fields)])).rows[0]
    .verdict as string;
const workerBeat = async (beats: object[]) =>
  (await pool.query("select * from holdfast_private.worker_beat($1, $2)", [by.id, JSON.stringify(beats)])).rows;
const lease = async (token: number) =>
  (await db.pool().query("select * from holdfast.leases where token = $1", [token])).rows[0];

async function running(kind?: "command") {
  const id = kind ? await enqueue(db, { kind, payload: { argv: ["true"] } }) : await enqueue(db);
  return { id, token: await by.takeOne(id) };
}

test("a heartbeat extends the lease by its ttl from the database's clock", async () => {
  const { token } = await running("command");
  const now = await clock.advance("7 seconds");
  await expect(beat(token)).resolves.toBe("keep");
  const { heartbeat_at, expires_at } = await lease(token);
  expect(Math.abs(heartbeat_at - now.getTime())).toBeLessThan(2000);
  expect(expires_at - heartbeat_at).toBe(15_000);
});

test("nobody can set the expiry by hand, not even in plain SQL", async () => {
  const { token } = await running();
  await db
    .pool()
    .query("update holdfast.leases set expires_at = '2099-01-01', heartbeat_at = '2099-01-01' where token = $1", [
      token,
    ]);
  const { heartbeat_at, expires_at } = await lease(token);
  expect(expires_at - heartbeat_at).toBe(15_000);
  expect(expires_at.getUTCFullYear()).toBeLessThan(2099);
});

test("a verdict is not a heartbeat: asking a run to end does not keep it alive", async () => {
  const { id, token } = await running();
  const before = await lease(token);
  await clock.advance("3 seconds");
  await act(db.pool(), { verb: "cancel", subject: "job", target: { job: id } });
  const after = await lease(token);
  expect(after).toMatchObject({ verdict: "cancel", heartbeat_at: before.heartbeat_at, expires_at: before.expires_at });
});

test("adopting a run is not a heartbeat", async () => {
  const { token } = await running("command");
  const before = await lease(token);
  const other = await worker(db);
  await clock.advance("3 seconds");
  const adopt = () => pool.query("select token from holdfast_private.adopt_runs($1, $2)", [other.id, [token]]);
  // Nobody adopts from a worker that is alive.
  expect((await adopt()).rows).toEqual([]);
  await db
    .pool()
    .query("update holdfast.workers set ended_at = now(), ended_reason = 'test' where id <> $1", [other.id]);
  expect((await adopt()).rows).toEqual([{ token }]);
  await db.pool().query("update holdfast.workers set ended_at = null, ended_reason = null");
  expect(await lease(token)).toMatchObject({ worker_id: other.id, expires_at: before.expires_at });
});

test("a stale token is told that its lease is lost", async () => {
  const { token } = await running();
  await by.finish({ token, outcome: "completed" });
  await expect(beat(token)).resolves.toBe("lost");
  await expect(beat(999_999)).resolves.toBe("lost");
  await expect(workerBeat([{ token }])).resolves.toEqual([{ token, verdict: "lost" }]);
});

test("one beat of a worker keeps all its runs, and only what needs attention comes back", async () => {
  const [a, b, c] = [await running(), await running(), await running()];
  await act(db.pool(), { verb: "kill", subject: "job", target: { job: b.id } });
  await clock.advance("4 seconds");
  await expect(
    workerBeat([{ token: a.token, progress: 0.25, message: "a quarter" }, { token: b.token }]),
  ).resolves.toEqual([{ token: b.token, verdict: "kill" }]);
  expect(await lease(a.token)).toMatchObject({ progress: 0.25, progress_message: "a quarter" });
  const beaten = (await lease(a.token)).heartbeat_at;
  expect((await lease(c.token)).heartbeat_at.getTime()).toBeLessThan(beaten.getTime());
});

test("a worker cannot beat another worker's function run", async () => {
  const { token } = await running();
  const other = await worker(db);
  const { rows } = await pool.query("select * from holdfast_private.worker_beat($1, $2)", [
    other.id,
    JSON.stringify([{ token }]),
  ]);
  expect(rows).toEqual([{ token, verdict: "lost" }]);
});

test("a draining worker is told so, and a dead one to register again", async () => {
  const other = await worker(db);
  await act(db.pool(), { verb: "drain", subject: "worker", target: { worker: other.id } });
  const { rows } = await pool.query("select * from holdfast_private.worker_beat($1)", [other.id]);
  expect(rows).toEqual([{ token: null, verdict: "drain" }]);
  await pool.query("select holdfast_private.retire_worker($1)", [other.id]);
  await expect(
    refusalOf(pool.query("select * from holdfast_private.worker_beat($1)", [other.id])),
  ).resolves.toMatchObject({
    rule: "holdfast.unknown_worker",
  });
});

test("a command's progress reaches its job, kept between 0 and 1", async () => {
  const { id, token } = await running("command");
  await beat(token, { progress: 7, message: "far" });
  const { rows } = await db.pool().query("select progress, progress_message from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({ progress: 1, progress_message: "far" });
});

test("a beat that says nothing of progress leaves it as it was", async () => {
  const silent = await running("command");
  await beat(silent.token);
  expect(await lease(silent.token)).toMatchObject({ progress: null });
  await beat(silent.token, { progress: 0.4, message: "on" });
  await beat(silent.token, { cpu_seconds: 2 });
  expect(await lease(silent.token)).toMatchObject({ progress: 0.4, progress_message: "on" });
  const inProcess = await running();
  await workerBeat([{ token: inProcess.token }]);
  expect(await lease(inProcess.token)).toMatchObject({ progress: null });
  await workerBeat([{ token: inProcess.token, progress: 0.6 }]);
  await workerBeat([{ token: inProcess.token }]);
  expect(await lease(inProcess.token)).toMatchObject({ progress: 0.6 });
});

test("a heartbeat does not wait for a session that holds its job", async () => {
  const { id, token } = await running("command");
  const holder = await db.pool().connect();
  await holder.query("begin");
  await holder.query("select from holdfast.jobs where id = $1 for update", [id]);
  await expect(beat(token, { progress: 0.5 })).resolves.toBe("keep");
  await holder.query("rollback");
  holder.release();
});

test.each([1e12, -5, "NaN"])("an absurd cost (%s) costs no run its lease", async (cost) => {
  const { token } = await running("command");
  await expect(beat(token, { cost })).resolves.toBe("keep");
  const other = await running();
  await expect(workerBeat([{ token: other.token, cost }])).resolves.toEqual([]);
  await expect(by.finish({ token, outcome: "completed", cost })).resolves.toMatchObject([{ accepted: true }]);
});

test("cancel, kill and stop reach the worker by NOTIFY as well", async () => {
  const { id, token } = await running();
  const listener = await pool.connect();
  const heard: string[] = [];
  listener.on("notification", (note) => heard.push(note.payload ?? ""));
  await listener.query("listen holdfast_orders");
  await act(db.pool(), { verb: "kill", subject: "job", target: { job: id } });
  await listener.query("select 1");
  listener.release(true);
  expect(heard.map((payload) => JSON.parse(payload))).toEqual([{ worker: by.id, tokens: [token], verdict: "kill" }]);
});

test("a kill is not softened by a later cancel", async () => {
  const { id, token } = await running();
  await act(db.pool(), { verb: "kill", subject: "job", target: { job: id } });
  await act(db.pool(), { verb: "cancel", subject: "job", target: { job: id } });
  await expect(beat(token)).resolves.toBe("kill");
});

test("a job that never ran has no lease to beat", async () => {
  const id = await job(db);
  await expect(beat(id + 100_000)).resolves.toBe("lost");
});
