import { z } from "zod";

/** What the admin app is told: where the project is, and where to listen. It takes nothing else, and no secret. */
export interface Settings {
  /** Project URL, such as `https://<ref>.supabase.co`. */
  url: string;
  /** The publishable key. A secret key is refused. */
  key: string;
  host: string;
  port: number;
  /** Under which origin browsers see it, when that is not `http://<host>:<port>`: behind a proxy, say. */
  origin: string | undefined;
}

/** Of the web: a database's address is no project's. */
const web = { protocol: /^https?$/, abort: true };

const Environment = z.object({
  HOLDFAST_URL: z.url({
    ...web,
    error: "is not a URL; set it to the project URL, such as https://<ref>.supabase.co",
  }),
  HOLDFAST_KEY: z
    .string("is missing; set it to the publishable (anon) key of the project")
    .trim()
    .refine((key) => !isSecret(key), "is a secret key; this app must only ever have the publishable key"),
  HOLDFAST_ADMIN_HOST: z.string().min(1).default("127.0.0.1"),
  HOLDFAST_ADMIN_PORT: z
    .string()
    .regex(/^\d{1,5}$/, "is not a port")
    .transform(Number)
    .refine((port) => port <= 65_535, "is not a port")
    .default(54_330),
  HOLDFAST_ADMIN_ORIGIN: z
    .url({ ...web, error: "is not an origin, such as https://ops.example.com" })
    .refine((origin) => new URL(origin).origin === origin, "must be an origin only: scheme, host and port")
    .optional(),
});

/** A variable of the environment that is missing or wrong. Its message never holds a value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Reads the settings from environment variables. Errors: {@link SettingsError}, which names each variable and what to do. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const read = Environment.safeParse(present);
  if (!read.success) {
    throw new SettingsError(
      read.error.issues.map((issue) => `${issue.path[0]?.toString()} ${issue.message}`).join("\n"),
    );
  }
  const { HOLDFAST_URL, HOLDFAST_KEY, HOLDFAST_ADMIN_HOST, HOLDFAST_ADMIN_PORT, HOLDFAST_ADMIN_ORIGIN } = read.data;
  return {
    url: HOLDFAST_URL.replace(/\/$/, ""),
    key: HOLDFAST_KEY,
    host: HOLDFAST_ADMIN_HOST,
    port: HOLDFAST_ADMIN_PORT,
    origin: HOLDFAST_ADMIN_ORIGIN,
  };
}

/** A key that is more than anybody's: Supabase's `sb_secret_…`, or a JWT with the role service_role. */
function isSecret(key: string): boolean {
  if (key.startsWith("sb_secret_")) return true;
  const claims = key.split(".")[1];
  if (claims === undefined) return false;
  try {
    return JSON.parse(Buffer.from(claims, "base64url").toString("utf8")).role !== "anon";
  } catch {
    return false;
  }
}
