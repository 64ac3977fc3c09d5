import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createTestDatabase } from "@holdfast/testing";
import { expect, test } from "vitest";

const SUPABASE = resolve(import.meta.dirname, "../../supabase");
const readme = readFileSync(join(SUPABASE, "README.md"), "utf8");
const chapters = readdirSync(join(SUPABASE, "migrations")).map((name) =>
  readFileSync(join(SUPABASE, "migrations", name), "utf8"),
);

/** `rule status`, for every refusal that the chapters can raise. */
function raised(): string[] {
  const found = new Set<string>();
  for (const sql of chapters) {
    for (const [, status, rule] of sql.matchAll(/\brefuse\((\d{3}), '([a-z_]+)'\s*,/g)) found.add(`${rule} ${status}`);
    for (const [, status, rule] of sql.matchAll(/errcode = 'PT(\d{3})'[\s\S]{0,800}?detail = 'holdfast\.([a-z_]+)'/g))
      found.add(`${rule} ${status}`);
    // refuse_unknown makes its rule from the name of what is unknown; acts pass it a queue, a lane or a class, and
    // check_scope a venture, a lane, a queue or a kind.
    for (const [, what] of sql.matchAll(/refuse_unknown\('([a-z]+)'/g)) found.add(`unknown_${what} 404`);
    if (/refuse_unknown\(p_scope/.test(sql))
      for (const what of ["queue", "lane", "class", "venture", "kind"]) found.add(`unknown_${what} 404`);
  }
  return [...found].sort();
}

test("the table of errors lists every rule that the SQL raises, with its status, and no other", () => {
  const listed = [...readme.matchAll(/^\| holdfast\.([a-z_]+) \| (4\d\d) \| .+ \|$/gm)].map(
    ([, rule, status]) => `${rule} ${status}`,
  );
  expect(raised().length).toBeGreaterThan(30);
  expect(listed.sort()).toEqual(raised());
});

test("every refusal in the chapters is one that this test can read", () => {
  const calls = chapters.flatMap((sql) => [...sql.matchAll(/^.*\brefuse\(.*$/gm)].map(([line]) => line.trim()));
  const strange = calls.filter(
    (line) =>
      !/refuse\(\d{3}, '[a-z_]+'\s*,/.test(line) &&
      !/refuse\(404, 'unknown_' \|\| p_what/.test(line) &&
      !/function holdfast_private\.refuse\((p_status )?int/.test(line) &&
      !/holdfast_private\.clock\(\), holdfast_private\.refuse/.test(line),
  );
  expect(strange).toEqual([]);
});

test("the picture of the states has exactly the arrows and verbs of job_transitions", async () => {
  await using db = await createTestDatabase();
  const { rows } = await db
    .pool()
    .query(
      "select from_state || ' --> ' || to_state || ': ' || verb as arrow from holdfast.job_transitions order by 1",
    );
  const picture = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const arrows = picture
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.includes("-->") && !line.includes("[*]"));
  expect(arrows.sort()).toEqual(rows.map((row) => row.arrow).sort());
});

test("the table of chapters lists every migration in reading order", () => {
  const names = readdirSync(join(SUPABASE, "migrations"))
    .sort()
    .map((name) => name.replace(/^\d+_|\.sql$/g, ""));
  const section = /## Chapters[\s\S]*?\n\n## /.exec(readme)?.[0] ?? "";
  const listed = [...section.matchAll(/^\| ([a-z_]+) \| /gm)]
    .map(([, name]) => name)
    .filter((name) => name !== "chapter");
  expect(listed).toEqual(names);
});

test("the gates the README names are the ones a job can be held by", () => {
  const gates = chapters.flatMap((sql) =>
    [
      ...sql.matchAll(
        /'(stop|approval|budget|(?:queue|lane)_paused|dependency|due_time|(?:queue|lane|class|key|suspect)_limit|(?:queue|lane)_rate)'/g,
      ),
    ].map(([, gate]) => gate as string),
  );
  const section = /## Gates[\s\S]*?\n## /.exec(readme)?.[0] ?? "";
  expect(new Set(gates).size).toBe(14);
  for (const gate of new Set(gates)) expect(section, gate).toMatch(new RegExp(`^\\|[^|]*\\b${gate}\\b`, "m"));
});
