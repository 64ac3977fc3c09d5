import { describe, expect, test } from "vitest";
import { fromJsonSchema } from "../src/index.ts";

const accepts = (schema: unknown, value: unknown) => fromJsonSchema(schema)?.safeParse(value).success;

describe("a kind's JSON Schema, in the browser as well", () => {
  test.each([
    [{ type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 0 } } }, { n: 1 }, { n: -1 }],
    [{ type: "object", properties: { a: { type: "string" } }, additionalProperties: false }, { a: "x" }, { b: "x" }],
    [{ type: "array", items: { type: "string" }, minItems: 1, uniqueItems: true }, ["a"], ["a", "a"]],
    [{ enum: ["a", "b"] }, "a", "c"],
    [{ oneOf: [{ type: "string" }, { type: "number" }] }, 1, true],
    [{ type: "string", format: "date-time" }, "2026-01-01T00:00:00Z", "yesterday"],
    [
      { $defs: { q: { type: "number" } }, type: "object", properties: { q: { $ref: "#/$defs/q" } } },
      { q: 1 },
      { q: "1" },
    ],
  ])("%j accepts %j and refuses %j", (schema, good, bad) => {
    expect(accepts(schema, good)).toBe(true);
    expect(accepts(schema, bad)).toBe(false);
  });

  test.each([
    // biome-ignore lint/suspicious/noThenProperty: it is the JSON Schema keyword.
    { if: { properties: { a: { const: 1 } } }, then: { required: ["b"] } },
    { not: { type: "string" } },
    { const: { a: 1 } },
    { type: "object", properties: { x: { enum: [[1], [2]] } } },
  ])("%j is left to the worker rather than judged wrongly", (schema) => {
    expect(fromJsonSchema(schema)).toBeUndefined();
  });
});
