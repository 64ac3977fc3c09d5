// Class 08 (connection), 57P0x (shutdown, crash, starting up), class 53 (no slot, disk or memory free), and four that a
// repeat cures: serialization failure, deadlock, a lock that was not to be had, and a statement that was canceled
// because it waited for too long (`statement_timeout` ends it shortly before we would give the connection up).
const SQLSTATES = /^(08...|57P0[1-5]|53...|40001|40P01|55P03|57014)$/;

const NODE_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOENT", // the unix socket of a server that is not up
]);

// `pg` gives these no code at all.
const MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|timeout expired|Client was closed and is not queryable)/;

/**
 * Whether `error` says that the database could not be reached, ended the conversation, or had no room or time for the
 * call just now, so that the same call may be made again. Refusals by a rule, bad SQL and a wrong password are not.
 */
export function isConnectionLost(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, message, errors } = error as {
    code?: unknown;
    message?: unknown;
    errors?: unknown;
  };
  if (typeof code === "string" && (SQLSTATES.test(code) || NODE_CODES.has(code))) return true;
  if (typeof message === "string" && MESSAGES.test(message)) return true;
  return Array.isArray(errors) && errors.length > 0 && errors.every(isConnectionLost);
}
