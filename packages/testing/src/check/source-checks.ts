import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ProgramFailed, programOf, ROOT, runNode } from "./run-program.ts";

/** Types of every package, every app and the tests, each by its own tsconfig.json. */
export async function checkTypes(): Promise<void> {
  const tsc = programOf("typescript", "tsc");
  const results = await Promise.allSettled(projects().map((project) => runNode(tsc, "--project", project)));
  throwAll(results);
}

/** Every rule of the linter and the formatter, imports in order. Warnings are no failure. */
export async function checkStyle(): Promise<void> {
  await runNode(programOf("@biomejs/biome", "biome"), "ci", "--max-diagnostics=40", ".");
}

/** Who may import whom, file sizes, clean sources, top level: the guards in tests/house. */
export async function checkHouse(): Promise<void> {
  const config = join(ROOT, "packages/testing/house.vitest.config.ts");
  await runNode(programOf("vitest", "vitest"), "run", "--config", config, "--reporter=dot", "--silent");
}

function projects(): string[] {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name)),
  );
  return [...folders, join(ROOT, "tests")].filter((folder) => existsSync(join(folder, "tsconfig.json")));
}

/** Reports every failure, not only the first: one look at the output has to be enough. */
function throwAll(results: PromiseSettledResult<unknown>[]): void {
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (failures.length > 0) throw new ProgramFailed(failures.map(({ message }) => message).join("\n"));
}
