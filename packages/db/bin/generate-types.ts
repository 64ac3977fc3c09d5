import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// `generate-types.ts URL` writes src/generated/database.ts from a migrated database; `pnpm types` gives it a throwaway one.
// With --check nothing is written, and the exit code is 1 when the file is not what the database says.

const root = join(import.meta.dirname, "../../..");
const target = join(import.meta.dirname, "../src/generated/database.ts");

const args = process.argv.slice(2);
const check = args.includes("--check");
const url = new URL(args.find((arg) => !arg.startsWith("--")) ?? fail("name the database: generate-types.ts URL"));
if (["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) url.searchParams.set("sslmode", "disable");

const generated = supabaseTypes(["gen", "types", "--lang=typescript", "--schema=holdfast", `--remote=${url}`]);
if (!check) {
  writeFileSync(target, generated);
} else if (readFileSync(target, "utf8") !== generated) {
  fail("packages/db/src/generated/database.ts is not what the migrations make: run `pnpm types`");
}

function supabaseTypes(programArgs: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(join(root, "node_modules/.bin/supabase"), programArgs, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DO_NOT_TRACK: "1" },
  });
  if (status === 0 && stdout.includes("export type Database")) return `${stdout.trim()}\n`;
  return fail(`supabase gen types failed: ${error?.message ?? stderr}`);
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
