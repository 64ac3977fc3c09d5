import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { LocalUserName, Stack } from "../../src/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: these tests know the schema no better than a stranger does
export type Client = SupabaseClient<any, any, any>;

/** A client as a stranger has it: the publishable key, no session. */
export function strangerOf(stack: Stack, key = stack.publishableKey): Client {
  return createClient(stack.apiUrl, key, {
    db: { schema: "holdfast" },
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** A client signed in as one of the local people. */
export async function signIn(stack: Stack, name: LocalUserName): Promise<Client> {
  const client = strangerOf(stack);
  const { error } = await client.auth.signInWithPassword(stack.users[name]);
  if (error) throw error;
  return client;
}
