import { rmSync } from "node:fs";
import { join } from "node:path";
import { copyState, runCluster } from "@holdfast/testing";
import pg from "pg";
import { down, freePort, resolveDataHome, type Stack, startStack, up } from "../../src/index.ts";

/** A migrated state folder and two ports of a test's own, with nothing started on them. */
export interface PrivateState extends AsyncDisposable {
  stateDir: string;
  dataDir: string;
  dbPort: number;
  apiPort: number;
  start(): Promise<Stack>;
  startDetached(): Promise<Stack>;
}

/** Copies the run's prepared cluster into a new state folder; disposing it ends whatever runs there. */
export async function privateState(): Promise<PrivateState> {
  const { runDir, preparedStateDir } = runCluster();
  const stateDir = join(runDir, `life-${crypto.randomUUID().slice(0, 8)}`);
  await copyState(preparedStateDir, stateDir);
  const ports = { dbPort: await freePort(), apiPort: await freePort() };
  return {
    stateDir,
    dataDir: join(resolveDataHome(stateDir), "data"),
    ...ports,
    start: () => startStack({ stateDir, ...ports }),
    startDetached: () => up({ stateDir, ...ports, detach: true }),
    async [Symbol.asyncDispose]() {
      await down({ stateDir, reset: true });
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** Whether database and Data API answer. */
export async function answers(stack: Stack): Promise<boolean> {
  const client = new pg.Client({ connectionString: stack.databaseUrl("holdfast_worker") });
  await client.connect();
  await client.query("select holdfast_private.schema_version()");
  await client.end();
  const health = await fetch(`${stack.apiUrl}/auth/v1/health`, { headers: { apikey: stack.publishableKey } });
  return health.status < 500;
}
