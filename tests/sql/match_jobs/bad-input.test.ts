import { asUser, createTestDatabase, job, refusalOf, workspace } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";
import { count, match, type Question } from "./support.ts";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
const viewer = team.people.viewer;
const id = await job(db, { workspace: "team" });

const FILTERS: [title: string, filter: unknown, says: RegExp][] = [
  ["no object", "failed", /is an object/],
  ["a list", [{ kind: "hello" }], /is an object/],
  ["null", null, /is an object/],
  ["a field nobody knows", { sate: "failed" }, /no field 'sate'/],
  ["a state nobody knows", { state: ["failed", "fialed"] }, /no state 'fialed'/],
  ["null for a value", { kind: null }, /filter\.kind/],
  ["an object for a value", { kind: { name: "hello" } }, /filter\.kind/],
  ["an empty list", { kind: [] }, /filter\.kind.*1 to 100/],
  ["a list of 101", { job: Array.from({ length: 101 }, (_, n) => n) }, /filter\.job.*1 to 100/],
  ["a list with null in it", { queue: ["primary", null] }, /filter\.queue/],
  ["a list in a list", { queue: [["primary"]] }, /filter\.queue/],
  ["a job that is no number", { job: "x" }, /filter\.job is not a valid bigint/],
  ["half a job", { job: 1.5 }, /filter\.job/],
  ["a time that is none", { after: "yesterdayish" }, /filter\.after is not a valid timestamptz/],
  ["a list of times", { before: ["2026-01-01"] }, /filter\.before/],
  ["a label that is no pair", { label: "env=production" }, /filter\.label must be an object/],
  ["no label", { label: {} }, /filter\.label must be an object/],
  ["a label that is a list", { label: { env: ["a", "b"] } }, /filter\.label/],
  ["a label that is null", { label: { env: null } }, /filter\.label/],
  ["no text", { text: "" }, /filter\.text is empty/],
  ["a list of texts", { text: ["a"] }, /filter\.text/],
  ["SQL for a field", { "kind = kind or true --": "x" }, /no field/],
];

describe("a filter that is", () => {
  test.each(FILTERS)("%s is refused by name, not ignored", async (_title, filter, says) => {
    const refused = {
      code: "PT422",
      rule: "holdfast.bad_filter",
      message: expect.stringMatching(says),
      hint: expect.any(String),
    };
    await expect(refusalOf(match(db, viewer, team.id, { filter }))).resolves.toEqual(refused);
    await expect(refusalOf(match(db, viewer, team.id, { filter, order: "costliest" }))).resolves.toEqual(refused);
    await expect(refusalOf(count(db, viewer, team.id, filter))).resolves.toEqual(refused);
    await expect(
      refusalOf(
        asUser(viewer)(db, (client) =>
          client.query("select * from holdfast.preview_jobs($1, 'retry', $2)", [team.id, JSON.stringify(filter)]),
        ),
      ),
    ).resolves.toEqual(refused);
  });

  test("made of quotes finds nothing and breaks nothing", async () => {
    const strange = "'; drop table holdfast.jobs; -- %1$s %I $1 \\";
    for (const field of ["kind", "state", "queue", "worker", "profile", "schedule", "text", "created_by"]) {
      const asked = match(db, viewer, team.id, { filter: { [field]: strange } });
      if (field === "state") await expect(refusalOf(asked)).resolves.toMatchObject({ rule: "holdfast.bad_filter" });
      else await expect(asked).resolves.toEqual([]);
    }
    await expect(match(db, viewer, team.id, { filter: { label: { [strange]: strange } } })).resolves.toEqual([]);
    expect(await count(db, viewer, team.id, { job: id })).toBe(1);
  });
});

const QUESTIONS: [title: string, question: Question, rule: string][] = [
  ["an order nobody knows", { order: "random" }, "bad_order"],
  ["SQL for an order", { order: "created_at desc; --" }, "bad_order"],
  ["no order", { order: null }, "bad_order"],
  ["a page of nothing", { limit: 0 }, "bad_limit"],
  ["a page without end", { limit: 1001 }, "bad_limit"],
  ["no limit", { limit: null }, "bad_limit"],
  ["a cursor in words", { after: "next" }, "bad_cursor"],
  ["a cursor that is a list", { after: [1, 2] }, "bad_cursor"],
  ["an empty cursor", { after: {} }, "bad_cursor"],
  ["a cursor without an id", { after: { created_at: "2026-01-01T00:00:00Z" } }, "bad_cursor"],
  ["a cursor without its time", { after: { id: 1 } }, "bad_cursor"],
  [
    "a cursor of another order",
    { after: { id: 1, created_at: "2026-01-01T00:00:00Z" }, order: "finished" },
    "bad_cursor",
  ],
  ["a cursor whose time is none", { after: { id: 1, created_at: "soon" } }, "bad_cursor"],
  ["a cursor whose id is none", { after: { id: "x", created_at: "2026-01-01T00:00:00Z" } }, "bad_cursor"],
  ["a cursor where any order will do", { after: { id: 1 }, order: "any" }, "bad_cursor"],
  ["a cursor without its figure", { after: { id: 1 }, order: "costliest" }, "bad_cursor"],
  ["a cursor whose figure is none", { after: { id: 1, cost: "much" }, order: "costliest" }, "bad_cursor"],
];

test.each(QUESTIONS)("%s is refused by name", async (_title, question, rule) => {
  await expect(refusalOf(match(db, viewer, team.id, question))).resolves.toEqual({
    code: "PT422",
    rule: `holdfast.${rule}`,
    message: expect.any(String),
    hint: expect.any(String),
  });
});

test.each([0, -1, 100_001, null])("a count that stops at %s is refused by name", async (cap) => {
  await expect(refusalOf(count(db, viewer, team.id, {}, cap))).resolves.toMatchObject({ rule: "holdfast.bad_limit" });
});

test("a preview of an act that is none is refused by name", async () => {
  for (const verb of ["explode", "kill", "enqueue"])
    await expect(
      refusalOf(
        asUser(viewer)(db, (client) =>
          client.query("select * from holdfast.preview_jobs($1, $2, '{}')", [team.id, verb]),
        ),
      ),
    ).resolves.toMatchObject({ code: "PT404", rule: "holdfast.unknown_verb" });
});
