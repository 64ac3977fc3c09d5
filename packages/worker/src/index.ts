import "./delivery/quiet.ts";

// The zod that payload schemas are checked with: a task file needs no dependency of its own for it.
export { z } from "zod";
export { type Ending, RunAborted } from "./functions/ending.ts";
export { type KeepWorkerOptions, type KeptWorker, keepWorker } from "./keeper/keep-worker.ts";
export { onKeeperGone } from "./keeper/report-to-keeper.ts";
export { startWorker } from "./start-worker.ts";
export {
  type CostDetails,
  defineTask,
  isTask,
  type Task,
  type TaskContext,
  type TaskJob,
  type TaskOptions,
} from "./tasks/define-task.ts";
export { describeKinds } from "./tasks/describe-kinds.ts";
export { FatalError } from "./tasks/fatal-error.ts";
export { loadTasks, TaskLoadError } from "./tasks/load-tasks.ts";
export type { Worker } from "./worker.ts";
export { type WorkerOptions, WorkerOptionsError } from "./worker-options.ts";
