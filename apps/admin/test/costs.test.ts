import { describe, expect, test } from "vitest";
import { afterEntry, entriesBefore } from "../app/pages/costs/place.ts";
import { type EntryRow, type SpendRow, sumsOf } from "../app/pages/costs/rows.ts";
import { daysOf, OTHERS, seriesOf } from "../app/pages/costs/series.ts";

const spend = (row: Partial<SpendRow>): SpendRow => ({
  period: "day",
  venture: null,
  lane: null,
  kind: null,
  currency: "usd",
  spent: 0,
  reserved: 0,
  jobs: 1,
  ...row,
});

describe("sumsOf", () => {
  test("adds up exactly what binary fractions cannot hold", () => {
    const { all } = sumsOf(
      [0.1, 0.2, -0.3].map((spent) => spend({ spent, reserved: -spent })),
      "kind",
      "none",
    );
    expect(all.day.spent).toBe(0);
    expect(Object.is(all.day.reserved, -0)).toBe(false);
    expect(all.day.jobs).toBe(3);
  });

  test("puts what used most first, and names what has no name", () => {
    const { named } = sumsOf(
      [
        spend({ period: "month", venture: "kiln", spent: 1 }),
        spend({ period: "month", venture: "atlas", spent: 5 }),
        spend({ period: "month", spent: 2, reserved: 2 }),
      ],
      "venture",
      "no venture",
    );
    expect(named.map(({ name }) => name)).toEqual(["atlas", "no venture", "kiln"]);
  });
});

describe("daysOf", () => {
  test("ends with today in the zone, and has as many days as asked for", () => {
    const now = Date.parse("2026-11-20T23:30:00Z");
    expect(daysOf(3, now, "UTC")).toEqual(["2026-11-18", "2026-11-19", "2026-11-20"]);
    expect(daysOf(2, now, "Pacific/Auckland")).toEqual(["2026-11-20", "2026-11-21"]);
  });

  test("leaves no day out where the clock is put forward or back", () => {
    for (const now of ["2026-03-30T00:30:00+02:00", "2026-10-26T00:30:00+01:00"]) {
      const days = daysOf(7, Date.parse(now), "Europe/Berlin");
      expect(new Set(days).size).toBe(7);
      expect(days.at(-1)).toBe(now.slice(0, 10));
    }
  });
});

describe("seriesOf", () => {
  const days = ["2026-11-18", "2026-11-19"];

  test("shows days on which nothing was spent, and none out of the range", () => {
    const series = seriesOf(
      [
        { day: "2026-11-18", name: "a", spent: 1 },
        { day: "2026-11-01", name: "b", spent: 9 },
      ],
      days,
      "-",
    );
    expect(series.names).toEqual(["a"]);
    expect(series.days).toEqual([
      { day: "2026-11-18", total: 1, by: { a: 1 } },
      { day: "2026-11-19", total: 0, by: {} },
    ]);
  });

  test("draws the six most expensive names, or five and the others together", () => {
    const rows = (names: number) =>
      Array.from({ length: names }, (_, place) => ({ day: "2026-11-19", name: `n${place}`, spent: names - place }));
    expect(seriesOf(rows(6), days, "-").names).toEqual(["n0", "n1", "n2", "n3", "n4", "n5"]);
    const many = seriesOf(rows(8), days, "-");
    expect(many.names).toEqual(["n0", "n1", "n2", "n3", "n4", OTHERS]);
    expect(many.days[1]).toMatchObject({ total: 36, by: { [OTHERS]: 3 + 2 + 1 } });
  });
});

describe("the place in the cost ledger", () => {
  const asked = (place: string | null) => {
    const conditions: string[] = [];
    class Query {
      lte(column: string, value: string): Query {
        conditions.push(`${column}<=${value}`);
        return this;
      }
      or(filter: string): Query {
        conditions.push(filter);
        return this;
      }
    }
    entriesBefore(new Query(), place);
    return conditions;
  };

  test("goes on after an entry, also among those of the same moment", () => {
    const at = "2026-11-19T08:37:16.774518+00:00";
    const place = afterEntry({ counts_at: at, id: 7 } as EntryRow);
    expect(asked(place)).toEqual([`counts_at<=${at}`, `counts_at.lt."${at}",id.lt.7`]);
  });

  test.each([null, "", "7", "2026-11-19_7", `2026-11-19T08:37:16Z_7),id.gt.(0`, `2026"-11-19T08:37:16Z_7`])(
    "%j is no place, and nothing of it reaches the query",
    (place) => {
      expect(asked(place)).toEqual([]);
    },
  );
});
