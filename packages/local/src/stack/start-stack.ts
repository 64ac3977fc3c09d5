import { join } from "node:path";
import { migrate } from "@holdfast/db/migrate";
import { type Logger, pino } from "pino";
import { Gateway } from "../api/gateway.ts";
import { createDataApi, type DataApi } from "../api/lite-app.ts";
import { LocalStackError } from "../errors.ts";
import { databaseUrl, isLaidOut, layOutRoles, withClient } from "../postgres/role-layout.ts";
import { PostgresServer } from "../postgres/server.ts";
import { identifySelf, isAlive, type ProcessIdentity } from "../process/identity.ts";
import { requireFreePort } from "../process/port-holder.ts";
import { waitUntil } from "../process/wait-until.ts";
import { PORT_SETTINGS, readConfig, type StackConfig } from "../state/config.ts";
import { ensureStateDir, resolveDataHome, resolveStateDir } from "../state/paths.ts";
import { loadSecrets, type Secrets } from "../state/secrets.ts";
import { readStack, removeStack, type StackRecord, writeStack } from "../state/stack-file.ts";
import { StateLock } from "../state/state-lock.ts";
import { type LocalUsers, loadUsers } from "../users/local-users.ts";
import { seedUsers } from "../users/seed-users.ts";
import { attachStack } from "./attach-stack.ts";
import { reachableStack } from "./reachable-stack.ts";
import type { Stack } from "./stack.ts";

/** Options of {@link startStack}. */
export interface StartOptions {
  /** Default: `HOLDFAST_STATE`, else `.holdfast` in the checkout. */
  stateDir?: string;
  /** Overrides the port of config.toml and environment. */
  dbPort?: number;
  /** Overrides the port of config.toml and environment. */
  apiPort?: number;
  /** Extra Postgres settings, e.g. `{ fsync: "off" }` for a throwaway stack. */
  postgresSettings?: Record<string, string>;
  /** The `supabase` folder with migrations and seed. Default: the checkout's. */
  supabaseDirectory?: string;
  /** Told one line per step, for a person who waits. */
  onProgress?: (line: string) => void;
  log?: Logger;
}

/**
 * Starts the local Supabase of a state folder, or attaches to it when it already runs.
 *
 * First start: makes secrets, cluster, roles, schema and users (about 4 s). Later starts take under 2 s.
 *
 * @throws {PortTakenError} a stranger listens on a port of the stack (exit code 3)
 * @throws {SchemaMismatchError} the chapters were edited after the database was made by them
 */
export async function startStack(options: StartOptions = {}): Promise<Stack> {
  const stateDir = resolveStateDir(options.stateDir);
  const env = readConfig();
  const config = {
    ...env,
    dbPort: options.dbPort ?? env.dbPort,
    apiPort: options.apiPort ?? env.apiPort,
  };
  ensureStateDir(stateDir);
  const lock = await takeLock(stateDir);
  if (!(lock instanceof StateLock)) return attachWhenReady(stateDir, lock);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => lock[Symbol.dispose]());
  const parts = await startParts(stateDir, config, options, stack);
  const owned = stack.move();
  const close = once(() => owned.disposeAsync());
  return {
    ...reachableStack(parts.record, parts.secrets, parts.users, stateDir),
    attached: false,
    firstStart: parts.firstStart,
    postgres: {
      stop: (mode) => parts.server.stop(mode),
      start: async () => void (await parts.server.start()),
    },
    stop: close,
    [Symbol.asyncDispose]: close,
  };
}

interface Parts {
  server: PostgresServer;
  secrets: Secrets;
  users: LocalUsers;
  record: StackRecord;
  firstStart: boolean;
}

async function startParts(
  stateDir: string,
  config: StackConfig,
  options: StartOptions,
  stack: AsyncDisposableStack,
): Promise<Parts> {
  const log = options.log ?? pino({ level: "silent" });
  const say = options.onProgress ?? (() => {});
  const secrets = await loadSecrets(stateDir);
  const server = await PostgresServer.open({
    home: resolveDataHome(stateDir),
    port: config.dbPort,
    logFile: join(stateDir, "logs", "postgres.log"),
    ...(options.postgresSettings ? { settings: options.postgresSettings } : {}),
  });
  if (server.running?.port !== config.dbPort) await requireFreePort(config.dbPort, "Postgres", PORT_SETTINGS.db);
  await requireFreePort(config.apiPort, "the Data API", PORT_SETTINGS.api);
  const record = recordOf(server, config);
  stack.defer(() => removeStack(stateDir, record));
  writeStack(stateDir, record);

  say(`starting Postgres on port ${config.dbPort}`);
  if (!server.initialised) server.initialise(secrets.passwords.supabase_admin);
  stack.defer(() => server.stop("fast"));
  await server.start();
  if (!(await isLaidOut(config.dbPort, secrets))) await layOutRoles(config.dbPort, secrets);
  const { users, made } = await migrateAndSeed(stateDir, config, secrets, options, say);

  say(`starting the Data API on port ${config.apiPort}`);
  const api = createDataApi(databaseUrl(config.dbPort, "supabase_lite", secrets), config, secrets, log);
  stack.use(api);
  stack.use(await openGateway(config.apiPort, api, log));
  record.state = "ready";
  writeStack(stateDir, record);
  stack.defer(() => writeStack(stateDir, { ...record, state: "stopping" }));
  return { server, secrets, users, record, firstStart: made };
}

async function migrateAndSeed(
  stateDir: string,
  config: StackConfig,
  secrets: Secrets,
  options: StartOptions,
  say: (line: string) => void,
): Promise<{ users: LocalUsers; made: boolean }> {
  await migrate(databaseUrl(config.dbPort, "postgres", secrets), {
    seed: true,
    log: say,
    ...(options.supabaseDirectory ? { directory: options.supabaseDirectory } : {}),
  });
  const loaded = loadUsers(stateDir);
  await withClient(config.dbPort, "postgres", secrets, async (client) => {
    // The chapters make this role without a password: on a hosted project a person sets it.
    await client.query(
      `alter role holdfast_worker password ${client.escapeLiteral(secrets.passwords.holdfast_worker)}`,
    );
    await seedUsers(client, loaded.users);
  });
  return loaded;
}

async function openGateway(port: number, api: DataApi, log: Logger): Promise<Gateway> {
  try {
    return await Gateway.open(port, api, log);
  } catch (error) {
    // Free a moment ago, taken since.
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      await requireFreePort(port, "the Data API", PORT_SETTINGS.api);
    }
    throw error;
  }
}

function recordOf(server: PostgresServer, config: StackConfig): StackRecord {
  const self = identifySelf();
  return {
    pid: self.pid,
    pidStartTime: self.startTime,
    state: "starting",
    dbPort: config.dbPort,
    apiPort: config.apiPort,
    apiUrl: `http://127.0.0.1:${config.apiPort}`,
    dataDir: server.dataDir,
    startedAt: new Date().toISOString(),
  };
}

/** The lock, or the process that has it; a holder that is on its way out is waited for. */
async function takeLock(stateDir: string): Promise<StateLock | ProcessIdentity> {
  const taken = StateLock.take(stateDir);
  if (taken instanceof StateLock || readStack(stateDir)?.state !== "stopping") return taken;
  await waitUntil(() => !isAlive(taken) || readStack(stateDir) === undefined, 60_000);
  return StateLock.take(stateDir);
}

async function attachWhenReady(stateDir: string, holder: ProcessIdentity): Promise<Stack> {
  await waitUntil(() => !isAlive(holder) || readStack(stateDir)?.state === "ready", 120_000);
  const stack = await attachStack({ stateDir });
  if (stack) return stack;
  throw new LocalStackError(
    "local.start_failed",
    `another process (pid ${holder.pid}) was starting this stack and did not succeed`,
    `look at ${join(stateDir, "logs")}, then start again`,
  );
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}
