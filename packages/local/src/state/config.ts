import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { LocalStackError, type PortSetting } from "../errors.ts";
import { REPOSITORY } from "./paths.ts";

const Port = z.int().min(1).max(65535);

const ConfigFile = z.object({
  api: z.object({
    port: Port.default(54321),
    schemas: z.array(z.string()).min(1),
    max_rows: z.int().optional(),
  }),
  db: z.object({ port: Port.default(54322) }),
  auth: z
    .object({
      site_url: z.string().optional(),
      jwt_expiry: z.int().positive().default(3600),
      enable_signup: z.boolean().default(false),
      minimum_password_length: z.int().default(6),
    })
    .prefault({}),
});

/** What the local stack takes from supabase/config.toml and the environment. */
export interface StackConfig {
  apiPort: number;
  dbPort: number;
  schemas: string[];
  maxRows: number | undefined;
  auth: {
    siteUrl: string;
    jwtExpiry: number;
    enableSignup: boolean;
    minimumPasswordLength: number;
  };
}

const FILE = "supabase/config.toml";

/** Where each port is set, for messages. */
export const PORT_SETTINGS: Record<"api" | "db", PortSetting> = {
  api: { file: FILE, key: "[api] port", env: "HOLDFAST_API_PORT" },
  db: { file: FILE, key: "[db] port", env: "HOLDFAST_DB_PORT" },
};

/**
 * Reads supabase/config.toml; `HOLDFAST_API_PORT` and `HOLDFAST_DB_PORT` override its two ports.
 *
 * @throws {LocalStackError} rule `local.config` naming the field, exit code 2
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env, path: string = join(REPOSITORY, FILE)): StackConfig {
  const file = parseFile(path);
  const config = {
    apiPort: portFrom(env, "HOLDFAST_API_PORT") ?? file.api.port,
    dbPort: portFrom(env, "HOLDFAST_DB_PORT") ?? file.db.port,
    schemas: file.api.schemas,
    maxRows: file.api.max_rows,
    auth: {
      siteUrl: file.auth.site_url ?? "http://127.0.0.1:3000",
      jwtExpiry: file.auth.jwt_expiry,
      enableSignup: file.auth.enable_signup,
      minimumPasswordLength: file.auth.minimum_password_length,
    },
  };
  if (config.apiPort === config.dbPort) {
    throw invalid(`the Data API and the database are both given port ${config.apiPort}`, "give each its own port");
  }
  return config;
}

function parseFile(path: string): z.infer<typeof ConfigFile> {
  try {
    return ConfigFile.parse(parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error instanceof z.ZodError) {
      const why = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
      throw invalid(`${path}: ${why}`, "correct that field");
    }
    if (error instanceof TomlError) throw invalid(`${path} is not TOML: ${error.message}`, "correct that line");
    throw error;
  }
}

function portFrom(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  const port = Port.safeParse(Number(text));
  if (!port.success) throw invalid(`${name}=${text} is not a port`, "give a number from 1 to 65535");
  return port.data;
}

function invalid(message: string, remedy: string): LocalStackError {
  return new LocalStackError("local.config", message, remedy, 2);
}
