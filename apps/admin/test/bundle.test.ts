import { appendFileSync, cpSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "../server/build.ts";
import { BUILDING_MS } from "./support/app.ts";
import { filesOf, findings, firstLoads, NOT_IN_BROWSER, NOT_IN_SERVER } from "./support/bundle.ts";

const APP = join(import.meta.dirname, "../app");
/** Bytes of JavaScript, after gzip, that no page needs more of before it can be used. */
const MOST = 250_000;

let client: string;
let server: string;
let copies: string;
beforeAll(async () => {
  const built = await build();
  client = built.client;
  server = join(built.server, "..");
  copies = mkdtempSync(join(tmpdir(), "holdfast-bundle-"));
}, BUILDING_MS);
afterAll(() => rmSync(copies, { recursive: true, force: true }));

test("nothing that a browser is given holds a secret, a database's address or a module of the server", () => {
  expect(filesOf(client).length).toBeGreaterThan(30);
  expect(findings(client, NOT_IN_BROWSER)).toEqual([]);
});

test("the server's bundle knows no database and no secret key", () => {
  expect(findings(server, NOT_IN_SERVER)).toEqual([]);
});

test("neither tells where it was built", () => {
  const here = ["where it was built", new RegExp(join(APP, "..").replaceAll(/[.\\+*?^$()[\]{}|]/g, "\\$&"))] as const;
  expect([...findings(client, [here]), ...findings(server, [here])]).toEqual([]);
});

describe("the scan fires on", () => {
  test.each([
    ["a secret key", 'const key="sb_secret_0123";'],
    ["the role that passes by row level security", '{role:"service_role"}'],
    ["a database's address", 'x("postgres://u:p@h/d")'],
    ["a database's address", 'x("postgresql://h")'],
    ["a token", `x("${["eyJhbGciOiJIUzI1NiJ9", "eyJyb2xlIjoiYW5vbiJ9", "x"].join(".")}")`],
    ["the server's settings", "process.env.HOLDFAST_KEY"],
    ["a module of the server", 'import"./session.server-abc.js"'],
    ["the client of the Data API or of Auth", "class PostgrestClient{}"],
    ["the client of the Data API or of Auth", 'import"@supabase/ssr"'],
    ["a database driver", 'import q from"pg"'],
    ["a module of Node", 'import{join}from"node:path"'],
    ["a source map", "//# sourceMappingURL=root.js.map"],
  ])("%s in the browser's files: %s", (what, planted) => {
    const copy = mkdtempSync(join(copies, "client-"));
    cpSync(client, copy, { recursive: true });
    const [script] = globSync("assets/root-*.js", { cwd: copy });
    appendFileSync(join(copy, script as string), planted);
    expect(findings(copy, NOT_IN_BROWSER)).toEqual([`${script}: ${what}`]);
  });

  test.each([
    ["the setting with a database's address", "process.env.HOLDFAST_DATABASE_URL"],
    ["a database driver", 'import pg from "pg";'],
    ["a database driver", 'import { jobs } from "@holdfast/db/jobs";'],
    ["the role that passes by row level security", "service_role"],
  ])("%s in the server's bundle: %s", (what, planted) => {
    const copy = mkdtempSync(join(copies, "server-"));
    cpSync(server, copy, { recursive: true });
    appendFileSync(join(copy, "index.js"), planted);
    expect(findings(copy, NOT_IN_SERVER)).toEqual([`index.js: ${what}`]);
  });

  test("the name of each module that is the server's", () => {
    const [, pattern] = NOT_IN_BROWSER.find(([what]) => what === "a module of the server") ?? [];
    const names = globSync("**/*.server.ts", { cwd: APP }).map((file) => basename(file, ".ts"));
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !pattern?.test(name))).toEqual([]);
  });
});

test(`no page loads more than ${MOST / 1000} kB of JavaScript before it can be used`, () => {
  const loads = firstLoads(client).sort((a, b) => b.script - a.script);
  expect(loads.length).toBeGreaterThan(12);
  const kB = (size: number) => (size / 1000).toFixed(1).padStart(7);
  const lines = loads.map(
    ({ path, script, style, files }) => `${kB(script)}${kB(style)}${String(files).padStart(7)}  ${path}`,
  );
  console.log(`first load, kB after gzip\n script  style  files  page\n${lines.join("\n")}`);
  for (const { path, script, files } of loads) {
    // Less would mean that the graph was not followed: React alone is more.
    expect(script, path).toBeGreaterThan(80_000);
    expect(files, path).toBeGreaterThan(5);
    expect(script, path).toBeLessThan(MOST);
  }
});
