/** Why the Data API cannot answer a request, as an HTTP answer. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  readonly status: 503 | 504;
  /** PostgREST's code where it has one for this. */
  readonly code: string;
  readonly hint: string;

  constructor(status: 503 | 504, code: string, message: string, hint: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** The database cannot be reached, also when it went away under the request. */
export const databaseAway = () =>
  new UnavailableError(
    503,
    "PGRST000",
    "The database is restarting",
    "ask again in a second; a change that was under way may have been made: look before making it again",
  );

/** PostgREST's code of {@link apiRestarting}. */
export const API_RESTARTING = "PGRST001";

/** The process behind the gateway ended under the request, or does not come up. */
export const apiRestarting = () =>
  new UnavailableError(
    503,
    API_RESTARTING,
    "The Data API is restarting",
    "ask again in a second; a change that was under way may have been made: look before making it again",
  );

/** The request took longer than the gateway waits. */
export const tooSlow = (limitMs: number) =>
  new UnavailableError(
    504,
    "holdfast.gateway_504",
    `The Data API did not answer within ${limitMs / 1000} seconds`,
    "ask for less at once; if small requests take this long too, look at logs/stack.log in the state folder",
  );
