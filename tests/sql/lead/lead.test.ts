import { controlClock, createTestDatabase } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const pool = db.pool("holdfast_worker");
const lead = async (who: string) =>
  (await pool.query("select holdfast_private.lead($1, 6) as leads", [who])).rows[0].leads as boolean;
const leader = async () => (await db.pool().query("select holder, term from holdfast.leaders")).rows[0];

test("one leads, renews, and a standby waits until the lease has expired", async () => {
  await expect(lead("one")).resolves.toBe(true);
  await expect(lead("two")).resolves.toBe(false);
  await clock.advance("5 seconds");
  await expect(lead("one")).resolves.toBe(true);
  await clock.advance("5 seconds");
  await expect(lead("two")).resolves.toBe(false);
  await expect(leader()).resolves.toEqual({ holder: "one", term: 1 });
  await clock.advance("2 seconds");
  await expect(lead("two")).resolves.toBe(true);
  await expect(leader()).resolves.toEqual({ holder: "two", term: 2 });
  await expect(lead("one")).resolves.toBe(false);
});

test("a leader that resigns is followed at once, and the term counts up", async () => {
  await pool.query("select holdfast_private.resign('two')");
  await expect(lead("one")).resolves.toBe(true);
  await expect(leader()).resolves.toEqual({ holder: "one", term: 3 });
});

test("nobody can resign for another", async () => {
  await pool.query("select holdfast_private.resign('two')");
  await expect(lead("two")).resolves.toBe(false);
});

test("of ten who try at the same moment one leads", async () => {
  await clock.advance("1 minute");
  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => lead(`racer-${i}`)));
  expect(answers.filter(Boolean)).toHaveLength(1);
});

test("each change of leader is one event", async () => {
  const { rows } = await db
    .pool()
    .query(
      "select subject_id, data ->> 'term' as term from holdfast.events where action = 'supervisor.leads' order by seq",
    );
  expect(rows.slice(0, 3)).toEqual([
    { subject_id: "one", term: "1" },
    { subject_id: "two", term: "2" },
    { subject_id: "one", term: "3" },
  ]);
});
