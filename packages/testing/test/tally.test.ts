import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSuccess, readTally, TALLY_FILE, type Tally, tallyLine } from "../src/reporter/tally.ts";

// The last line of `npm test` is what everybody believes; it must be right when things go wrong.

const HERE = import.meta.dirname;
const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const REPORTER = join(HERE, "../src/reporter/tally-reporter.ts");

function tallyOf(fixture: string): Tally {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-tally-"));
  const file = join(folder, "tally.json");
  const args = [VITEST, "run", "--config", join(HERE, "fixtures/vitest.config.ts"), `--reporter=${REPORTER}`, fixture];
  const run = spawnSync(process.execPath, args, { env: { ...process.env, [TALLY_FILE]: file } });
  const tally = readTally(file, run.status);
  rmSync(folder, { recursive: true });
  return tally;
}

describe("a run is counted", () => {
  test.each([
    ["green", { passed: 1, failed: 0, skipped: 0 }],
    ["mixed", { passed: 2, failed: 1, skipped: 2 }],
    ["broken", { passed: 0, failed: 1, skipped: 0 }],
    ["unhandled", { passed: 1, failed: 1, skipped: 0 }],
    ["no such fixture", { passed: 0, failed: 1, skipped: 0 }],
  ])("%s", (fixture, tally) => {
    expect(tallyOf(fixture)).toEqual(tally);
  });

  test("a failing hook is a failure even though no test ran", () => {
    expect(tallyOf("hook")).toMatchObject({ passed: 0, failed: 1 });
  });
});

test.each([
  ["it crashed before it could count", null],
  ["its global setup failed", 1],
])("a run counts as one failure when %s", (_why, exitCode) => {
  expect(readTally("/nowhere/tally.json", exitCode)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test("the line names skipped tests only when there are any", () => {
  expect(tallyLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(tallyLine({ passed: 12, failed: 1, skipped: 3 })).toBe("12 passed, 1 failed, 3 skipped");
});

test("a run without a single test is not a success", () => {
  expect(isSuccess({ passed: 0, failed: 0, skipped: 9 })).toBe(false);
  expect(isSuccess({ passed: 1, failed: 0, skipped: 9 })).toBe(true);
});
