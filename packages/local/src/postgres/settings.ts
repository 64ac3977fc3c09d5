import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OsUser } from "./os-user.ts";

const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  // No socket: one door less, and no limit on the length of the state folder's path.
  unix_socket_directories: "",
  max_connections: "300",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
  log_line_prefix: "%m [%p] %q%u@%d ",
};

/** Writes postgresql.conf and pg_hba.conf, at every start, so that a change of this file reaches old clusters. */
export function writeSettings(dataDir: string, extra: Record<string, string>, owner: OsUser | undefined): void {
  const lines = Object.entries({ ...SETTINGS, ...extra }).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`,
  );
  writeOwned(
    join(dataDir, "postgresql.conf"),
    `# Written by packages/local at every start.\n${lines.join("\n")}\n`,
    owner,
  );
  writeOwned(join(dataDir, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n", owner);
}

/** Writes a file (0600) that the user Postgres runs as can read. */
export function writeOwned(path: string, content: string, owner: OsUser | undefined): void {
  writeFileSync(path, content, { mode: 0o600 });
  if (owner) chownSync(path, owner.uid, owner.gid);
}
