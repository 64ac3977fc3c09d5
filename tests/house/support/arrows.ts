import { dirname, join, normalize } from "node:path/posix";
import type { SourceFile } from "./files.ts";

/** Folder below packages/ or apps/ -> what its sources may import of ours. `*`: everything. */
export const ARROWS: Record<string, readonly string[] | "*"> = {
  "packages/db": [],
  // Shared types only, and there are none yet.
  "packages/client": [],
  "packages/local": ["db"],
  // A runner must start in 80 ms: only the part of db that has no pool, no query builder and no schema library.
  "packages/runner": ["db/runs"],
  "packages/worker": ["db", "runner"],
  "packages/supervisor": ["db"],
  "packages/readiness": ["db"],
  "packages/testing": ["admin", "db", "local"],
  "packages/cli": "*",
  "apps/worker": "*",
  // No database connection: only the project's address and the publishable key.
  "apps/admin": ["client"],
};

/** Before anything is installed no package name resolves: the entry that installs what is missing is found by its path. */
const BEFORE_INSTALLING = new Set(["packages/cli/bin/holdfast.mjs -> packages/local/bin/bootstrap.mjs"]);

/** One import that no arrow allows. */
export interface Trespass {
  file: string;
  imports: string;
  why: string;
}

/** What the sources (src and bin, not tests) of packages and apps import that they may not. */
export function trespasses(files: readonly SourceFile[]): Trespass[] {
  return files.flatMap((file) => {
    const home = /^(?:packages|apps)\/[^/]+/.exec(file.path)?.[0];
    if (home === undefined || !/^(?:packages|apps)\/[^/]+\/(?:src|bin|app|server)\//.test(file.path)) return [];
    const allowed = ARROWS[home];
    if (allowed === undefined) return [{ file: file.path, imports: "", why: `${home} has no line in ARROWS` }];
    return importsOf(file.text).flatMap((name) => {
      const why = judge(file.path, home, allowed, name);
      return why === undefined ? [] : [{ file: file.path, imports: name, why }];
    });
  });
}

function judge(path: string, home: string, allowed: readonly string[] | "*", name: string): string | undefined {
  if (name.startsWith(".")) {
    const target = normalize(join(dirname(path), name));
    return target.startsWith(`${home}/`) || BEFORE_INSTALLING.has(`${path} -> ${target}`)
      ? undefined
      : "leaves its package by a relative path";
  }
  if (!name.startsWith("@holdfast/")) return undefined;
  const target = name.slice("@holdfast/".length);
  if (`packages/${target}` === home) return "imports itself by its own name";
  if (target === "testing" || target.startsWith("testing/")) return "imports test helpers into shipped code";
  if (allowed === "*") return undefined;
  const fits = allowed.some((one) => target === one || (!one.includes("/") && target.startsWith(`${one}/`)));
  return fits ? undefined : `may import ${allowed.length > 0 ? allowed.join(", ") : "nothing"} of ours`;
}

/** Names in import and export-from statements, and in import() and require() of a literal. */
export function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(
    /^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|^\s*import\s*["']([^"']+)["']/gm,
  );
  const calls = code.matchAll(/\b(?:import|require)\(\s*["']([^"']+)["']/g);
  return [...statements, ...calls].map((match) => (match[1] ?? match[2]) as string);
}
