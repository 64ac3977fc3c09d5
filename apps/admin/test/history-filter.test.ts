import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIELDS, filterOf, ORDERS, orderOf, withField } from "../app/pages/history/filter.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const meant = (query: string) => filterOf(new URLSearchParams(query), NOW);

describe("an address means a filter:", () => {
  test.each([
    ["", {}],
    ["state=failed", { state: "failed" }],
    ["state=failed,lost", { state: ["failed", "lost"] }],
    ["state=failed,,", { state: "failed" }],
    ["queue=primary&lane=build,agent", { queue: "primary", lane: ["build", "agent"] }],
    ["profile=a,b", { profile: "a,b" }],
    ["text=  nightly  ", { text: "nightly" }],
    ["text=+++", {}],
    ["label=team=core", { label: { team: "core" } }],
    ["label=url=https://a.example/?x=1", { label: { url: "https://a.example/?x=1" } }],
    ["label=team", { label: "team" }],
    ["label==x", { label: "=x" }],
    ["after=24h", { after: "2026-11-19T12:00:00.000Z" }],
    ["after=7d&before=30m", { after: "2026-11-13T12:00:00.000Z", before: "2026-11-20T11:30:00.000Z" }],
    ["after=2026-11-01T00:00:00Z", { after: "2026-11-01T00:00:00Z" }],
    ["after=yesterday", { after: "yesterday" }],
    ["after=99999d", { after: "99999d" }],
    ["order=longest&columns=cost&from=abc", {}],
    ["workspace=other&sql=drop", {}],
  ])("%s", (query, filter) => {
    expect(meant(query)).toEqual(filter);
  });

  test("whatever stands in it: nothing but the known fields comes out, and reading it never fails", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom(...FIELDS)), fc.string())), (pairs) => {
        const filter = filterOf(new URLSearchParams(pairs), NOW);
        expect(Object.keys(filter).filter((key) => !(FIELDS as readonly string[]).includes(key))).toEqual([]);
        expect(JSON.parse(JSON.stringify(filter))).toEqual(filter);
      }),
    );
  });
});

test("an order is one of the known ones, and otherwise the newest first", () => {
  for (const order of ORDERS) expect(orderOf(new URLSearchParams({ order }))).toBe(order);
  expect(orderOf(new URLSearchParams("order=created_at;drop"))).toBe("newest");
  expect(orderOf(new URLSearchParams())).toBe("newest");
});

describe("changing a field", () => {
  const here = new URLSearchParams("state=failed&from=cursor&columns=cost");

  test("forgets the place in the list, because it belongs to another list", () => {
    expect(String(withField(here, "queue", "primary"))).toBe("state=failed&columns=cost&queue=primary");
    expect(String(withField(here, "state", null))).toBe("columns=cost");
    expect(String(withField(here, "state", ""))).toBe("columns=cost");
  });

  test("keeps the place when only the columns change, and never touches the address it began with", () => {
    expect(withField(here, "columns", "cost,exit").get("from")).toBe("cursor");
    expect(String(here)).toBe("state=failed&from=cursor&columns=cost");
  });
});
