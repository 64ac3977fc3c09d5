import { createClient, type SupabaseClient } from "@supabase/supabase-js";

/** Where a Holdfast project answers, and as whom. */
export interface ConnectOptions {
  /** Project URL, such as `https://<ref>.supabase.co` or `http://127.0.0.1:54321`. */
  url: string;
  /** The publishable (anon) key. Never the secret key in anything a person's browser loads. */
  key: string;
  /** A signed-in person's access token, or a function that returns a fresh one. Without it the caller is `anon`. */
  accessToken?: string | (() => Promise<string> | string) | undefined;
}

/**
 * A supabase-js client that keeps no session of its own: the caller decides where tokens live. Its own silent repeats
 * (7 s of them) are off: a failure is told at once, and whatever waits for a job waits out an outage by itself.
 */
export function connect(options: ConnectOptions): SupabaseClient {
  const { accessToken } = options;
  return createClient(options.url, options.key, {
    db: { retry: false },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(accessToken === undefined
      ? {}
      : { accessToken: async () => (typeof accessToken === "function" ? await accessToken() : accessToken) }),
  });
}
