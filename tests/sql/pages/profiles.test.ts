import { asMember, asStranger, asUser, createTestDatabase, type RolePlay, workspace } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
const seen = async (who: RolePlay) =>
  (await who(db, (client) => client.query("select * from holdfast.profile_overview order by name"))).rows;
const define = (name: string, program: string, kind = "small") =>
  asUser(team.people.admin)(
    db,
    (client) =>
      client.query("insert into holdfast.profiles (workspace_id, name, program, class) values ($1, $2, $3, $4)", [
        team.id,
        name,
        program,
        kind,
      ]),
    { commit: true },
  );

test("shows the newest version of each profile, who added it, and whether its jobs wait for consent", async () => {
  await define("report", "/bin/one");
  await define("report", "/bin/two", "approval_required");
  await define("tidy", "true");
  expect(await seen(asUser(team.people.viewer))).toMatchObject([
    { name: "report", version: 2, program: "/bin/two", needs_approval: true, created_by_name: "admin@team.test" },
    { name: "tidy", version: 1, program: "true", needs_approval: false, created_by_name: "admin@team.test" },
  ]);
});

test("shows them to the members of their workspace only", async () => {
  expect(await seen(asMember("admin"))).toEqual([]);
  expect(await seen(asStranger)).toEqual([]);
});
