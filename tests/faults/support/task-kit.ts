// The root of the repository does not depend on the package; a task file of a real project imports it by name.

export { defineTask, z } from "../../../packages/worker/src/index.ts";
