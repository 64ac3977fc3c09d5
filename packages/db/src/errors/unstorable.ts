// Class 22 (a value that its type cannot hold: NUL in a text, a number out of range), class 54 (nested too deeply, too
// large) and a violated check.
const SQLSTATES = /^(22...|54...|23514)$/;
// Deeper than anybody wraps; ends the search should an error be its own cause.
const DEEPEST = 8;

/**
 * Whether `error`, or what caused it, says that the database can never store what it was given. Everything else (no
 * room, a timeout, a standby that is read-only, a bug of the server) may pass, and the same call be made again.
 */
export function isUnstorable(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < DEEPEST && typeof current === "object" && current !== null; depth++) {
    const { code, cause } = current as { code?: unknown; cause?: unknown };
    if (typeof code === "string" && SQLSTATES.test(code)) return true;
    current = cause;
  }
  return false;
}
