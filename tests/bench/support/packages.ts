// The root of the repository depends on none of these but @holdfast/testing.

export { startSupervisor } from "../../../packages/supervisor/src/index.ts";
export { Logger, run as runGraphile } from "../../../packages/worker/node_modules/graphile-worker/dist/index.js";
export { pino } from "../../../packages/worker/node_modules/pino/pino.js";
export { defineTask, startWorker, z } from "../../../packages/worker/src/index.ts";
