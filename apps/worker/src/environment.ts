import { join } from "node:path";
import { z } from "zod";

const BUILT_IN_TASKS = join(import.meta.dirname, "..", "tasks");

const wholeNumber = (least: number, most: number) =>
  z.coerce
    .number({ error: "must be a whole number" })
    .int("must be a whole number")
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);

const list = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
  .refine((parts) => parts.length > 0, "must name at least one, separated by commas");

const schema = z.object({
  HOLDFAST_DATABASE_URL: z
    .string({
      error: "is not set; give the connection string of the role holdfast_worker",
    })
    .min(1, "is empty"),
  HOLDFAST_LANES: list.default(["default"]),
  HOLDFAST_CAPACITY: wholeNumber(1, 10_000).default(16),
  HOLDFAST_COMMANDS: wholeNumber(1, 1_000).default(4),
  HOLDFAST_TASKS: list.default([BUILT_IN_TASKS]),
  HOLDFAST_STATE: z.string().min(1, "is empty").default(".holdfast"),
  HOLDFAST_SUPERVISOR: z.enum(["0", "1"], { error: "must be 0 or 1" }).default("1"),
  HOLDFAST_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], {
      error: "must be one of trace, debug, info, warn, error, fatal, silent",
    })
    .default("info"),
  HOLDFAST_WORKER_NAME: z.string().min(1, "is empty").optional(),
});

/** What the environment says about this worker. */
export interface Environment {
  databaseUrl: string;
  lanes: string[];
  capacity: number;
  commands: number;
  /** Folders with task files. */
  tasks: string[];
  stateDirectory: string;
  supervisor: boolean;
  logLevel: string;
  name: string | undefined;
}

/** An environment variable that cannot be used; the message names each of them. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** Reads the environment once. An empty variable counts as absent. @throws EnvironmentError */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new EnvironmentError(problems.join("\n"));
  }
  const { data } = parsed;
  return {
    databaseUrl: data.HOLDFAST_DATABASE_URL,
    lanes: data.HOLDFAST_LANES,
    capacity: data.HOLDFAST_CAPACITY,
    commands: data.HOLDFAST_COMMANDS,
    tasks: data.HOLDFAST_TASKS,
    stateDirectory: data.HOLDFAST_STATE,
    supervisor: data.HOLDFAST_SUPERVISOR === "1",
    logLevel: data.HOLDFAST_LOG_LEVEL,
    name: data.HOLDFAST_WORKER_NAME,
  };
}
