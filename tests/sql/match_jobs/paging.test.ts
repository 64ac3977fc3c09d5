import { controlClock, createTestDatabase, enqueue, stateOf, worker, workspace } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";
import { match, type Row } from "./support.ts";

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
await clock.stop(new Date("2026-03-01T12:00:00Z"));
const by = await worker(db, { capacity: 100 });
let n = 0;

/** A workspace with thirty jobs, five at each instant; a third of them have ended. */
async function thirty() {
  const team = await workspace(db, `team-${++n}`);
  const ids: number[] = [];
  for (let i = 0; i < 30; i++) {
    if (i % 5 === 0) await clock.advance("1 second");
    ids.push(await enqueue(db, { workspace: team.slug }));
  }
  return { team, ids, person: team.people.viewer };
}
const finish = async (id: number) => by.finish({ token: await by.takeOne(id), outcome: "completed" });

/** Reads page by page; `between` happens after each. */
async function read(person: string, workspace: string, order: string, between: () => Promise<unknown>, limit = 4) {
  const seen: Row[] = [];
  for (let after: Row | undefined; ; ) {
    const page = await match(db, person, workspace, { order, after, limit });
    seen.push(...page);
    if (page.length < limit || seen.length > 200) return seen.map(({ id }) => id);
    after = page.at(-1);
    await between();
  }
}

describe("while jobs are added between the pages", () => {
  test("newest gives every job that was there, once", async () => {
    const { team, ids, person } = await thirty();
    const seen = await read(person, team.id, "newest", async () => {
      await enqueue(db, { workspace: team.slug });
      await clock.advance("1 second");
      await enqueue(db, { workspace: team.slug });
    });
    expect(seen).toEqual([...ids].reverse());
  });

  test("oldest gives every job, those added too, once", async () => {
    const { team, ids, person } = await thirty();
    const added: number[] = [];
    const seen = await read(person, team.id, "oldest", async () => {
      if (added.length < 10) added.push(await enqueue(db, { workspace: team.slug }));
    });
    expect(seen).toEqual([...ids, ...added]);
  });

  test("finished gives every job that had ended, once, while others end", async () => {
    const { team, ids, person } = await thirty();
    for (const [i, id] of ids.slice(0, 15).entries()) {
      if (i % 4 === 0) await clock.advance("1 second");
      await finish(id);
    }
    const rest = ids.slice(15);
    await clock.advance("1 second");
    const seen = await read(person, team.id, "finished", async () => finish(rest.shift() as number), 3);
    expect(seen).toEqual(ids.slice(0, 15).reverse());
  });
});

test("a row that went meanwhile is no hole in the paging", async () => {
  const { team, ids, person } = await thirty();
  const [first] = [await match(db, person, team.id, { limit: 5 })];
  const last = first.at(-1) as Row;
  await db.pool().query("delete from holdfast.jobs where id = $1", [last.id]);
  await expect(stateOf(db, last.id)).resolves.toBe("gone");
  const next = await match(db, person, team.id, { after: last, limit: 5 });
  expect(next.map(({ id }) => id)).toEqual([...ids].reverse().slice(5, 10));
});

test("the cursor may be no more than its two fields", async () => {
  const { team, ids, person } = await thirty();
  const [row] = await match(db, person, team.id, { limit: 1 });
  const after = { id: row?.id, created_at: row?.created_at };
  const next = await match(db, person, team.id, { after, limit: 2 });
  expect(next.map(({ id }) => id)).toEqual([...ids].reverse().slice(1, 3));
});
