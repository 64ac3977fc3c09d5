import { join } from "node:path";
import type { Logger } from "pino";
import { LocalStackError } from "../errors.ts";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import { waitUntil } from "../process/wait-until.ts";
import { readConfig } from "../state/config.ts";
import { ensureStateDir, resolveStateDir } from "../state/paths.ts";
import { readStack } from "../state/stack-file.ts";
import { StateLock } from "../state/state-lock.ts";
import { attachStack } from "./attach-stack.ts";
import { reachableStack } from "./reachable-stack.ts";
import type { Stack } from "./stack.ts";
import { startParts } from "./start-parts.ts";

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
 * @throws {LocalStackError} rule `local.schema_edited`: the chapters were edited after the database was made by them;
 *   `local.schema_newer`: it was made by a newer checkout
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
      async start() {
        await parts.server.start();
        await parts.api.ready(10_000);
      },
    },
    stop: close,
    [Symbol.asyncDispose]: close,
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
