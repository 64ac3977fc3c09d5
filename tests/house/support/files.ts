import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** The repository. */
export const ROOT = resolve(import.meta.dirname, "../../..");

/** One source file. */
export interface SourceFile {
  /** From the repository's root, with slashes. */
  path: string;
  text: string;
}

const NOT_OURS = new Set(["node_modules", "generated", "dist", "build", "test-results"]);

/** Every source file of the repository whose name ends in one of these, generated ones excepted. */
export function sources(...endings: string[]): SourceFile[] {
  return walk(ROOT)
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path: relative(ROOT, path).replaceAll("\\", "/"), text: readFileSync(path, "utf8") }))
    .sort((a, b) => a.path.localeCompare(b.path));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const hidden = entry.name.startsWith(".") && entry.name !== ".ci";
      return hidden || NOT_OURS.has(entry.name) ? [] : walk(path);
    }
    return entry.isFile() ? [path] : [];
  });
}
