import { expect, test } from "vitest";
import { filterOf, placeOf, searchOf } from "../app/pages/ledger/filter.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const filter = (search: string) => filterOf(new URLSearchParams(search), NOW);

test("a time said as an age is counted from now; any other goes to the database as it is", () => {
  expect(filter("after=24h&before=30m")).toEqual({
    after: "2026-11-19T12:00:00.000Z",
    before: "2026-11-20T11:30:00.000Z",
  });
  expect(filter("after=yesterdayish")).toEqual({ after: "yesterdayish" });
});

test("only what the ledger can be asked for is asked", () => {
  expect(filter("action=budget.&actor=%20owner%20&colour=red&below=7&subject_type=")).toEqual({
    action: "budget.",
    actor: "owner",
  });
});

test("an export is asked for the filter alone, not for the place in the list", () => {
  expect(searchOf(new URLSearchParams("action=a%26b&below=7&after=24h")).toString()).toBe("action=a%26b&after=24h");
});

test.each([
  ["below=7", 7],
  ["below=0", null],
  ["below=-1", null],
  ["below=1.5", null],
  ["below=x", null],
  ["", null],
])("%j is the place %j", (search, place) => {
  expect(placeOf(new URLSearchParams(search))).toBe(place);
});
