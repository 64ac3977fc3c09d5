import "./production.ts";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const APP = join(import.meta.dirname, "..");
const STAMP = join(APP, "build", ".built-from");

/** Where `react-router build` puts the browser's files and the server's module. */
export const BUILD = { client: join(APP, "build/client"), server: join(APP, "build/server/index.js") };

/** Builds the app unless the build there is of exactly these sources. Takes about 3 s; says whether it built. */
export async function build(): Promise<boolean> {
  const wanted = digestOfSources();
  if (existsSync(BUILD.server) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return false;
  // Loaded only now: a server that has its build needs no bundler.
  const { createBuilder } = await import("vite");
  const before = process.cwd();
  process.chdir(APP);
  try {
    const builder = await createBuilder({ root: APP, mode: "production", configFile: join(APP, "vite.config.ts") });
    await builder.buildApp();
  } finally {
    process.chdir(before);
  }
  writeFileSync(STAMP, wanted);
  return true;
}

function digestOfSources(): string {
  const hash = createHash("sha256");
  const files = globSync(
    ["app/**/*", "package.json", "*.config.ts", "../../pnpm-lock.yaml", "../../packages/client/src/**/*.ts"],
    {
      cwd: APP,
      withFileTypes: true,
    },
  );
  for (const file of files
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(file).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

if (import.meta.main) {
  const began = performance.now();
  console.log(
    (await build()) ? `built in ${((performance.now() - began) / 1000).toFixed(1)} s` : "the build is current",
  );
}
