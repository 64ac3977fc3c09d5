import { ConnectionUrlError, readConnectionUrl } from "./connection-url.ts";

/** Why a connection failed, in words for the person who has to fix it. */
export interface ConnectionProblem {
  /** Stable name of the problem, e.g. `connection.wrong_password`. */
  rule: string;
  /** One sentence; never contains the password. */
  message: string;
  /** What to do about it. */
  remedy: string;
}

type Explain = (where: string, user: string, database: string) => Omit<ConnectionProblem, "rule">;

/** SQLSTATEs and system error codes that a failed connection is known to end with. */
const KNOWN: Record<string, { rule: string; explain: Explain }> = {
  "28P01": { rule: "connection.wrong_password", explain: wrongPassword },
  "28000": { rule: "connection.login_refused", explain: loginRefused },
  "3D000": {
    rule: "connection.no_database",
    explain: (where, _user, database) => ({
      message: `there is no database "${database}" at ${where}`,
      remedy: "on Supabase the database is called postgres: end the connection string with /postgres",
    }),
  },
  "53300": {
    rule: "connection.too_many",
    explain: (where) => ({
      message: `${where} has no free connection slot`,
      remedy: "lower the pool sizes, end idle sessions, or raise the instance's connection limit",
    }),
  },
  "57P03": {
    rule: "connection.starting",
    explain: (where) => ({
      message: `the server at ${where} is still starting`,
      remedy: "try again in a few seconds",
    }),
  },
  ECONNREFUSED: {
    rule: "connection.refused",
    explain: (where) => ({
      message: `nothing listens at ${where}`,
      remedy: "start it (locally: holdfast up), or correct the host and port of the connection string",
    }),
  },
  ENOTFOUND: { rule: "connection.unknown_host", explain: unknownHost },
  EAI_AGAIN: { rule: "connection.unknown_host", explain: unknownHost },
  ENETUNREACH: { rule: "connection.unreachable", explain: unreachable },
  EHOSTUNREACH: { rule: "connection.unreachable", explain: unreachable },
  ETIMEDOUT: { rule: "connection.unreachable", explain: unreachable },
};

/**
 * Turns the error of a failed connection into a sentence and a remedy. The password is never part of either.
 *
 * @param error what `pg` threw
 * @param url the connection string that was tried
 */
export function explainConnectionError(error: unknown, url: string): ConnectionProblem {
  if (error instanceof ConnectionUrlError) {
    return {
      rule: error.rule,
      message: error.message.split("\n")[0] ?? "",
      remedy: error.remedy,
    };
  }
  let where = "the server";
  let user = "";
  let database = "";
  try {
    const target = readConnectionUrl(url);
    where = `${target.host}:${target.port}`;
    user = target.user;
    database = target.database;
  } catch (unreadable) {
    return explainConnectionError(unreadable, "");
  }
  const known = KNOWN[codeOf(error)];
  if (known) return { rule: known.rule, ...known.explain(where, user, database) };
  return {
    rule: "connection.failed",
    message: `cannot connect to ${where} as ${user}: ${withoutPassword(messageOf(error), url)}`,
    remedy: "check the host, port, user and TLS settings of the connection string",
  };
}

/** True when the error says that the server could not be reached or would not let us in (as opposed to a failed query). */
export function isConnectionError(error: unknown): boolean {
  return error instanceof ConnectionUrlError || codeOf(error) in KNOWN || /timeout|terminated/i.test(messageOf(error));
}

function wrongPassword(where: string, user: string): Omit<ConnectionProblem, "rule"> {
  return {
    message: `the password for role "${user}" is wrong at ${where}`,
    remedy:
      user.split(".")[0] === "holdfast_worker"
        ? "set it with: alter role holdfast_worker password '…' (as postgres), and put the same into HOLDFAST_DATABASE_URL"
        : "take the password from where the project keeps it (Supabase: Settings, Database, Reset password)",
  };
}

function loginRefused(where: string, user: string): Omit<ConnectionProblem, "rule"> {
  return {
    message: `${where} does not let role "${user}" log in`,
    remedy: "check the role's name (through Supabase's pooler it is ROLE.PROJECT_REF) and that it has LOGIN",
  };
}

function unknownHost(where: string): Omit<ConnectionProblem, "rule"> {
  return {
    message: `the host of ${where} cannot be found`,
    remedy: "check the host name; a direct Supabase host is IPv6 only, the session pooler also speaks IPv4",
  };
}

function unreachable(where: string): Omit<ConnectionProblem, "rule"> {
  return {
    message: `${where} cannot be reached from here`,
    remedy: "check the network; a direct Supabase host is IPv6 only, the session pooler (port 5432) also speaks IPv4",
  };
}

function codeOf(error: unknown): string {
  // A name with several addresses fails with an AggregateError whose parts carry the code.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function withoutPassword(text: string, url: string): string {
  const encoded = /^postgres(?:ql)?:\/\/[^:/?#]*:(.*)@/.exec(url)?.[1];
  if (!encoded) return text;
  let decoded = encoded;
  try {
    decoded = decodeURIComponent(encoded);
  } catch {}
  return text.replaceAll(encoded, "***").replaceAll(decoded, "***");
}
