import { join } from "node:path";
import { LocalStackError } from "../errors.ts";
import { PostgresServer } from "../postgres/server.ts";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import { waitUntil } from "../process/wait-until.ts";
import { resolveDataHome, resolveStateDir } from "../state/paths.ts";
import { loadSecrets } from "../state/secrets.ts";
import { readStack } from "../state/stack-file.ts";
import { StoppedMark } from "../state/stopped-mark.ts";
import { readUsers } from "../users/local-users.ts";
import { reachableStack } from "./reachable-stack.ts";
import type { Stack } from "./stack.ts";

/** Reaches the stack that runs on a state folder; `undefined` when none is ready there. */
export async function attachStack(options: { stateDir?: string } = {}): Promise<Stack | undefined> {
  const stateDir = resolveStateDir(options.stateDir);
  const record = readStack(stateDir);
  const users = record?.state === "ready" ? readUsers(stateDir) : undefined;
  if (!record || !users) return undefined;
  const server = () =>
    PostgresServer.open({
      home: resolveDataHome(stateDir),
      port: record.dbPort,
      logFile: join(stateDir, "logs", "postgres.log"),
    });
  const mark = new StoppedMark(stateDir);
  const letGo = async () => {};
  return {
    ...reachableStack(record, await loadSecrets(stateDir), users, stateDir),
    attached: true,
    firstStart: false,
    postgres: {
      async stop(mode) {
        mark.set();
        await (await server()).stop(mode);
      },
      async start() {
        mark.clear();
        await startedByOwner({ pid: record.pid, startTime: record.pidStartTime }, await server());
        await waitUntil(() => answers(record.apiUrl), 10_000, 50);
      },
    },
    stop: letGo,
    [Symbol.asyncDispose]: letGo,
  };
}

/** The stack's own process starts the server as soon as nobody wants it stopped; without that process we do. */
async function startedByOwner(owner: ProcessIdentity, server: PostgresServer): Promise<void> {
  await waitUntil(() => server.running?.ready === true || !isAlive(owner), 120_000);
  if (server.running?.ready) return;
  if (!isAlive(owner)) return void (await server.start());
  throw new LocalStackError("local.postgres_failed", "Postgres did not start", `look at ${server.logFile}`);
}

/** Whether the Data API reaches the database again: a request without a key is refused, but not with 503. */
async function answers(apiUrl: string): Promise<boolean> {
  const answer = await fetch(`${apiUrl}/rest/v1/`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer !== undefined && answer.status !== 503;
}
