import { createServerClient, parseCookieHeader, serializeCookieHeader } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import { createContext, type MiddlewareFunction, redirect } from "react-router";
import { Unreachable } from "./unreachable.ts";

/** How long the project may take to answer before the page says that it does not. */
const PATIENCE_MS = 8_000;

/** The Data API and Auth, as the person who sent the request. */
export const supabaseContext = createContext<SupabaseClient>();

/** Who is signed in. */
export interface Person {
  id: string;
  email: string;
}

/** The signed-in person, once {@link requirePerson} has let the request through. */
export const personContext = createContext<Person>();

/**
 * One client a request, with the session from the request's cookies; a renewed session goes out with the answer. The
 * cookies are invisible to scripts: no page needs a token.
 */
export const supabaseMiddleware: MiddlewareFunction<Response> = async ({ request, context }, next) => {
  const out = new Headers();
  const jar = new Map(
    parseCookieHeader(request.headers.get("cookie") ?? "").map(({ name, value }) => [name, value ?? ""]),
  );
  const supabase = createServerClient(required("HOLDFAST_URL"), required("HOLDFAST_KEY"), {
    global: { fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) }) },
    db: { retry: false } as never,
    cookieOptions: {
      name: "holdfast-admin",
      httpOnly: true,
      secure: process.env.HOLDFAST_ADMIN_SECURE === "1",
      sameSite: "lax",
      path: "/",
    },
    cookies: {
      getAll: () => [...jar].map(([name, value]) => ({ name, value })),
      setAll: (cookies, headers) => {
        for (const { name, value, options } of cookies) {
          jar.set(name, value);
          out.append("Set-Cookie", serializeCookieHeader(name, value, options));
        }
        for (const [name, value] of Object.entries(headers ?? {})) out.set(name, value);
      },
    },
  });
  context.set(supabaseContext, supabase);
  const response = await next();
  for (const [name, value] of out) {
    if (name === "set-cookie") response.headers.append(name, value);
    else response.headers.set(name, value);
  }
  return response;
};

/** Lets signed-in people through and sends everybody else to the sign-in page, which brings them back. */
export const requirePerson: MiddlewareFunction<Response> = async ({ context, url }) => {
  const person = await whoIsIt(context.get(supabaseContext));
  if (!person) {
    const next = `${url.pathname}${url.search}`;
    throw redirect(next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`);
  }
  context.set(personContext, person);
};

/** The person behind a session; undefined for nobody, or for a session that Auth does not honour any more. */
export async function whoIsIt(supabase: SupabaseClient): Promise<Person | undefined> {
  const { data, error } = await supabase.auth.getClaims();
  // No answer is not "nobody": a person is not signed out because the network was down for a moment.
  if (error && (error.name === "AuthRetryableFetchError" || (error.status ?? 500) >= 500)) throw new Unreachable();
  if (error || !data) return undefined;
  return { id: data.claims.sub, email: String(data.claims.email ?? "") };
}

/**
 * Where to go after signing in: a path of this app, and nothing that a browser could take for another site. Browsers read a
 * backslash as a slash and leave out tabs and line ends, so `/<tab>/elsewhere` would be one.
 */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?!\/)[^\p{Cc}\\]*$/u.test(next) ? next : "/";
}

function required(name: "HOLDFAST_URL" | "HOLDFAST_KEY"): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
