import "./production.ts";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const APP = join(import.meta.dirname, "..");
const BUILDS = join(APP, "build");
/** Builds that are kept: a server that was started from an earlier one goes on reading its files. */
const KEPT = 3;

/** A build of the app: the browser's files, and the server's module. */
export interface Build {
  client: string;
  server: string;
  /** True when it was made now; false when it was there. */
  made: boolean;
}

/**
 * The build of exactly these sources; made when it is not there, which takes about 5 s. It appears whole or not at all, so
 * processes that build at the same time do not disturb each other. Made by a process of its own: a bundler takes 800 MB, which
 * a server would keep for as long as it runs.
 */
export async function build(): Promise<Build> {
  const folder = join(BUILDS, digestOfSources());
  const made = !existsSync(folder);
  if (made) {
    const child = spawn(process.execPath, [import.meta.filename], { stdio: ["ignore", "ignore", "inherit"] });
    const code = await new Promise<number | null>((done) => child.once("error", () => done(null)).once("exit", done));
    if (code !== 0)
      throw new Error(`the admin app could not be built (node apps/admin/server/build.ts ended with ${code})`);
  }
  return { client: join(folder, "client"), server: join(folder, "server/index.js"), made };
}

async function make(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(BUILDS, { recursive: true });
  process.env.HOLDFAST_ADMIN_BUILD = draft;
  // Loaded only now: a server that has its build needs no bundler. It looks for its configuration where the process is.
  const { createBuilder } = await import("vite");
  const before = process.cwd();
  process.chdir(APP);
  try {
    const builder = await createBuilder({ root: APP, mode: "production", configFile: join(APP, "vite.config.ts") });
    await builder.buildApp();
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    process.chdir(before);
    rmSync(draft, { recursive: true, force: true });
  }
  const builds = readdirSync(BUILDS).filter((name) => !name.includes("."));
  const age = (name: string) => statSync(join(BUILDS, name)).mtimeMs;
  for (const old of builds.sort((a, b) => age(b) - age(a)).slice(KEPT)) {
    rmSync(join(BUILDS, old), { recursive: true, force: true });
  }
}

function digestOfSources(): string {
  const hash = createHash("sha256").update(process.versions.node);
  const sources = ["app/**/*", "public/**/*", "package.json", "*.config.ts", "../../packages/client/src/**/*.ts"];
  const files = globSync([...sources, "../../pnpm-lock.yaml"], { cwd: APP, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(file.slice(APP.length)).update("\0").update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

if (import.meta.main) {
  const began = performance.now();
  const folder = join(BUILDS, digestOfSources());
  const made = !existsSync(folder);
  if (made) await make(folder);
  console.log(made ? `built in ${((performance.now() - began) / 1000).toFixed(1)} s` : "the build is current");
}
