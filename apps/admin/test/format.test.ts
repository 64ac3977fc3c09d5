import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, count, duration, money, plural, utc } from "../app/parts/format.ts";

const cases = <A>(of: (value: A) => string, values: readonly (readonly [A, string])[]) =>
  test.each(values)("%s is %s", (value, shown) => {
    expect(of(value)).toBe(shown);
  });

describe("a duration has two units at most:", () => {
  cases(duration, [
    [null, "–"],
    [undefined, "–"],
    [Number.NaN, "–"],
    [Number.POSITIVE_INFINITY, "–"],
    [-3, "0 ms"],
    [0, "0 ms"],
    [0.0314, "31 ms"],
    [0.9996, "1.0 s"],
    [1, "1.0 s"],
    [9.96, "10 s"],
    [42.4, "42 s"],
    [59.7, "1 min"],
    [60, "1 min"],
    [185, "3 min 5 s"],
    [3599.6, "1 h"],
    [7800, "2 h 10 min"],
    [86_399.9, "1 d"],
    [273_600, "3 d 4 h"],
  ]);

  test("it never says 60 s, 60 min or 24 h, and never grows shorter with time", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10_000_000, noNaN: true }), (seconds) => {
        expect(duration(seconds)).not.toMatch(/\b(60 s|60 min|24 h|1000 ms)\b/);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("bytes have a binary unit:", () => {
  cases(bytes, [
    [null, "–"],
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [102_400, "100 KiB"],
    [1_048_575, "1.0 MiB"],
    [3_565_158, "3.4 MiB"],
    [1024 ** 4 * 5, "5.0 TiB"],
    [1024 ** 5, "1024 TiB"],
  ]);
});

describe("money has two digits, and more where they matter:", () => {
  cases(money, [
    [null, "–"],
    [0, "0.00"],
    ["12.5", "12.50"],
    [0.0032, "0.0032"],
    [-0.0032, "-0.0032"],
    [0.009_999_99, "0.01"],
    [1_234.567, "1234.57"],
  ]);

  test("its currency stands behind it", () => {
    expect(money(3, "usd")).toBe("3.00 USD");
    expect(money("0.000001", "eur")).toBe("0.000001 EUR");
  });
});

describe("a count has thin groups:", () => {
  cases(count, [
    [null, "–"],
    [0, "0"],
    [999, "999"],
    [1000, "1\u202f000"],
    [10_000, "10\u202f000"],
    [10_001, "10\u202f000+"],
    [10_002, "10\u202f002"],
    [1_234_567, "1\u202f234\u202f567"],
  ]);

  test("one thing is one, and everything else is many", () => {
    expect([0, 1, 2, 10_001].map((jobs) => plural(jobs, "job"))).toEqual([
      "0 jobs",
      "1 job",
      "2 jobs",
      "10\u202f000+ jobs",
    ]);
    expect(plural(2, "entry", "entries")).toBe("2 entries");
  });
});

test("a moment is the same text wherever the browser is: UTC, and says so", () => {
  expect(utc("2026-11-20T03:12:44+05:30")).toBe("19 Nov 2026, 21:42:44 UTC");
  expect(utc(Date.UTC(2026, 0, 1))).toBe("01 Jan 2026, 00:00:00 UTC");
});
