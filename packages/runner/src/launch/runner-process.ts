import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The file a runner process executes. */
export const runnerEntry = fileURLToPath(new URL("../main.ts", import.meta.url));

/**
 * Flags of Node. A runner keeps nothing and computes little: a small heap, and no third tier of compiler, whose own pages
 * cost 6 MB. It calls the collector itself where it knows better (`globalThis.gc`).
 */
export const runnerFlags = [
  "--max-semi-space-size=1",
  "--max-old-space-size=64",
  "--max-opt=2",
  "--v8-pool-size=1",
  "--expose-gc",
] as const;

/** Variables for Node itself; no command sees them. */
export function runnerVariables(stateDirectory: string): Record<string, string> {
  return {
    // One pool of memory for all threads: the threads of a runner have next to nothing to do.
    MALLOC_ARENA_MAX: "1",
    // Types are stripped and code is compiled once for all runners: that is half of the start time, and 20 MB of memory.
    NODE_COMPILE_CACHE: join(resolve(stateDirectory), "cache", "runner"),
  };
}
