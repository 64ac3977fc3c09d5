import fc from "fast-check";
import { expect, test } from "vitest";
import { safeNext } from "../app/data/session.server.ts";

const HERE = "https://ops.example.com";

test.each(["/", "/w/local", "/w/local/history?state=failed&text=a%2Fb#row-1", "/w/local//x"])(
  "%s is where one comes back to",
  (next) => {
    expect(safeNext(next)).toBe(next);
  },
);

test.each([
  null,
  "",
  "w/local",
  "https://evil.example/",
  "//evil.example/",
  "///evil.example/",
  "/\\evil.example/",
  "\\\\evil.example/",
  "/\t/evil.example/",
  "/\n/evil.example/",
  "\t//evil.example/",
  " //evil.example/",
  "javascript:alert(1)",
  "data:text/html,x",
])("%j leads to the first page instead", (next) => {
  expect(safeNext(next)).toBe("/");
});

test("wherever it leads, a browser stays here", () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom("/", "\\", "\t", "\n", "\r", "@", ":", "evil.example", "%2f", "?", "#", "."),
        fc.string({ unit: "binary" }),
      ),
    )
    .map((pieces) => `/${pieces.join("")}`);
  fc.assert(
    fc.property(hostile, (next) => {
      expect(new URL(safeNext(next), `${HERE}/sign-in`).origin).toBe(HERE);
    }),
    { numRuns: 5_000 },
  );
});
