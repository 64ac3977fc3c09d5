import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { migrate } from "@holdfast/db/migrate";
import {
  databaseUrl,
  ensureStateDir,
  freePort,
  identifySelf,
  type LocalUsers,
  layOutRoles,
  loadSecrets,
  loadUsers,
  PostgresServer,
  resolveDataHome,
  type Secrets,
  seedUsers,
  withClient,
  writeJson,
} from "@holdfast/local";
import { removeRun } from "./sweep.ts";

/** What a test worker must know to use the run's cluster; plain data, passed through vitest's `provide`. */
export interface ClusterInfo {
  /** Folder of this test run; every state folder of the run is below it. */
  runDir: string;
  port: number;
  secrets: Secrets;
  users: LocalUsers;
  /** State folder whose data directory is a stopped, migrated cluster: copied for each private stack. */
  preparedStateDir: string;
  /** The `supabase` folder the databases were made by; undefined: the repository's. */
  supabaseDirectory: string | undefined;
}

/** Name of the migrated and seeded database that test databases are cloned from. */
export const TEMPLATE = "holdfast_template";

/** Name of the database that has Supabase's schemas but not ours, for tests of the migrations themselves. */
export const BARE_TEMPLATE = "holdfast_bare";

/** Settings of a cluster whose data nobody needs after a power cut. */
export const THROWAWAY = {
  fsync: "off",
  full_page_writes: "off",
  max_wal_size: "4GB",
  log_checkpoints: "off",
};

/** One throwaway Postgres for a whole test run. */
export interface TestCluster extends AsyncDisposable {
  info: ClusterInfo;
}

/**
 * Starts a throwaway cluster with hosted Supabase's roles, migrated and seeded once.
 *
 * @param supabaseDirectory another `supabase` folder than the repository's
 */
export async function startTestCluster(options: { supabaseDirectory?: string } = {}): Promise<TestCluster> {
  const runDir = mkdtempSync(join(tmpdir(), "holdfast-test-"));
  chmodSync(runDir, 0o700);
  writeJson(join(runDir, "owner.json"), identifySelf());
  const stateDir = join(runDir, "cluster");
  try {
    ensureStateDir(stateDir);
    const secrets = await loadSecrets(stateDir);
    const { users } = loadUsers(stateDir);
    const server = await PostgresServer.open({
      home: resolveDataHome(stateDir),
      port: await freePort(),
      logFile: join(stateDir, "logs", "postgres.log"),
      settings: THROWAWAY,
    });
    server.initialise(secrets.passwords.supabase_admin);
    await server.start();
    await layOutRoles(server.port, secrets);
    await makeTemplate(server.port, secrets, BARE_TEMPLATE);
    await migrate(databaseUrl(server.port, "postgres", secrets), {
      seed: true,
      ...(options.supabaseDirectory ? { directory: options.supabaseDirectory } : {}),
    });
    await withClient(server.port, "postgres", secrets, async (client) => {
      const password = client.escapeLiteral(secrets.passwords.holdfast_worker);
      await client.query(`alter role holdfast_worker password ${password}`);
      await seedUsers(client, users);
    });
    await makeTemplate(server.port, secrets, TEMPLATE);
    await server.stop("fast");
    const preparedStateDir = join(runDir, "prepared");
    await copyState(stateDir, preparedStateDir);
    await server.start();
    const info = {
      runDir,
      port: server.port,
      secrets,
      users,
      preparedStateDir,
    };
    return {
      info: { ...info, supabaseDirectory: options.supabaseDirectory },
      [Symbol.asyncDispose]: () => removeRun(runDir),
    };
  } catch (error) {
    await removeRun(runDir);
    throw error;
  }
}

/** Keeps the database `postgres`, as it is now, as a template. Nobody may be connected to it meanwhile. */
async function makeTemplate(port: number, secrets: Secrets, name: string): Promise<void> {
  const statement = `create database ${name} template postgres owner postgres is_template true`;
  await withClient(port, "supabase_admin", secrets, (client) => client.query(statement), "template1");
}

/** Copies secrets, users and the stopped server's data directory into a new state folder. */
export async function copyState(from: string, to: string): Promise<void> {
  ensureStateDir(to);
  for (const name of ["secrets.json", "users.json"]) cpSync(join(from, name), join(to, name));
  const home = resolveDataHome(to);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  // `cp -a` keeps the owner, which is another user when this process is root, and shares blocks where it can.
  await promisify(execFile)("cp", ["-a", join(resolveDataHome(from), "data"), join(home, "data")]);
}
