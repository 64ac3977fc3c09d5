import { controlClock, createTestDatabase, duty, job, worker } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const deliveries = async (id: number) =>
  (await db.pool().query("select from graphile_worker._private_jobs where key = $1 and is_available", [`job:${id}`]))
    .rowCount;

test("a dispatched job whose delivery is gone is delivered again within 15 seconds", async () => {
  const id = await job(db);
  await db.pool().query("delete from graphile_worker._private_jobs where key = $1", [`job:${id}`]);
  await duty(db, "redispatch");
  await expect(deliveries(id)).resolves.toBe(0);
  await clock.advance("11 seconds");
  await expect(duty(db, "redispatch")).resolves.toEqual({ redispatched: 1 });
  await expect(deliveries(id)).resolves.toBe(1);
  const { rows } = await db
    .pool()
    .query("select action from holdfast.events where subject_id = $1 order by seq desc limit 1", [String(id)]);
  expect(rows[0].action).toBe("job.redispatched");
});

test("a delivery that failed in the engine and may not be tried again is delivered again", async () => {
  const id = await job(db);
  await db
    .pool()
    .query("update graphile_worker._private_jobs set attempts = max_attempts where key = $1", [`job:${id}`]);
  await clock.advance("11 seconds");
  await duty(db, "redispatch");
  await expect(deliveries(id)).resolves.toBe(1);
});

test("a delivery that waits, or that a worker holds, is left alone", async () => {
  const waiting = await job(db);
  const held = await job(db);
  const by = await worker(db);
  await db
    .pool()
    .query("update graphile_worker._private_jobs set locked_at = now(), locked_by = $1, attempts = 1 where key = $2", [
      by.poolId,
      `job:${held}`,
    ]);
  await clock.advance("11 seconds");
  await expect(duty(db, "redispatch")).resolves.toEqual({ redispatched: 0 });
  await expect(deliveries(waiting)).resolves.toBe(1);
});
