import { describe, expect, test } from "vitest";
import { fieldsOf, payloadOf, payloadOfJson } from "../app/parts/schema.ts";

const SCHEMA = {
  type: "object",
  required: ["title", "parts"],
  additionalProperties: false,
  properties: {
    pages: { type: "integer", minimum: 1, maximum: 500 },
    scale: { type: "number" },
    draft: { type: "boolean", default: true },
    format: { type: ["string"], enum: ["html", 3, null], default: "html" },
    parts: { type: "array", items: { type: "string" } },
    sizes: { type: "array", items: { type: "integer" } },
    meta: { type: "object" },
    title: { type: "string", title: "Title", description: "Above the page." },
  },
};
const fields = fieldsOf(SCHEMA) ?? [];
const typeOf = (name: string) => fields.find((field) => field.name === name)?.type;

describe("the fields of a payload", () => {
  test("are as simple as their schema allows, the required ones first", () => {
    expect(fields.slice(0, 2).map(({ name, required }) => [name, required])).toEqual([
      ["parts", true],
      ["title", true],
    ]);
    expect(Object.fromEntries(fields.map(({ name, type }) => [name, type]))).toEqual({
      pages: "integer",
      scale: "number",
      draft: "boolean",
      format: "choice",
      parts: "list",
      sizes: "json",
      meta: "json",
      title: "text",
    });
    expect(typeOf("nothing")).toBeUndefined();
    expect(fields.find(({ name }) => name === "pages")).toMatchObject({ min: 1, max: 500 });
    expect(fields.find(({ name }) => name === "title")).toMatchObject({
      label: "Title",
      description: "Above the page.",
    });
    expect(fields.find(({ name }) => name === "draft")).toMatchObject({ initial: "true" });
    expect(fields.find(({ name }) => name === "format")).toMatchObject({
      initial: '"html"',
      choices: ['"html"', "3", "null"],
    });
  });

  test("are none where the payload is empty, and undefined where only JSON can say it", () => {
    expect(fieldsOf({ type: "object", additionalProperties: false })).toEqual([]);
    for (const schema of [null, true, { type: "object" }, { type: "string" }, { ...SCHEMA, oneOf: [{}] }]) {
      expect(fieldsOf(schema)).toBeUndefined();
    }
  });
});

describe("the payload of filled fields", () => {
  test("holds each value in its type, and leaves out what is empty", () => {
    const values = { title: "two words", parts: "a\nb c", pages: "3", scale: "0.5", draft: "false", format: "3" };
    expect(payloadOf(fields, { ...values, meta: '{"a": [1]}' })).toEqual({
      payload: {
        title: "two words",
        parts: ["a", "b c"],
        pages: 3,
        scale: 0.5,
        draft: false,
        format: 3,
        meta: { a: [1] },
      },
    });
    expect(payloadOf(fields, { title: "x", parts: "" })).toEqual({ payload: { title: "x", parts: [] } });
  });

  test("names the field that is not what it should be", () => {
    expect(payloadOf(fields, { title: "x", parts: "", meta: "{" })).toEqual({ fault: "meta is not JSON." });
    expect(payloadOf(fields, { title: "x", parts: "", pages: "-" })).toEqual({ fault: "pages is not a whole number." });
  });

  test("may be written as JSON", () => {
    expect(payloadOfJson(' {"a": 1} ')).toEqual({ payload: { a: 1 } });
    expect(payloadOfJson("")).toEqual({ payload: {} });
    expect(payloadOfJson("{a}")).toEqual({ fault: "The payload is not JSON." });
  });
});
