import { CliError, EXIT } from "./cli-error.ts";

/** SQLSTATEs of a login that no repeat cures: wrong password, no such role, no such database. */
const REFUSED_LOGIN = new Set(["28P01", "28000", "3D000"]);

const SCHEMA_REMEDIES: Record<string, string> = {
  missing: "run holdfast migrate",
  older: "run holdfast migrate",
  newer: "update the checkout",
  edited: "restore the chapters it was made by; a local database is made anew with holdfast down --reset",
};

/**
 * An error of a database connection in the words of the person who has to act on it: exit code 2 for a wrong password or
 * schema, which only they can correct, 3 when the server cannot be reached. Anything else is returned as it is.
 */
export async function explainDatabaseError(error: unknown, url: string): Promise<unknown> {
  const [{ explainConnectionError, isConnectionError }, { SchemaMismatchError }] = await Promise.all([
    import("@holdfast/db/connection"),
    import("@holdfast/db/migrate"),
  ]);
  if (error instanceof SchemaMismatchError) {
    const { kind, database, code } = error;
    const versions = ` (schema of the database: ${database?.version ?? "none"}, of this code: ${code.version})`;
    return new CliError(`${error.message.split(/: run |: update |\. A local /)[0]}${versions}`, {
      hint: SCHEMA_REMEDIES[kind],
      rule: `schema_${kind}`,
      exitCode: EXIT.usage,
    });
  }
  if (error instanceof CliError || !isConnectionError(error)) return error;
  const { message, remedy, rule } = explainConnectionError(error, url);
  const typed = REFUSED_LOGIN.has((error as { code?: string }).code ?? "");
  const local = (error as { rule?: unknown }).rule !== undefined;
  // A malformed connection string already carries its own rule and exit code.
  if (local) return error;
  return new CliError(message, { hint: remedy, rule, exitCode: typed ? EXIT.usage : EXIT.unreachable });
}
