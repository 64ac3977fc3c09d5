import { databaseUrl } from "../postgres/database-url.ts";
import type { Secrets } from "../state/secrets.ts";
import type { StackRecord } from "../state/stack-file.ts";
import type { LocalUsers } from "../users/local-users.ts";
import type { Stack } from "./stack.ts";

/** The part of a {@link Stack} that says how to reach it. */
export type ReachableStack = Omit<Stack, "attached" | "firstStart" | "postgres" | "stop" | typeof Symbol.asyncDispose>;

/** Puts record, secrets and users of a stack together. */
export function reachableStack(
  record: StackRecord,
  secrets: Secrets,
  users: LocalUsers,
  stateDir: string,
): ReachableStack {
  return {
    stateDir,
    dbPort: record.dbPort,
    apiPort: record.apiPort,
    apiUrl: record.apiUrl,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
    jwtSecret: secrets.jwtSecret,
    users,
    databaseUrl: (role = "postgres", database = "postgres") => databaseUrl(record.dbPort, role, secrets, database),
  };
}
