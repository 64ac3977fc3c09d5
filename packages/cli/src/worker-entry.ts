import { join } from "node:path";

/** The process that a server runs: keeper, worker and supervisor. */
export const WORKER_ENTRY = join(import.meta.dirname, "../../../apps/worker/src/main.ts");
