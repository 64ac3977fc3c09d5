import type { LeasedCommand } from "@holdfast/db";
import { describe, expect, it } from "vitest";
import { CommandRefused, renderArguments } from "../src/commands/render-arguments.ts";

function command(over: Partial<LeasedCommand>): LeasedCommand {
  return {
    profile: "p",
    version: 1,
    program: "echo",
    args: [],
    params: {},
    parameter_schema: null,
    env: [],
    cwd: null,
    roots: [],
    pty: false,
    columns: 80,
    rows: 24,
    grace_seconds: 10,
    ...over,
  };
}

function refusal(over: Partial<LeasedCommand>): CommandRefused {
  try {
    renderArguments(command(over));
  } catch (error) {
    if (error instanceof CommandRefused) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("renderArguments", () => {
  it("fills a parameter into one argument and never splits it", () => {
    const params = { path: "a b; rm -rf '$HOME' {{n}}", n: 3 };
    expect(renderArguments(command({ args: ["--file={{path}}", "{{ n }}", "x{{n}}y{{n}}"], params }))).toEqual([
      "echo",
      "--file=a b; rm -rf '$HOME' {{n}}",
      "3",
      "x3y3",
    ]);
  });

  it("passes a literal command on without looking for parameters", () => {
    expect(renderArguments(command({ literal: true, args: ["{{path}}"] }))).toEqual(["echo", "{{path}}"]);
  });

  it("refuses a missing, an unknown and a structured parameter, each by name", () => {
    expect(refusal({ args: ["{{path}}"] })).toMatchObject({ failure: "invalid_payload" });
    expect(refusal({ args: ["{{path}}"] }).message).toMatch(/"path" is missing/);
    expect(refusal({ args: ["{{a}}"], params: { a: 1, b: 2 } }).message).toMatch(
      /unknown parameter b; the profile uses: a/,
    );
    expect(refusal({ args: ["{{a}}"], params: { a: ["x"] } }).message).toMatch(/"a" is a list/);
    expect(refusal({ args: ["{{toString}}"] }).message).toMatch(/"toString" is missing/);
  });

  it("refuses parameters that do not match the profile's schema", () => {
    const parameter_schema = { type: "object", properties: { n: { type: "integer", maximum: 5 } }, required: ["n"] };
    expect(refusal({ args: ["{{n}}"], params: { n: 9 }, parameter_schema }).message).toMatch(/params\.n: /);
    expect(renderArguments(command({ args: ["{{n}}"], params: { n: 5 }, parameter_schema }))).toEqual(["echo", "5"]);
  });

  it("refuses a NUL character, which would cut the argument short", () => {
    expect(refusal({ literal: true, args: ["a\0b"] }).message).toMatch(/argument 1 contains a NUL/);
    expect(refusal({ program: "" }).message).toMatch(/the program is empty/);
  });
});
