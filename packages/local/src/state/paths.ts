import { createHash } from "node:crypto";
import { accessSync, chmodSync, constants, existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { LocalStackError } from "../errors.ts";

/** The checkout that this package is part of. */
export const REPOSITORY = resolve(import.meta.dirname, "../../../..");

/** Native Postgres runs as another user when this process is root, because it refuses to run as root. */
export const RUNS_AS_ROOT = process.getuid?.() === 0;

/**
 * The state folder in use: `stateDir`, else `HOLDFAST_STATE`, else `.holdfast` in the checkout. Absolute.
 * @throws {LocalStackError} rule `local.state_not_a_folder`, exit code 2
 */
export function resolveStateDir(stateDir?: string, env: NodeJS.ProcessEnv = process.env): string {
  const path = resolve(REPOSITORY, stateDir ?? (env.HOLDFAST_STATE || ".holdfast"));
  if (isFolderOrAbsent(path)) return path;
  throw new LocalStackError(
    "local.state_not_a_folder",
    `the state folder ${path} (HOLDFAST_STATE) is a file, or lies inside one`,
    "set HOLDFAST_STATE to a folder, which may be one that does not exist yet",
    2,
  );
}

function isFolderOrAbsent(path: string): boolean {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status) return status.isDirectory();
  } catch {
    // Not to be looked at: said when the folder is used.
    return true;
  }
  return dirname(path) === path || isFolderOrAbsent(dirname(path));
}

/** Creates the state folder (0700: it holds every secret of the stack) and its `logs`. */
export function ensureStateDir(stateDir: string): void {
  try {
    mkdirSync(join(stateDir, "logs"), { recursive: true, mode: 0o700 });
    // mkdir's mode is only for folders it makes, and is cut by the umask.
    chmodSync(stateDir, 0o700);
  } catch (error) {
    throw new LocalStackError(
      "local.state_not_writable",
      `the state folder ${stateDir} cannot be used: ${(error as Error).message}`,
      "give it to this user (chown), or choose another with HOLDFAST_STATE=<folder>",
      3,
      { cause: error },
    );
  }
}

/**
 * Where Postgres' own files live. As an ordinary user: in the state folder. As root: outside, in a folder named by the
 * state folder's path, since neither a 0700 home nor the 0700 state folder may be entered by the user Postgres runs as.
 */
export function resolveDataHome(stateDir: string): string {
  if (!RUNS_AS_ROOT) return join(stateDir, "postgres");
  const real = existsSync(stateDir) ? realpathSync(stateDir) : stateDir;
  return join(systemHome(), createHash("sha256").update(real).digest("hex").slice(0, 16));
}

/**
 * Where the copy of Postgres' programs lives: shared by every stack of this checkout (as root: of this machine), or
 * beside the data of the one stack where the checkout belongs to another user.
 */
export function resolveProgramsHome(dataHome: string): string {
  if (RUNS_AS_ROOT) return join(systemHome(), "postgres");
  const shared = join(REPOSITORY, ".holdfast");
  return isWritable(existsSync(shared) ? shared : REPOSITORY) ? join(shared, "programs") : join(dataHome, "programs");
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The parent of {@link resolveDataHome} as root. */
export function systemHome(): string {
  return existsSync("/var/lib") ? "/var/lib/holdfast" : join(tmpdir(), "holdfast-root");
}
