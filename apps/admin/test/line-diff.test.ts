import fc from "fast-check";
import { expect, test } from "vitest";
import { diffLines } from "../app/parts/line-diff.ts";

const shown = (before: string[], after: string[]) => diffLines(before, after).map(({ sign, text }) => sign + text);

test("what stayed is said once, what went and came in its place", () => {
  expect(shown(["a", "b", "c"], ["a", "x", "c", "d"])).toEqual([" a", "-b", "+x", " c", "+d"]);
  expect(shown(["a"], ["a"])).toEqual([" a"]);
  expect(shown([], ["a"])).toEqual(["+a"]);
  expect(shown(["a"], [])).toEqual(["-a"]);
});

test("without its additions it is the old text, without its removals the new one", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = diffLines(before, after);
      expect(diff.filter(({ sign }) => sign !== "+").map(({ text }) => text)).toEqual(before);
      expect(diff.filter(({ sign }) => sign !== "-").map(({ text }) => text)).toEqual(after);
    }),
  );
});

test("texts too long to compare are shown whole, one after the other", () => {
  const long = Array.from({ length: 2_001 }, (_, place) => String(place));
  expect(diffLines(long, ["0"]).map(({ sign }) => sign)).toEqual([...long.map(() => "-"), "+"]);
});
