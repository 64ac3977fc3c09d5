import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARROWS, importsOf, trespasses } from "./support/arrows.ts";
import { ROOT, sources } from "./support/files.ts";

test("no package imports what it may not", () => {
  expect(trespasses(sources(".ts", ".tsx", ".mjs", ".js"))).toEqual([]);
});

test("every package and app has its arrows drawn", () => {
  const homes = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
  );
  expect(homes.filter((home) => !(home in ARROWS))).toEqual([]);
});

describe("the guard fires on", () => {
  test.each([
    ["client importing the database", "packages/client/src/a.ts", 'import { pool } from "@holdfast/db";'],
    ["db importing anything of ours", "packages/db/src/a.ts", 'export * from "@holdfast/client";'],
    ["runner importing all of db", "packages/runner/src/a.ts", 'import type { A } from "@holdfast/db";'],
    ["supervisor importing a worker", "packages/supervisor/src/a.ts", 'const w = await import("@holdfast/worker");'],
    ["admin importing the database", "apps/admin/app/a.ts", 'import "@holdfast/db/runs";'],
    ["shipped code importing test helpers", "packages/cli/src/a.ts", 'import { job } from "@holdfast/testing";'],
    ["a relative path into another package", "packages/cli/src/a.ts", 'import { a } from "../../db/src/index.ts";'],
    ["a package nobody drew", "packages/new/src/a.ts", ""],
  ])("%s", (_what, path, text) => {
    expect(trespasses([{ path, text }])).toHaveLength(1);
  });
});

test("the guard lets through what is allowed, and reads no comments", () => {
  const text =
    '// import { a } from "@holdfast/worker";\n/* import "@holdfast/cli" */\nimport { b } from "@holdfast/db/runs";\nimport pg from "pg";\nimport { c } from "../c.ts";';
  expect(trespasses([{ path: "packages/runner/src/run/a.ts", text }])).toEqual([]);
  expect(importsOf('import {\n  a,\n  type B,\n} from "x";')).toEqual(["x"]);
});
