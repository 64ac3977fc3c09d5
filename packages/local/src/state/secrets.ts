import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "./json-file.ts";

/** Roles of the local stack that log in with a password of their own. */
export const LOGIN_ROLES = [
  "supabase_admin",
  "postgres",
  "authenticator",
  "supabase_auth_admin",
  "supabase_lite",
  "holdfast_worker",
] as const;

/** A role that a connection string can be asked for. */
export type LoginRole = (typeof LOGIN_ROLES)[number];

const SecretsFile = z.object({
  passwords: z.record(z.enum(LOGIN_ROLES), z.string().min(1)),
  /** HS256 key of the access tokens. */
  jwtSecret: z.string().min(32),
  /** `sb_publishable_…`: names the project to the Data API, grants the role anon. */
  publishableKey: z.string().startsWith("sb_publishable_"),
  /** `sb_secret_…`: grants the role service_role. Never give it to a browser. */
  secretKey: z.string().startsWith("sb_secret_"),
});

/** Everything generated for one stack; kept in `secrets.json` (0600). */
export type Secrets = z.infer<typeof SecretsFile>;

/** Where the stack's secrets are kept. */
export function secretsFile(stateDir: string): string {
  return join(stateDir, "secrets.json");
}

/** Reads the stack's secrets, or makes and keeps them. */
export async function loadSecrets(stateDir: string): Promise<Secrets> {
  const path = secretsFile(stateDir);
  const kept = readJson(path, SecretsFile);
  if (kept) return kept;
  const made = await makeSecrets();
  writeJson(path, made);
  return made;
}

async function makeSecrets(): Promise<Secrets> {
  const { generateApiKey } = await import("@supabase/lite"); // slow to load, and needed once per stack
  const passwords = Object.fromEntries(LOGIN_ROLES.map((role) => [role, secret(24)])) as Record<LoginRole, string>;
  // The supabase CLI's local target logs in as postgres:postgres and cannot be told otherwise. The server listens on
  // 127.0.0.1 only; every other role gets a generated password.
  passwords.postgres = "postgres";
  return {
    passwords,
    jwtSecret: secret(48),
    publishableKey: (await generateApiKey("publishable")).key,
    secretKey: (await generateApiKey("secret")).key,
  };
}

/** A random URL-safe string with `bytes` bytes of entropy. */
export function secret(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}
