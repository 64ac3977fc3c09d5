import { controlClock, createTestDatabase, duty } from "@holdfast/testing";
import { expect, test } from "vitest";

test("partitions stand ready for today and seven days, and each day makes one more of each", async () => {
  await using db = await createTestDatabase();
  const clock = await controlClock(db);
  const days = async (parent: string) =>
    (
      await db
        .pool()
        .query(
          "select right(c.relname, 8) as day from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass and c.relname ~ '[0-9]{8}$' order by 1",
          [parent],
        )
    ).rows.map((row) => row.day as string);
  await duty(db, "partitions");
  const expected = async () => {
    const now = await clock.now();
    return Array.from({ length: 8 }, (_, i) =>
      new Date(now.getTime() + i * 86_400_000).toISOString().slice(0, 10).replaceAll("-", ""),
    );
  };
  for (const parent of ["holdfast_ledger.events", "holdfast.run_output"]) {
    expect(await days(parent)).toEqual(expect.arrayContaining(await expected()));
  }
  await clock.advance("1 day");
  await expect(duty(db, "partitions")).resolves.toMatchObject({ made: 2, stray_events: 0, stray_output: 0 });
  for (const parent of ["holdfast_ledger.events", "holdfast.run_output"]) {
    expect(await days(parent)).toEqual(expect.arrayContaining(await expected()));
  }
});

test("rows outside every prepared day are kept, and the duty says how many", async () => {
  await using db = await createTestDatabase();
  await db
    .pool()
    .query(
      "insert into holdfast_ledger.events (at, actor, action, subject_type, subject_id) values ('2019-05-05', 'x', 'x', 'x', 'x')",
    );
  await expect(duty(db, "partitions")).resolves.toMatchObject({ stray_events: 1 });
});
