import { asMember, asStranger, asUser, createTestDatabase, type RolePlay, workspace } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
const seen = async (who: RolePlay) => (await who(db, (client) => client.query("select * from holdfast.choices"))).rows;

test("names everything that a filter or a form offers, each name once and in order", async () => {
  for (const program of ["/bin/one", "/bin/two"]) {
    await db
      .pool()
      .query("insert into holdfast.profiles (workspace_id, name, program) values ($1, 'tidy', $2)", [team.id, program]);
  }
  await db.pool().query("insert into holdfast.ventures (workspace_id, name) values ($1, 'b'), ($1, 'a')", [team.id]);
  const [row, ...others] = await seen(asUser(team.people.viewer));
  expect(others).toEqual([]);
  expect(row).toMatchObject({ workspace_id: team.id, profiles: ["tidy"] });
  expect(row.ventures).toEqual(["a", "b", "noaerth"]);
  expect(row.kinds).toEqual(expect.arrayContaining(["command", "tidy"]));
  expect(row.states).toEqual(expect.arrayContaining(["queued", "running", "failed"]));
  for (const field of ["queues", "lanes", "classes"]) expect(row[field], field).toEqual([...row[field]].sort());
});

test("shows a workspace's names to its members only", async () => {
  expect((await seen(asMember("admin"))).map(({ workspace_id }) => workspace_id)).not.toContain(team.id);
  expect(await seen(asStranger)).toEqual([]);
});
