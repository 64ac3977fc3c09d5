import { spawn } from "node:child_process";
import type { Logger } from "pino";
import { UsageError } from "../cli-error.ts";
import { addCommand, integer, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson } from "../context.ts";
import { explainDatabaseError } from "../database-error.ts";
import { WORKER_ENTRY } from "../worker-entry.ts";

interface WorkerOptions {
  databaseUrl?: string;
  lanes?: string;
  capacity?: number;
  commands?: number;
  tasks?: string;
  name?: string;
  supervisor?: boolean;
}

/** `holdfast worker`, `supervisor`, `migrate`: what talks to Postgres itself, by HOLDFAST_DATABASE_URL. */
export function addProcesses(program: Program): void {
  const worker = addCommand(program, "worker", "Run a worker (and a supervisor) in this terminal until Ctrl-C", [
    "holdfast worker",
    "HOLDFAST_DATABASE_URL=postgres://holdfast_worker:…@db.<ref>.supabase.co:5432/postgres holdfast worker --lanes default,build",
  ])
    .option(
      "--database-url <url>",
      "connection of role holdfast_worker (default: HOLDFAST_DATABASE_URL, or the local stack)",
    )
    .option("--lanes <names>", "lanes it serves, with commas")
    .option("--capacity <n>", "functions it runs at once", integer(1))
    .option("--commands <n>", "commands it runs at once", integer(1))
    .option("--tasks <folder>", "folder of task files")
    .option("--name <text>", "its name in lists")
    .option("--no-supervisor", "leave the supervisor's duties to another process");
  onCall<WorkerOptions>(program, worker, async (context, options) => {
    // Given and empty is not the same as left out: a script's variable was empty, and the default would be a guess.
    for (const name of ["lanes", "tasks", "name"] as const) {
      if (options[name]?.replaceAll(/[\s,]/g, "") !== "") continue;
      throw new UsageError(`--${name} is empty`, `leave --${name} out, or give it a value: holdfast worker --help`);
    }
    const url = await databaseUrl(context, options.databaseUrl, "holdfast_worker");
    return run(context, workerEnv(context.env, options, url));
  });

  const supervisor = addCommand(
    program,
    "supervisor",
    "Run a supervisor alone: it leads, or stands by for the one that does",
    ["holdfast supervisor"],
  ).option(
    "--database-url <url>",
    "connection of role holdfast_worker (default: HOLDFAST_DATABASE_URL, or the local stack)",
  );
  onCall<{ databaseUrl?: string }>(program, supervisor, async (context, options) => {
    const url = await databaseUrl(context, options.databaseUrl, "holdfast_worker");
    await supervise(context, url);
  });

  const migrate = addCommand(program, "migrate", "Bring the database to the schema of this code", [
    "HOLDFAST_DATABASE_URL=postgres://postgres:…@db.<ref>.supabase.co:5432/postgres holdfast migrate",
  ]).option("--database-url <url>", "connection of role postgres (default: HOLDFAST_DATABASE_URL, or the local stack)");
  onCall<{ databaseUrl?: string }>(program, migrate, async (context, options) => {
    const url = await databaseUrl(context, options.databaseUrl, "postgres");
    const db = await import("@holdfast/db/migrate");
    const done = await db.migrate(url, { log: (line) => note(context, line) }).catch(async (error: unknown) => {
      throw await explainDatabaseError(error, url);
    });
    if (context.json) printJson(context, done);
    else print(context, "the database has the schema of this code");
  });
}

/** The connection string to use: the option, else HOLDFAST_DATABASE_URL, else the local stack's. Errors: usage. */
export async function databaseUrl(
  context: Context,
  given: string | undefined,
  role: "postgres" | "holdfast_worker",
): Promise<string> {
  const { checkConnectionUrl } = await import("@holdfast/db/connection");
  const url = given ?? context.env.HOLDFAST_DATABASE_URL;
  if (url) {
    checkConnectionUrl(url);
    return url;
  }
  const { attachStack } = await import("@holdfast/local/attach");
  const stack = await attachStack();
  if (stack) return stack.databaseUrl(role);
  throw new UsageError(
    "there is no database to connect to: HOLDFAST_DATABASE_URL is not set and no local stack is running",
    "set HOLDFAST_DATABASE_URL, pass --database-url, or start the local stack with: holdfast up",
  );
}

function workerEnv(env: NodeJS.ProcessEnv, options: WorkerOptions, url: string): NodeJS.ProcessEnv {
  return {
    ...env,
    HOLDFAST_DATABASE_URL: url,
    ...(options.lanes ? { HOLDFAST_LANES: options.lanes } : {}),
    ...(options.capacity === undefined ? {} : { HOLDFAST_CAPACITY: String(options.capacity) }),
    ...(options.commands === undefined ? {} : { HOLDFAST_COMMANDS: String(options.commands) }),
    ...(options.tasks ? { HOLDFAST_TASKS: options.tasks } : {}),
    ...(options.name ? { HOLDFAST_WORKER_NAME: options.name } : {}),
    ...(options.supervisor === false ? { HOLDFAST_SUPERVISOR: "0" } : {}),
  };
}

/** Runs the worker entry in the foreground, hands signals on, and ends as it ends. */
function run(context: Context, env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, [WORKER_ENTRY], { env, cwd: context.cwd, stdio: "inherit" });
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  // A terminal sends Ctrl-C to the child as well; ours only has to outlive it.
  const ignore = () => {};
  process.on("SIGTERM", pass).on("SIGHUP", pass).on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.removeListener("SIGTERM", pass).removeListener("SIGHUP", pass).removeListener("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1));
    });
  });
}

async function supervise(context: Context, url: string): Promise<void> {
  const [{ startSupervisor }, { pino }] = await Promise.all([import("@holdfast/supervisor"), import("pino")]);
  const logger = pino({ level: context.env.HOLDFAST_LOG_LEVEL ?? "info" }, pino.destination(2));
  const asked = new AbortController();
  const stop = () => asked.abort();
  // Not once: a signal to the group may arrive twice, and the second one must not end the process while it resigns.
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    await requireSchema(url, logger, asked.signal);
    await using _ = startSupervisor({ databaseUrl: url, logger });
    if (!asked.signal.aborted) {
      await new Promise((resolve) => asked.signal.addEventListener("abort", resolve, { once: true }));
    }
  } catch (error) {
    if (!asked.signal.aborted) throw await explainDatabaseError(error, url);
  } finally {
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
  }
}

/** Waits out an outage, but ends at once on what only a person can correct: a supervisor would ask for ever in vain. */
async function requireSchema(url: string, logger: Logger, signal: AbortSignal): Promise<void> {
  const [{ createPool, retrying }, { checkSchema }] = await Promise.all([
    import("@holdfast/db"),
    import("@holdfast/db/migrate"),
  ]);
  const pool = createPool(url, { max: 1, applicationName: "holdfast supervisor", logger });
  try {
    await retrying(() => checkSchema(pool), { signal, logger, what: "start the supervisor" });
  } finally {
    await pool.end();
  }
}
