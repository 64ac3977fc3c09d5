// The root of the repository depends on neither package; a task file of a real project imports both by name.

export { z } from "../../../packages/worker/node_modules/zod/index.js";
export { defineTask, FatalError } from "../../../packages/worker/src/index.ts";
