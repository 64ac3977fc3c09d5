import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../src/index.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, "config.toml");
  writeFileSync(path, content);
  return path;
}

const API = '[api]\nport = 54321\nschemas = ["holdfast"]\n';

test("the repository's own config.toml gives Supabase's ports and exposes the schema holdfast", () => {
  expect(readConfig({})).toMatchObject({ apiPort: 54321, dbPort: 54322, schemas: ["holdfast"] });
});

test("the environment overrides both ports", () => {
  const config = readConfig({ HOLDFAST_API_PORT: "6001", HOLDFAST_DB_PORT: "6002" });
  expect(config).toMatchObject({ apiPort: 6001, dbPort: 6002 });
});

test.each([
  ["HOLDFAST_DB_PORT", "abc"],
  ["HOLDFAST_API_PORT", "0"],
  ["HOLDFAST_API_PORT", "65536"],
])("%s=%s is refused by name, exit code 2", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(`${name}=${value}`) }),
  );
});

test.each([
  ["a port that is text", `${API}[db]\nport = "x"\n`, /db\.port/],
  ["no exposed schema", "[api]\nschemas = []\n[db]\n", /api\.schemas/],
  ["no [db] part", API, /db/],
  ["something that is not TOML", "[api\n", /is not TOML/],
  ["one port for both", `${API}[db]\nport = 54321\n`, /both given port 54321/],
])("a config.toml with %s is refused with the field named", (_what, content, named) => {
  expect(() => readConfig({}, file(content))).toThrow(named);
});
