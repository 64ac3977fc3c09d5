import { realpathSync, statSync } from "node:fs";
import { isAbsolute, resolve, sep } from "node:path";
import { RunFailure } from "../run/run-failure.ts";
import type { CommandSpec } from "../spec/run-spec.ts";

/**
 * Resolves the working directory through all symbolic links and checks that it lies in one of the workspace's roots.
 *
 * Without a wanted directory: the run's own directory, so that a command nobody placed leaves its files where nobody else's are.
 *
 * @throws {RunFailure} `cwd_missing`, or `cwd_outside_roots` naming what was asked, what it resolves to, and the roots.
 */
export function resolveCwd(command: CommandSpec, runDirectory: string): string {
  if (command.cwd === null) return realpathSync(runDirectory);
  const wanted = fromRoot(command.cwd, command.roots[0] ?? runDirectory);
  const resolved = realDirectory(wanted);
  if (resolved === null) throw missing(wanted);
  const roots = command.roots.flatMap((root) => realDirectory(root) ?? []);
  if (!roots.some((root) => isInside(resolved, root))) throw outside(wanted, resolved, command.roots);
  return resolved;
}

function fromRoot(cwd: string, root: string): string {
  return isAbsolute(cwd) ? cwd : resolve(root, cwd);
}

function realDirectory(path: string): string | null {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function missing(wanted: string): RunFailure {
  const message = `The working directory ${wanted} does not exist on this host, is not a directory, or may not be entered: create it, or correct cwd.`;
  return new RunFailure({ message, class: "cwd_missing", retry: false });
}

function outside(wanted: string, resolved: string, roots: readonly string[]): RunFailure {
  const allowed = roots.length > 0 ? roots.join(", ") : "none";
  const where = wanted === resolved ? wanted : `${wanted}, which is really ${resolved},`;
  const message = `The working directory ${where} lies outside the allowed roots of the workspace (${allowed}): choose a directory in one of them, or have an admin add a root.`;
  return new RunFailure({ message, class: "cwd_outside_roots", retry: false });
}
