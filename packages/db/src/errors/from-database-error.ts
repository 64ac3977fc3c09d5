import { HoldfastError } from "./holdfast-error.ts";

interface PostgresError {
  code?: unknown;
  message?: unknown;
  detail?: unknown;
  hint?: unknown;
}

/**
 * Turns what `pg` throws into what the caller should see: SQLSTATE `PT4xx` with detail `holdfast.<rule>` becomes a
 * {@link HoldfastError}; everything else is returned as it is.
 */
export function fromDatabaseError(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return error;
  const { code, message, detail, hint } = error as PostgresError;
  if (typeof code !== "string" || !/^PT[45]\d\d$/.test(code)) return error;
  if (typeof detail !== "string" || !detail.startsWith("holdfast.")) return error;
  return new HoldfastError({
    rule: detail.slice("holdfast.".length),
    status: Number(code.slice(2)),
    message: String(message),
    hint: typeof hint === "string" ? hint : undefined,
    cause: error,
  });
}
