import { controlClock, createTestDatabase, workspace } from "@holdfast/testing";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { count, furnish, match, type Row } from "./support.ts";

// What a filter means, said once more in a few lines of TypeScript, and compared with the SQL over random filters, orders
// and page sizes.

const db = await createTestDatabase();
afterAll(() => db.drop());
const clock = await controlClock(db);
const team = await workspace(db, "team");
const other = await workspace(db, "other");
await clock.stop(new Date("2026-03-01T12:00:00.123Z"));
await furnish(db, clock, other);
await furnish(db, clock, team);
const all: Row[] = (
  await db.pool().query(
    `select to_jsonb(h) || jsonb_build_object('created_us', extract(epoch from h.created_at) * 1000000, 'finished_us', extract(epoch from h.finished_at) * 1000000) as row
       from holdfast.job_history h where h.workspace_id = $1`,
    [team.id],
  )
).rows.map(({ row }) => row);
const viewer = team.people.viewer;

type Filter = Record<string, unknown>;
const EQUAL = [
  "state",
  "trigger",
  "profile",
  "kind",
  "schedule",
  "queue",
  "lane",
  "venture",
  "class",
  "fingerprint",
  "error_class",
  "created_by",
  "worker",
];

/** Does the filter mean this row? */
function means(filter: Filter, row: Row): boolean {
  const labels = row.labels as Record<string, unknown>;
  return Object.entries(filter).every(([field, wanted]) => {
    const list = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
    if (field === "job") return list.includes(String(row.id));
    if (field === "after") return Number(row.created_us) >= Date.parse(String(wanted)) * 1_000;
    if (field === "before") return Number(row.created_us) < Date.parse(String(wanted)) * 1_000;
    if (field === "label")
      return Object.entries(wanted as Filter).every(
        ([key, value]) => key in labels && String(labels[key]) === String(value),
      );
    if (field === "text") {
      const text = String(wanted);
      const pairs = Object.entries(labels).flatMap(([key, value]) => [String(value), `${key}=${value}`]);
      return String(row.name ?? "").startsWith(text) || String(row.id) === text || pairs.includes(text);
    }
    return row[field] !== null && list.includes(String(row[field]));
  });
}

const ORDERS: Record<string, { by: (row: Row) => number; down: boolean; only?: (row: Row) => boolean }> = {
  newest: { by: (row) => Number(row.created_us), down: true },
  oldest: { by: (row) => Number(row.created_us), down: false },
  finished: { by: (row) => Number(row.finished_us), down: true, only: (row) => row.finished_at !== null },
  longest: { by: (row) => Number(row.duration_seconds ?? 0), down: true },
  costliest: { by: (row) => Number(row.cost ?? 0), down: true },
  memory: { by: (row) => Number(row.memory_bytes ?? 0), down: true },
};

function expected(filter: Filter, order: string): number[] {
  const { by, down, only = () => true } = ORDERS[order] as (typeof ORDERS)[string];
  const sign = down ? -1 : 1;
  return all
    .filter((row) => only(row) && means(filter, row))
    .sort((a, b) => sign * (by(a) - by(b) || a.id - b.id))
    .map(({ id }) => id);
}

async function everyPage(filter: Filter, order: string, limit: number): Promise<number[]> {
  const ids: number[] = [];
  for (let after: Row | undefined; ; ) {
    const page = await match(db, viewer, team.id, { filter, order, after, limit });
    ids.push(...page.map(({ id }) => id));
    after = page.at(-1);
    if (page.length < limit) return ids;
  }
}

const valuesOf = (field: string) =>
  [...new Set(all.map((row) => row[field]).filter((value) => value !== null))].map(String);
const times = [...new Set(all.map(({ created_us }) => new Date(Number(created_us) / 1_000).toISOString()))];
const value = (field: string) =>
  fc.constantFrom(...valuesOf(field), ...(field === "state" ? ["dispatched"] : ["nobody"]));
const maybeList = <T>(one: fc.Arbitrary<T>) => fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 14 }));
const filters = fc
  .record(
    {
      ...Object.fromEntries(EQUAL.map((field) => [field, maybeList(value(field))])),
      job: maybeList(fc.constantFrom(...all.map(({ id }) => id), 987_654)),
      after: fc.constantFrom(...times),
      before: fc.constantFrom(...times),
      label: fc.constantFrom({ env: "production" }, { env: "production", fast: true }, { customer: "12" }, { env: 7 }),
      text: fc.constantFrom(
        "in",
        "invoice",
        "invoice 1",
        "mine",
        "env=production",
        "12",
        "true",
        "x",
        ...all.map(({ id }) => String(id)),
      ),
    },
    { requiredKeys: [] },
  )
  // Most random filters of five fields mean nothing; one to three fields are where the meaning is.
  .map((filter) => Object.fromEntries(Object.entries(filter).slice(0, 3)));

test("every field, alone, means what it says", async () => {
  for (const field of EQUAL)
    for (const one of [...valuesOf(field), valuesOf(field)]) {
      if (one.length === 0) continue;
      const wanted = expected({ [field]: one }, "newest");
      expect(wanted.length, `${field}=${one}`).toBeGreaterThan(0);
      expect(await everyPage({ [field]: one }, "newest", 7), `${field}=${one}`).toEqual(wanted);
      expect(await count(db, viewer, team.id, { [field]: one }), `${field}=${one}`).toBe(wanted.length);
    }
});

test("any filter in any order gives all that it means, page by page, once each, and counts it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        { weight: 3, arbitrary: filters.map((f) => Object.fromEntries(Object.entries(f).slice(0, 1))) },
        { weight: 5, arbitrary: filters },
      ),
      fc.constantFrom(...Object.keys(ORDERS)),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 60 }),
      async (filter, order, limit, cap) => {
        // A running job's duration grows while its page is read.
        fc.pre(
          order !== "longest" ||
            !expected(filter, order).some((id) => all.find((row) => row.id === id)?.state === "running"),
        );
        expect(await everyPage(filter, order, limit)).toEqual(expected(filter, order));
        const n = expected(filter, "newest").length;
        expect(await count(db, viewer, team.id, filter, cap)).toBe(Math.min(n, cap + 1));
      },
    ),
    { numRuns: 150 },
  );
});
