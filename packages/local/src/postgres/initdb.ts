import { spawnSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LocalStackError } from "../errors.ts";
import type { OsUser } from "./os-user.ts";
import type { Programs } from "./programs.ts";
import { writeOwned } from "./settings.ts";

/**
 * Makes an empty cluster in `<home>/data` whose superuser is `supabase_admin`.
 *
 * Made under another name and then renamed: a start that is killed in the middle leaves no half-made cluster behind
 * that the next one would take for a whole one.
 */
export function initdb(programs: Programs, home: string, password: string, user: OsUser | undefined): void {
  const draft = join(home, "data.new");
  const passwordFile = join(home, ".password");
  rmSync(draft, { recursive: true, force: true });
  writeOwned(passwordFile, `${password}\n`, user);
  try {
    const args = ["--pgdata", draft, "--username", "supabase_admin", "--pwfile", passwordFile];
    // The built-in C.UTF-8 gives every machine the same order and needs no locale installed.
    args.push("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C");
    args.push("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions");
    const run = spawnSync(programs.initdb, args, { cwd: home, env: serverEnvironment(), ...user, encoding: "utf8" });
    if (run.status !== 0) {
      throw new LocalStackError(
        "local.initdb_failed",
        `initdb failed: ${run.error?.message ?? `${run.stdout}${run.stderr}`.trim()}`,
        `check the free space and the permissions of ${home}`,
      );
    }
    renameSync(draft, join(home, "data"));
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

/** A clean environment: PG* variables of the shell must not reach the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}
