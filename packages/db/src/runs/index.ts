// The part of this package that a runner loads: no pool, no query builder, no schema library. It must start in 80 ms.
export { isConnectionLost } from "../errors/connection-lost.ts";
export { HoldfastError, isRefusal } from "../errors/holdfast-error.ts";
export { backoff } from "../errors/retrying.ts";
export type {
  Finish,
  Finished,
  Outcome,
  RunError,
} from "../leases/finish-runs.ts";
export { statementTimeoutFor } from "../pool/statement-timeout.ts";
export { attachRun, type RunAttachment } from "./attach-run.ts";
export { beatLease, type LeaseVerdict, type RunBeat } from "./beat-lease.ts";
export { finishRun } from "./finish-run.ts";
export { type OutputStreamName, storeOutput } from "./store-output.ts";
