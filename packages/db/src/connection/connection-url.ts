import { parse } from "pg-connection-string";

/** Where a connection string leads, without its password. */
export interface ConnectionTarget {
  host: string;
  port: number;
  user: string;
  database: string;
  /** True for 127.0.0.0/8, ::1, localhost and unix sockets. */
  loopback: boolean;
  /** `direct` includes everything that is not one of Supabase's poolers. */
  mode: "direct" | "session-pooler" | "transaction-pooler";
}

/** A connection string that cannot be used; `message` names the rule, `remedy` says what to do. */
export class ConnectionUrlError extends Error {
  override readonly name = "ConnectionUrlError";
  readonly rule: string;
  readonly remedy: string;

  constructor(rule: string, message: string, remedy: string) {
    super(`${message}\n  do: ${remedy}`);
    this.rule = rule;
    this.remedy = remedy;
  }
}

const SESSION_REMEDY =
  "use the direct connection (db.<ref>.supabase.co:5432) or the session pooler (port 5432): " +
  "Supabase dashboard, Connect, 'Direct connection' or 'Session pooler'";

/**
 * Reads a Postgres connection string and refuses the ones Holdfast cannot work through.
 *
 * Port 6543 is Supabase's transaction pooler: prepared statements break there and LISTEN never hears anything, so a
 * worker would strand the rows it locked.
 *
 * @throws {ConnectionUrlError} rule `connection.malformed`, `connection.user_missing` or `connection.transaction_pooler`
 */
export function checkConnectionUrl(url: string): ConnectionTarget {
  const target = readConnectionUrl(url);
  if (target.user === "") {
    throw new ConnectionUrlError(
      "connection.user_missing",
      `the connection string for ${target.host} names no user`,
      "write it as postgres://USER:PASSWORD@HOST:5432/postgres",
    );
  }
  if (target.mode === "transaction-pooler") {
    throw new ConnectionUrlError(
      "connection.transaction_pooler",
      `${target.host}:${target.port} is a transaction pooler, which Holdfast cannot work through`,
      SESSION_REMEDY,
    );
  }
  return target;
}

/**
 * Reads a connection string without judging its port (for `holdfast doctor connection`).
 *
 * @throws {ConnectionUrlError} rule `connection.malformed`
 */
export function readConnectionUrl(url: string): ConnectionTarget {
  if (!/^postgres(ql)?:\/\//.test(url)) throw malformed("it does not start with postgres:// or postgresql://");
  let config: ReturnType<typeof parse>;
  try {
    config = parse(url);
  } catch {
    // The parser's own message quotes the string, and with it the password.
    throw malformed("it cannot be parsed (a password with @ : / # ? or % must be percent-encoded)");
  }
  const host = config.host ?? "";
  const port = config.port ? Number(config.port) : 5432;
  if (host === "") throw malformed("it names no host");
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw malformed("its port is not a number from 1 to 65535");
  return {
    host,
    port,
    user: config.user ?? "",
    database: config.database ?? config.user ?? "",
    loopback: host === "localhost" || host === "::1" || host.startsWith("127.") || host.startsWith("/"),
    mode: port === 6543 ? "transaction-pooler" : /\.pooler\.supabase\.com$/.test(host) ? "session-pooler" : "direct",
  };
}

function malformed(why: string): ConnectionUrlError {
  return new ConnectionUrlError(
    "connection.malformed",
    `the database connection string is not usable: ${why}`,
    "write it as postgres://USER:PASSWORD@HOST:5432/postgres",
  );
}

/** The connection string with its password replaced by `***`, safe to print. */
export function redactConnectionUrl(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/[^:/?#]*):.*@/, "$1:***@").replace(/([?&]password=)[^&]*/g, "$1***");
}
