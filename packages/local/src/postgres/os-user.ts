import { execFileSync } from "node:child_process";
import { LocalStackError } from "../errors.ts";
import { RUNS_AS_ROOT } from "../state/paths.ts";

/** The user that Postgres runs as when this process is root. */
export interface OsUser {
  uid: number;
  gid: number;
}

const NAME = "postgres";

/**
 * The user to run Postgres as: `undefined` (this one) for an ordinary user; for root the system user `postgres`, which
 * is created when the machine has none.
 */
export function postgresUser(): OsUser | undefined {
  if (!RUNS_AS_ROOT) return undefined;
  const known = lookUp();
  if (known) return known;
  try {
    execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME], {
      stdio: "pipe",
    });
  } catch (error) {
    throw noUser(error);
  }
  const made = lookUp();
  if (!made) throw noUser();
  return made;
}

function lookUp(): OsUser | undefined {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, NAME], { encoding: "utf8", stdio: "pipe" }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

function noUser(cause?: unknown): LocalStackError {
  return new LocalStackError(
    "local.no_postgres_user",
    `Postgres refuses to run as root, and the system user "${NAME}" is missing and could not be created`,
    `create it (useradd --system --user-group --no-create-home ${NAME}), or run as an ordinary user`,
    1,
    { cause },
  );
}
