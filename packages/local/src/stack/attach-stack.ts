import { join } from "node:path";
import { PostgresServer } from "../postgres/server.ts";
import { resolveDataHome, resolveStateDir } from "../state/paths.ts";
import { loadSecrets } from "../state/secrets.ts";
import { readStack } from "../state/stack-file.ts";
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
  const letGo = async () => {};
  return {
    ...reachableStack(record, await loadSecrets(stateDir), users, stateDir),
    attached: true,
    firstStart: false,
    postgres: {
      stop: async (mode) => (await server()).stop(mode),
      start: async () => void (await (await server()).start()),
    },
    stop: letGo,
    [Symbol.asyncDispose]: letGo,
  };
}
