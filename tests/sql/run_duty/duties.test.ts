import { controlClock, createTestDatabase, duty, refusalOf } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const pool = db.pool("holdfast_worker");
const row = async (name: string) =>
  (await db.pool().query("select * from holdfast.duties where name = $1", [name])).rows[0];
const names = (await db.pool().query("select name from holdfast.duties order by 1")).rows.map((r) => r.name as string);

test("the duties are the ones the supervisor is told", async () => {
  expect(names).toEqual([
    "age_priorities",
    "expire_approvals",
    "partitions",
    "promote",
    "reap",
    "redispatch",
    "retention",
    "seal",
    "watch_incidents",
  ]);
  const { rows } = await pool.query("select name from holdfast_private.duties()");
  expect(rows.map((r) => r.name)).toEqual(names);
});

test.each(names)("the duty %s records when it succeeded, how long it took and who did it", async (name) => {
  const before = await clock.now();
  await duty(db, name);
  const after = await row(name);
  expect(after.last_succeeded_at.getTime()).toBeGreaterThanOrEqual(before.getTime());
  expect(after).toMatchObject({
    done_by: "test",
    last_seconds: expect.any(Number),
    last_result: expect.any(Object),
    last_failed_at: null,
  });
});

test("a duty that fails records why, keeps its last success, and does not take the caller with it", async () => {
  await duty(db, "redispatch");
  const succeeded = (await row("redispatch")).last_succeeded_at;
  await db.pool().query("alter function holdfast_private.redispatch() rename to redispatch_away");
  await db
    .pool()
    .query(
      "create function holdfast_private.redispatch() returns jsonb language plpgsql as $$ begin insert into holdfast.roles values ('x', 99, 'x'); raise exception 'no such luck'; end $$",
    );
  await clock.advance("1 minute");
  const { rows } = await pool.query("select holdfast_private.run_duty('redispatch', 'test') as result");
  expect(rows[0].result.error).toBe("P0001 no such luck");
  const failed = await row("redispatch");
  expect(failed).toMatchObject({ last_error: "P0001 no such luck", last_succeeded_at: succeeded });
  expect(failed.last_failed_at.getTime()).toBeGreaterThan(succeeded.getTime());
  // What the failed duty had done is undone.
  const { rowCount } = await db.pool().query("select from holdfast.roles where role = 'x'");
  expect(rowCount).toBe(0);
});

test("who does not lead does no duty", async () => {
  await expect(refusalOf(pool.query("select holdfast_private.run_duty('promote', 'nobody')"))).resolves.toMatchObject({
    code: "PT409",
    rule: "holdfast.not_leading",
  });
});

test("a duty nobody knows is refused", async () => {
  await expect(refusalOf(pool.query("select holdfast_private.run_duty('sweep', 'test')"))).resolves.toMatchObject({
    code: "PT404",
    rule: "holdfast.unknown_duty",
  });
});
