import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import { TALLY_FILE, type Tally } from "./tally.ts";

/** Vitest reporter that writes how many tests passed, failed and were skipped into the file named by the environment. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally: Tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) countModule(module, tally);
    const path = process.env[TALLY_FILE];
    if (path) writeFileSync(path, JSON.stringify(tally));
  }
}

function countModule(module: TestModule, tally: Tally): void {
  let failedTests = 0;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === "passed") tally.passed++;
    else if (state === "failed") failedTests++;
    else tally.skipped++;
  }
  // A file that cannot be loaded, or whose hooks fail, has no failed test to show for it.
  if (failedTests === 0 && module.state() === "failed") failedTests = 1;
  tally.failed += failedTests;
}
