import { HoldfastError, UnreachableError } from "./holdfast-error.ts";

/** The error half of a PostgREST answer, as supabase-js hands it over. */
export interface ResponseError {
  code?: string | null;
  message: string;
  details?: string | null;
  hint?: string | null;
}

const SCHEMA_MISSING = new Set(["PGRST106", "PGRST202", "PGRST205", "3F000", "42P01", "42883"]);
const NOT_SIGNED_IN = new Set(["PGRST301", "PGRST302", "PGRST303"]);

/** Turns the error of a Data API answer into one typed {@link HoldfastError}. `url` only names the place in messages. */
export function fromResponse(error: ResponseError, status: number, url: string): HoldfastError {
  const code = error.code ?? "";
  const own = /^PT(\d{3})$/.exec(code);
  if (own) {
    const detail = error.details ?? "";
    const rule = detail.startsWith("holdfast.") ? detail.slice("holdfast.".length) : "refused";
    return new HoldfastError({
      rule,
      status: Number(own[1]),
      message: error.message,
      hint: error.hint ?? undefined,
      cause: error,
    });
  }
  if (status === 0 || (code === "" && /fetch failed|Failed to fetch|NetworkError/i.test(error.message))) {
    return new UnreachableError(url, error);
  }
  if (NOT_SIGNED_IN.has(code) || status === 401) {
    return new HoldfastError({
      rule: "not_signed_in",
      status: 401,
      message: `the Data API refused the session: ${error.message}`,
      hint: "sign in again: the access token is missing, expired, or was issued by another project",
      cause: error,
    });
  }
  if (code === "42501") {
    return new HoldfastError({
      rule: "not_permitted",
      status: 403,
      message: `your role does not allow this: ${error.message}`,
      hint: "sign in as a member with a higher role; table holdfast.verbs lists the least role of every act",
      cause: error,
    });
  }
  if (SCHEMA_MISSING.has(code)) {
    return new HoldfastError({
      rule: "schema_missing",
      status: 404,
      message: `the Data API at ${url} does not offer what this code asks for: ${error.message}`,
      hint: "run `holdfast migrate`, and add `holdfast` to the exposed schemas of the Data API",
      cause: error,
    });
  }
  return unexpected(error, status);
}

function unexpected(error: ResponseError, status: number): HoldfastError {
  const timedOut = error.code === "57014";
  return new HoldfastError({
    rule: timedOut ? "statement_timeout" : "unexpected",
    status: status || 500,
    message: `${error.message}${error.code ? ` (${error.code})` : ""}`,
    hint: error.hint ?? (timedOut ? "narrow the question, or try again when the database is less busy" : undefined),
    cause: error,
  });
}

/** The data of a supabase-js answer, or its error thrown as a {@link HoldfastError}. */
export function unwrap<T>(answer: { data: unknown; error: ResponseError | null; status: number }, url: string): T {
  if (answer.error) throw fromResponse(answer.error, answer.status, url);
  return answer.data as T;
}

/** As {@link unwrap} for functions that return one row: some Data APIs answer with the row, others with a list of one. */
export function unwrapRow<T>(answer: { data: unknown; error: ResponseError | null; status: number }, url: string): T {
  const data = unwrap<T | T[]>(answer, url);
  return (Array.isArray(data) ? data[0] : data) as T;
}
