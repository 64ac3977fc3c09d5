import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** The guards of tests/house alone: they read sources and need no database, so no cluster is started for them. */
export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  test: { include: ["tests/house/**/*.test.ts"] },
});
