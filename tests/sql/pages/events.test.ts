import { act, asMember, asStranger, asUser, createTestDatabase, job, refusalOf, workspace } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
let local: string;
let done: number;

interface Event {
  seq: number;
  actor: string;
  actor_name: string;
  action: string;
  subject_type: string;
  subject_id: string;
  routine: boolean;
}

const match = async (
  filter: Record<string, unknown> = {},
  {
    who = asMember("viewer"),
    before = null,
    limit = 1000,
  }: { who?: typeof asStranger; before?: number | null; limit?: number } = {},
) =>
  (
    await who(db, (client) =>
      client.query("select * from holdfast.match_events($1, $2, $3, $4)", [
        local,
        JSON.stringify(filter),
        before,
        limit,
      ]),
    )
  ).rows as Event[];
const actions = async (filter: Record<string, unknown>) => (await match(filter)).map(({ action }) => action);

beforeAll(async () => {
  const pool = db.pool();
  local = (await pool.query("select id from holdfast.workspaces where slug = 'local'")).rows[0].id;
  const team = await workspace(db, "other");
  await act(pool, {
    workspace: "other",
    verb: "pause",
    subject: "queue",
    target: { queue: "primary" },
    reason: "theirs",
  });
  done = await job(db, { state: "completed" });
  await asMember("operator")(
    db,
    (client) => client.query(`select holdfast.act('local', 'pause', 'queue', '{"queue": "report"}', 'an audit')`),
    { commit: true },
  );
  await act(pool, { verb: "pause", subject: "lane", target: { lane: "build" }, reason: "a release" });
  expect(team.id).not.toBe(local);
});

describe("match_events", () => {
  test("leaves out what every job leaves behind, unless it is asked for", async () => {
    const noted = await match();
    expect(noted.length).toBeGreaterThan(0);
    expect(noted.filter(({ routine }) => routine)).toEqual([]);
    const all = await match({ routine: true });
    expect(all.map(({ action }) => action)).toEqual(
      expect.arrayContaining(["job.enqueued", "run.closed", "queue.pause"]),
    );
    expect(all.length).toBeGreaterThan(noted.length);
  });

  test("a routine event is found by its name, and everything about one thing without asking", async () => {
    expect(new Set(await actions({ action: "job.enq" }))).toEqual(new Set(["job.enqueued"]));
    expect(await actions({ subject_type: "job", subject_id: String(done) })).toContain("job.enqueued");
    expect(await actions({ subject_type: "job", subject_id: String(done), routine: false })).toEqual([]);
    // The begin of many is not the name of one.
    expect(await actions({ action: "job." })).not.toContain("job.enqueued");
  });

  test("finds acts by their begin, by who did them and by what they are about", async () => {
    expect(await actions({ action: "queue." })).toEqual(["queue.pause"]);
    expect(await actions({ subject_type: "lane" })).toContain("lane.pause");
    expect(await actions({ subject_id: "report" })).toEqual(["queue.pause"]);
    const [paused] = await match({ action: "queue.pause" });
    expect(paused?.actor).toMatch(/^user:/);
    expect(paused?.actor_name).not.toBe(paused?.actor);
    for (const actor of [paused?.actor_name, paused?.actor, paused?.actor.slice(0, 12)]) {
      expect(await actions({ actor, action: "queue" })).toEqual(["queue.pause"]);
    }
    expect(await actions({ actor: "nobody" })).toEqual([]);
  });

  test("after is inclusive and before is not", async () => {
    const { rows } = await db
      .pool()
      .query(
        "select to_json(at) #>> '{}' as at from holdfast.events where action = 'queue.pause' and workspace_id = $1",
        [local],
      );
    const at = rows[0].at;
    expect(await actions({ after: at, action: "queue." })).toEqual(["queue.pause"]);
    expect(await actions({ before: at, action: "queue." })).toEqual([]);
  });

  test("pages join without a hole or a repeat, newest first", async () => {
    const all = (await match({ routine: true })).map(({ seq }) => seq);
    expect([...all].sort((a, b) => Number(b) - Number(a))).toEqual(all);
    const paged: number[] = [];
    for (let page = await match({ routine: true }, { limit: 3 }); page.length > 0; ) {
      paged.push(...page.map(({ seq }) => seq));
      page = await match({ routine: true }, { limit: 3, before: page.at(-1)?.seq ?? 0 });
    }
    expect(paged).toEqual(all);
  });

  test("shows no event of another workspace", async () => {
    expect(JSON.stringify(await match({ routine: true }))).not.toContain("theirs");
    expect(await match({ routine: true }, { who: asStranger })).toEqual([]);
    const { people } = await workspace(db, "third");
    expect(await match({ routine: true }, { who: asUser(people.admin) as typeof asStranger })).toEqual([]);
  });

  test.each([
    [{ colour: "red" }, "holdfast.bad_filter", /no field 'colour'/],
    [{ after: "yesterdayish" }, "holdfast.bad_filter", /filter\.after/],
    [{ routine: "perhaps" }, "holdfast.bad_filter", /filter\.routine/],
  ])("refuses the filter %j by name", async (filter, rule, message) => {
    await expect(refusalOf(match(filter))).resolves.toMatchObject({ rule, message: expect.stringMatching(message) });
  });

  test("refuses a page of no or of too many events", async () => {
    for (const limit of [0, 1001]) {
      await expect(refusalOf(match({}, { limit }))).resolves.toMatchObject({ rule: "holdfast.bad_limit" });
    }
  });
});
