import { App, InMemoryEmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import type { Options, PostgresType } from "postgres";
import type { ApiAnswer, ApiRequest, ApiSettings } from "./protocol.ts";

/** The Data API and Auth, as a function from request to answer. */
export interface LiteApi {
  answer(request: ApiRequest): Promise<ApiAnswer>;
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
 */
export function createDataApi(settings: ApiSettings): LiteApi {
  const { auth, maxRows } = settings;
  const connection = createPostgresConnection({
    url: settings.databaseUrl,
    postgresOptions: { max: 10, onnotice: () => {}, types: TYPES },
  });
  disableGranting(connection);
  hideViewTexts(connection);
  const app = new App({
    connection,
    api: {
      schemas: settings.schemas,
      ...(maxRows === undefined ? {} : { max_rows: maxRows }),
    },
    auth: {
      enabled: true,
      jwt_secret: settings.jwtSecret,
      jwt_expiry: auth.jwtExpiry,
      site_url: auth.siteUrl,
      enable_signup: auth.enableSignup,
      minimum_password_length: auth.minimumPasswordLength,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
      email: {
        enable_signup: auth.enableSignup,
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
    async answer(request) {
      const response = await app.fetch(toRequest(request));
      const body = new Uint8Array(await response.arrayBuffer());
      return { status: response.status, headers: [...response.headers], body };
    },
  };
}

function toRequest({ method, url, headers, body }: ApiRequest): Request {
  return new Request(url, { method, headers, ...(body === undefined ? {} : { body: new Uint8Array(body) }) });
}

/** A private field of the pinned version; the check fails loudly when an upgrade renames it. */
function disableGranting(connection: object): void {
  const inner = connection as { rlsState?: string };
  if (inner.rlsState !== "unknown")
    throw new Error("@supabase/lite: `rlsState` is no longer the field it was in 0.10.0");
  inner.rlsState = "active";
}

/**
 * At every request lite searches the text of each view for casts, once for each of its columns: half the time of a
 * small request, and for types that no view here has. Without the texts it finds columns by their types in the catalogue.
 */
function hideViewTexts(connection: object): void {
  const inner = connection as { introspect(options?: object): Promise<{ views: { sql?: string }[] }> };
  const introspect = inner.introspect.bind(connection);
  inner.introspect = async (options) => {
    const found = await introspect(options);
    for (const view of found.views) delete view.sql;
    return found;
  };
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
