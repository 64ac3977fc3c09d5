import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "@holdfast/db/migrate";
import { type Logger, pino } from "pino";
import { DataApi } from "../api/data-api.ts";
import { Gateway } from "../api/gateway.ts";
import { databaseUrl } from "../postgres/database-url.ts";
import { KeptServer } from "../postgres/kept-server.ts";
import { isLaidOut, layOutRoles, withClient } from "../postgres/role-layout.ts";
import { PostgresServer } from "../postgres/server.ts";
import { identifySelf } from "../process/identity.ts";
import { requireFreePort } from "../process/port-holder.ts";
import { PORT_SETTINGS, type StackConfig } from "../state/config.ts";
import { writeJson } from "../state/json-file.ts";
import { resolveDataHome } from "../state/paths.ts";
import { loadSecrets, type Secrets, secretsFile } from "../state/secrets.ts";
import { removeStack, type StackRecord, writeStack } from "../state/stack-file.ts";
import { StoppedMark } from "../state/stopped-mark.ts";
import { type LocalUsers, loadUsers } from "../users/local-users.ts";
import { seedUsers } from "../users/seed-users.ts";
import { explainMigration } from "./schema-error.ts";
import type { StartOptions } from "./start-stack.ts";

/** The parts of a stack that this process owns. */
export interface Parts {
  server: KeptServer;
  api: DataApi;
  secrets: Secrets;
  users: LocalUsers;
  record: StackRecord;
  firstStart: boolean;
}

/** Starts Postgres, migrates it, and opens the Data API; `stack` ends them in reverse, also when a later step fails. */
export async function startParts(
  stateDir: string,
  config: StackConfig,
  options: StartOptions,
  stack: AsyncDisposableStack,
): Promise<Parts> {
  const log = options.log ?? pino({ level: "silent" });
  const say = options.onProgress ?? (() => {});
  const { server, secrets } = await openServer(stateDir, config, options, say);
  if (server.running?.port !== config.dbPort) await requireFreePort(config.dbPort, "Postgres", PORT_SETTINGS.db);
  await requireFreePort(config.apiPort, "the Data API", PORT_SETTINGS.api);
  const record = recordOf(server, config);
  stack.defer(() => removeStack(stateDir, record));
  writeStack(stateDir, record);
  // While nothing runs this is the only trace of where the database is, which as root is outside this folder.
  writeJson(join(stateDir, "postgres.json"), { dataDir: server.dataDir });

  const api = stack.use(DataApi.start(log)); // it takes a moment to load: meanwhile Postgres starts
  say(`starting Postgres on port ${config.dbPort}`);
  if (!server.initialised) server.initialise(secrets.passwords.supabase_admin);
  stack.defer(() => server.stop("fast"));
  const kept = await KeptServer.start(server, new StoppedMark(stateDir), log);
  stack.use(kept);
  if (!(await isLaidOut(config.dbPort, secrets))) await layOutRoles(config.dbPort, secrets);
  const { users, made } = await migrateAndSeed(stateDir, config, secrets, options, say);

  say(`starting the Data API on port ${config.apiPort}`);
  stack.use(api); // again: it has to end before its database does, or it would wait for that to return
  await api.open({
    databaseUrl: databaseUrl(config.dbPort, "supabase_lite", secrets),
    schemas: config.schemas,
    maxRows: config.maxRows,
    auth: config.auth,
    jwtSecret: secrets.jwtSecret,
    publishableKey: secrets.publishableKey,
    secretKey: secrets.secretKey,
  });
  stack.use(await openGateway(config.apiPort, api, log));
  writeStack(stateDir, { ...record, state: "ready" });
  stack.defer(() => writeStack(stateDir, { ...record, state: "stopping" }));
  return { server: kept, api, secrets, users, record, firstStart: made };
}

async function openServer(
  stateDir: string,
  config: StackConfig,
  options: StartOptions,
  say: (line: string) => void,
): Promise<{ server: PostgresServer; secrets: Secrets }> {
  const server = await PostgresServer.open({
    home: resolveDataHome(stateDir),
    port: config.dbPort,
    logFile: join(stateDir, "logs", "postgres.log"),
    ...(options.postgresSettings ? { settings: options.postgresSettings } : {}),
  });
  if (server.initialised && !existsSync(secretsFile(stateDir))) {
    // Somebody removed the state folder. As root the database is elsewhere and stayed; its passwords went with the folder.
    say("the state folder was removed: making a new database");
    await server.destroy();
    return openServer(stateDir, config, options, say);
  }
  return { server, secrets: await loadSecrets(stateDir) };
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
  }).catch((error: unknown) => {
    throw explainMigration(error);
  });
  const loaded = loadUsers(stateDir);
  await withClient(config.dbPort, "postgres", secrets, async (client) => {
    // The chapters make this role without a password: on a hosted project a person sets it.
    const password = client.escapeLiteral(secrets.passwords.holdfast_worker);
    await client.query(`alter role holdfast_worker password ${password}`);
    await seedUsers(client, loaded.users);
  });
  return loaded;
}

async function openGateway(port: number, api: DataApi, log: Logger): Promise<Gateway> {
  try {
    return await Gateway.open(port, api, log);
  } catch (error) {
    // It was free a moment ago and has been taken since.
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
