import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT } from "./support/files.ts";

const AGREED = [
  "LICENSE",
  "README.md",
  "apps",
  "package.json",
  "packages",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "supabase",
  "tests",
  "tsconfig.base.json",
];

/** What a folder holds beyond and short of the agreed names. Dotfiles and installed packages do not count. */
function differences(names: readonly string[]): { surplus: string[]; missing: string[] } {
  const visible = names.filter((name) => !name.startsWith(".") && name !== "node_modules");
  return {
    surplus: visible.filter((name) => !AGREED.includes(name)),
    missing: AGREED.filter((name) => !visible.includes(name)),
  };
}

test("the top level holds what was agreed, and nothing else", () => {
  expect(differences(readdirSync(ROOT))).toEqual({ surplus: [], missing: [] });
});

test("the guard fires on a name too many and on one too few", () => {
  expect(differences([...AGREED.slice(1), "scripts", ".ci", "node_modules"])).toEqual({
    surplus: ["scripts"],
    missing: ["LICENSE"],
  });
});
