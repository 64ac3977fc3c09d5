import { controlClock, createTestDatabase, duty, enqueue, job, stateOf } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const nextDue = async () =>
  (await db.pool("holdfast_worker").query("select holdfast_private.next_due_at() as at")).rows[0].at as Date | null;

test("a job goes when it is due, not before, and next_due_at says when", async () => {
  const at = new Date((await clock.now()).getTime() + 60_000);
  const id = await enqueue(db, { options: { run_at: at.toISOString() } });
  await expect(nextDue()).resolves.toEqual(at);
  await duty(db, "promote");
  await expect(stateOf(db, id)).resolves.toBe("queued");
  await clock.advance("61 seconds");
  await duty(db, "promote");
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
  await expect(nextDue()).resolves.toBeNull();
});

test("a backoff ends at its run_at", async () => {
  const id = await job(db, { state: "retrying" });
  await clock.advance("11 seconds");
  await duty(db, "promote");
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});

test("what waits long improves by 10 in 10 minutes, by 60 at most, in graphile-worker too", async () => {
  const id = await enqueue(db, { options: { priority: 20 } });
  const priorities = async () => {
    const { rows } = await db
      .pool()
      .query(
        "select j.priority, j.effective_priority, g.priority as delivery from holdfast.jobs j join graphile_worker._private_jobs g on g.key = 'job:' || j.id where j.id = $1",
        [id],
      );
    return rows[0];
  };
  await clock.advance("21 minutes");
  await duty(db, "age_priorities");
  await expect(priorities()).resolves.toEqual({ priority: 20, effective_priority: 0, delivery: 0 });
  await clock.advance("10 hours");
  await duty(db, "age_priorities");
  await expect(priorities()).resolves.toEqual({ priority: 20, effective_priority: -40, delivery: -40 });
  await expect(duty(db, "age_priorities")).resolves.toEqual({ improved: 0 });
});
