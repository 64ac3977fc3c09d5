import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createTestDatabase } from "@holdfast/testing";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";

// Runs supabase/tests/*.test.sql as `supabase test db` would, without its Docker.

const FOLDER = resolve(import.meta.dirname, "../../supabase/tests");
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".test.sql"));

const db = await createTestDatabase();
afterAll(() => db.drop());
await db.pool().query("create extension if not exists pgtap with schema extensions");

/** One line of TAP that is not ok, with the diagnostics that follow it. */
interface Failure {
  title: string;
  diagnostics: string;
}

interface TapResult {
  planned: number;
  passed: number;
  failures: Failure[];
}

/** Runs a file, optionally after statements that break what it checks; everything is rolled back by the file itself. */
async function runFile(name: string, breakage = ""): Promise<TapResult> {
  const sql = await readFile(join(FOLDER, name), "utf8");
  const client = new pg.Client({ connectionString: db.url() });
  await client.connect();
  try {
    // One simple query, as psql -f would send statement by statement; `breakage` goes inside the file's transaction.
    const results = (await client.query(
      sql.replace(/^begin;$/m, `begin;\n${breakage}`),
    )) as unknown as pg.QueryResult[];
    return readTap(
      results.flatMap((result) => result.rows.flatMap((row) => String(Object.values(row)[0]).split("\n"))),
    );
  } finally {
    await client.end();
  }
}

function readTap(lines: string[]): TapResult {
  const result: TapResult = { planned: 0, passed: 0, failures: [] };
  for (const line of lines) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan) result.planned = Number(plan[1]);
    else if (line.startsWith("not ok")) result.failures.push({ title: line, diagnostics: "" });
    else if (line.startsWith("ok")) result.passed++;
    else if (line.startsWith("#") && result.failures.length > 0) {
      const last = result.failures.at(-1) as Failure;
      last.diagnostics += `${line}\n`;
    }
  }
  return result;
}

describe("the pgTAP suite", () => {
  test.each(files)("%s holds, and runs every test it planned", async (name) => {
    const { planned, passed, failures } = await runFile(name);
    expect(failures.map(({ title, diagnostics }) => `${title}\n${diagnostics}`).join("\n")).toBe("");
    expect(passed).toBe(planned);
    expect(planned).toBeGreaterThan(0);
  });
});

const BREAKAGES: [what: string, file: string, breakage: string, fails: RegExp][] = [
  [
    "a table without row level security",
    "protection.test.sql",
    "create table holdfast.naked (id int);",
    /every table and every leaf has row level security/,
  ],
  [
    "a leaf without row level security",
    "protection.test.sql",
    "alter table holdfast_parts.run_output_default disable row level security;",
    /every leaf/,
  ],
  [
    "a policy for everybody",
    "protection.test.sql",
    "create policy p on holdfast.duties for select using (true);",
    /names its role/,
  ],
  [
    "a policy that admits updates",
    "protection.test.sql",
    "create policy p on holdfast.jobs for update to authenticated using (true);",
    /never an update/,
  ],
  [
    "a policy that forgets the workspace",
    "protection.test.sql",
    "create policy p on holdfast.jobs for select to authenticated using (true);",
    /by its members only/,
  ],
  [
    "a view with its owner's rights",
    "protection.test.sql",
    "create view holdfast.peek as select 1 as one;",
    /rights of who asks/,
  ],
  [
    "a function with an open search path",
    "protection.test.sql",
    "create function holdfast.f() returns int language sql as 'select 1';",
    /empty search path/,
  ],
  [
    "a definer function for API roles",
    "protection.test.sql",
    "create function public.f() returns int language sql security definer set search_path = '' as 'select 1';",
    /in any schema/,
  ],
  [
    "a function open to public",
    "protection.test.sql",
    "create function holdfast_private.f() returns int language sql set search_path = '' as 'select 1';",
    /called by public/,
  ],
  [
    "a grant too many on a table",
    "grants.test.sql",
    "grant update on holdfast.jobs to authenticated;",
    /all other tables/,
  ],
  [
    "a grant too many on a column",
    "grants.test.sql",
    "grant insert (state) on holdfast.jobs to authenticated;",
    /columns are open/,
  ],
  ["a grant too few", "grants.test.sql", "revoke select on holdfast.runs from authenticated;", /written by nobody/],
  [
    "a function for a role too many",
    "grants.test.sql",
    "grant execute on function holdfast_private.reap() to holdfast_worker;",
    /each function may be called/,
  ],
  [
    "a schema opened",
    "grants.test.sql",
    "grant usage on schema holdfast_parts to authenticated;",
    /each schema is open/,
  ],
  ["a table opened to anon", "grants.test.sql", "grant select on holdfast.roles to anon;", /without a token/],
  [
    "a column nobody described",
    "comments.test.sql",
    "alter table holdfast.jobs add column mystery text;",
    /every column/,
  ],
  [
    "a function nobody described",
    "comments.test.sql",
    "create function holdfast.f() returns int language sql set search_path = '' as 'select 1';",
    /every function/,
  ],
  [
    "a foreign key without an index",
    "structure.test.sql",
    "alter table holdfast.jobs add column boss uuid references holdfast.workspaces (id);",
    /every foreign key/,
  ],
  [
    "an enum for a state",
    "structure.test.sql",
    "create type holdfast.mood as enum ('good'); alter table holdfast.jobs add column mood holdfast.mood;",
    /no enums/,
  ],
  [
    "a transition the trigger does not know",
    "structure.test.sql",
    "insert into holdfast.job_transitions values ('blocked', 'running', 'x');",
    /knows exactly the rows/,
  ],
  [
    "a trigger switched off",
    "structure.test.sql",
    "alter table holdfast.jobs disable trigger jobs__fill;",
    /switched off/,
  ],
];

describe.each(BREAKAGES)("%s", (_what, file, breakage, fails) => {
  test("is noticed", async () => {
    const { failures } = await runFile(file, breakage);
    expect(failures.map(({ title }) => title)).toContainEqual(expect.stringMatching(fails));
  });
});
