import { act, asMember, asStranger, createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

const incidents = async (who = asMember("viewer")) =>
  (await who(db, (client) => client.query("select * from holdfast.incident_overview order by severity_place, id")))
    .rows;
const acting = (verb: string, target: Record<string, unknown>, reason: string, params: Record<string, unknown> = {}) =>
  asMember("operator")(db, (client) => act(client, { verb, subject: "incident", target, reason, params }), {
    commit: true,
  });
const opened = async (subject: string) =>
  Number((await acting("open", {}, `about ${subject}`, { subject })).result.incident);

test("an incident has the runbook of its rule, and says what was ticked off, by whom and what comes next", async () => {
  const id = await opened("queue:primary");
  const [fresh] = await incidents();
  const { rows: steps } = await db
    .pool()
    .query("select step, title from holdfast.runbook_steps where rule = 'manual' order by step");
  expect(fresh).toMatchObject({
    id,
    rule: "manual",
    watches_for: "Opened by a person.",
    opened_by_name: "operator@holdfast.test",
    closed_by_name: null,
    next_step: 1,
  });
  expect(fresh.runbook).toMatchObject(steps.map((each) => ({ ...each, done_by: null, done_at: null })));
  expect(Number(fresh.last_seen_age_seconds)).toBeGreaterThanOrEqual(0);

  await acting("tick", { incident: id }, "paused it", { step: 1 });
  await acting("tick", { incident: id }, "it is out", { step: 3 });
  const [ticked] = await incidents();
  expect(ticked.next_step).toBe(2);
  expect(ticked.runbook[0]).toMatchObject({ step: 1, done_by: "operator@holdfast.test", note: "paused it" });
  expect(ticked.runbook.map((each: { done_at: string | null }) => each.done_at !== null)).toEqual(
    steps.map(({ step }) => step === 1 || step === 3),
  );
});

test("one without a step left has no next, and a closed one says by whom", async () => {
  const id = await opened("lane:default");
  const [{ runbook }] = await incidents();
  for (const { step } of runbook) await acting("tick", { incident: id }, "done", { step });
  expect((await incidents())[0].next_step).toBeNull();
  await acting("close", { incident: id }, "mended");
  expect(await incidents()).toMatchObject([{ closed_by_name: "operator@holdfast.test", closed_reason: "mended" }]);
});

test("the gravest comes first, and a stranger sees none", async () => {
  await opened("queue:primary");
  await db
    .pool()
    .query(
      "select holdfast_private.open_incident(w.id, 'unsafe_claim_published', 'rule:x', 'It said so.', '{}') from holdfast.workspaces w where w.slug = 'local'",
    );
  expect((await incidents()).map(({ severity, severity_place }) => [severity, severity_place])).toEqual([
    ["critical", 1],
    ["medium", 3],
  ]);
  expect(await incidents(asStranger)).toEqual([]);
});
