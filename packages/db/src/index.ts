export { isConnectionLost } from "./errors/connection-lost.ts";
export { fromDatabaseError } from "./errors/from-database-error.ts";
export { HoldfastError, type HoldfastErrorFields, isRefusal } from "./errors/holdfast-error.ts";
export { backoff, type RetryingOptions, retrying } from "./errors/retrying.ts";
export { isUnstorable } from "./errors/unstorable.ts";
export { type Finish, type Finished, finishRuns, type Outcome, type RunError } from "./leases/finish-runs.ts";
export { runBuiltin } from "./leases/run-builtin.ts";
export { type RunState, runStates } from "./leases/run-states.ts";
export { type Consent, type Lease, type LeasedCommand, type Orphan, takeLeases } from "./leases/take-leases.ts";
export { type ListenOptions, listen } from "./listen/listen.ts";
export type { Log } from "./log.ts";
export { call, callForValue, type Queryable } from "./pool/call.ts";
export { createPool, type PoolOptions } from "./pool/create-pool.ts";
export { valueTypes } from "./pool/value-types.ts";
export { type HostRun, type HostWorker, hostRuns, hostWorkers } from "./recovery/host-runs.ts";
export { adoptRuns, orphansCleared, reportRunsLost, reportWorkerDead } from "./recovery/reports.ts";
export { type Duty, duties, millisecondsUntilDue, nextDueAt, runDuty } from "./supervisor/duties.ts";
export { lead, resign } from "./supervisor/leadership.ts";
export {
  type DueSchedule,
  dueSchedules,
  fireWindows,
  type WindowCounts,
  type WindowPortion,
} from "./supervisor/schedules.ts";
export { type KindRegistration, registerKinds } from "./workers/register-kinds.ts";
export { registerWorker, type WorkerIdentity } from "./workers/register-worker.ts";
export { releaseDeliveries, releaseUnknownDeliveries } from "./workers/release-deliveries.ts";
export { retireWorker } from "./workers/retire-worker.ts";
export { type FunctionBeat, type Verdict, type WorkerVerdict, workerBeat } from "./workers/worker-beat.ts";
