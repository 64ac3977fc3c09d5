import { App, InMemoryEmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { Logger } from "pino";
import type { Options, PostgresType } from "postgres";
import type { StackConfig } from "../state/config.ts";
import type { Secrets } from "../state/secrets.ts";
import { withQuietConsole } from "./quiet-console.ts";

/** The Data API and Auth, as a function from request to response. */
export interface DataApi extends AsyncDisposable {
  fetch(request: Request): Promise<Response>;
}

/**
 * Sets up `@supabase/lite` over a migrated database, by the rules that make it safe (each has a test):
 *
 * 1. `rlsState` is set by hand: left alone, its first request grants everything to anon and authenticated;
 * 2. it connects as its own role, which owns nothing and can grant nothing;
 * 3. `ensureSystemSchema()` is never called: the auth schema comes from sql/ and belongs to supabase_auth_admin;
 * 4. its own server is not used: the gateway forwards two paths only;
 * 5. json, timestamptz and numeric are passed as PostgREST passes them;
 * 6. the database is migrated before: its schema cache does not notice a change.
 *
 * @param url connection string of the role supabase_lite
 */
export function createDataApi(url: string, config: StackConfig, secrets: Secrets, log: Logger): DataApi {
  const connection = createPostgresConnection({
    url,
    postgresOptions: { max: 10, onnotice: () => {}, types: TYPES },
  });
  disableGranting(connection);
  const app = new App({
    connection,
    api: {
      schemas: config.schemas,
      ...(config.maxRows === undefined ? {} : { max_rows: config.maxRows }),
    },
    auth: {
      enabled: true,
      jwt_secret: secrets.jwtSecret,
      jwt_expiry: config.auth.jwtExpiry,
      site_url: config.auth.siteUrl,
      enable_signup: config.auth.enableSignup,
      minimum_password_length: config.auth.minimumPasswordLength,
      publishable_key: secrets.publishableKey,
      secret_key: secrets.secretKey,
      email: {
        enable_signup: config.auth.enableSignup,
        enable_confirmations: false,
      },
    },
    db: { migrations: { enabled: false } },
    studio: { enabled: false },
    storage: { enabled: false },
    options: {
      // Mails would carry sign-in codes into the log.
      drivers: { email: new InMemoryEmailDriver() },
      server: { admin: false, disableStudio: true, disableFallback: true },
    },
  } as unknown as ConstructorParameters<typeof App>[0]);
  return {
    fetch: (request) => withQuietConsole(log, async () => app.fetch(request)),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** A private field of the pinned version; the check fails loudly when an upgrade renames it. */
function disableGranting(connection: object): void {
  const inner = connection as { rlsState?: string };
  if (inner.rlsState !== "unknown")
    throw new Error("@supabase/lite: `rlsState` is no longer the field it was in 0.10.0");
  inner.rlsState = "active";
}

type Types = NonNullable<Options<Record<string, PostgresType>>["types"]>;

const json = (oid: number): PostgresType => ({
  to: oid,
  from: [oid],
  // A string is already JSON text: the request's body passed through.
  serialize: (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value)),
  parse: (text: string) => JSON.parse(text) as unknown,
});

const TYPES = {
  json: json(114),
  jsonb: json(3802),
  numeric: { to: 1700, from: [1700], serialize: String, parse: Number },
  timestamptz: {
    to: 1184,
    from: [1184],
    serialize: (value: unknown) => (value instanceof Date ? value.toISOString() : value),
    // "2026-11-20 06:01:02.123456+00" -> "2026-11-20T06:01:02.123456+00:00"; the session's time zone is UTC.
    parse: (text: string) => text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"),
  },
} as unknown as Types;
