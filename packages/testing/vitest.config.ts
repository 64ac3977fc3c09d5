import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: resolve(import.meta.dirname, "../.."),
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.holdfast/**", "tests/bench/**", "tests/scale/**"],
    globalSetup: ["packages/testing/src/cluster/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    // A poll waits for a fact; on a busy machine facts take their time.
    expect: { poll: { timeout: 20_000 } },
  },
});
