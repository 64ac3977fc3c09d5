import type { LoginRole, Secrets } from "../state/secrets.ts";

/** The connection string of a role of the local stack. */
export function databaseUrl(port: number, role: LoginRole, secrets: Secrets, database = "postgres"): string {
  return `postgresql://${role}:${encodeURIComponent(secrets.passwords[role])}@127.0.0.1:${port}/${database}`;
}
