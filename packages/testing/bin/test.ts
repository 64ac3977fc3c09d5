import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { build } from "@holdfast/admin/build";
import { installBrowser } from "../src/browser/find-browser.ts";
import { sweepAbandonedRuns } from "../src/cluster/sweep.ts";
import { isSuccess, readTally, TALLY_FILE, tallyLine } from "../src/reporter/tally.ts";

// `npm test [-- filters]`: runs every fast suite and ends with one line, `N passed, N failed`. Arguments go to vitest.

const testing = resolve(import.meta.dirname, "..");
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const folder = mkdtempSync(join(tmpdir(), "holdfast-tally-"));
const tallyFile = join(folder, "tally.json");

// What the journeys need that takes time: once, before two of them want it at the same moment.
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
if (filters.length === 0 || filters.some((filter) => /journeys|admin/.test(filter))) {
  installBrowser();
  await build();
}

const child = spawn(
  process.execPath,
  [
    vitest,
    "run",
    ...["--config", join(testing, "vitest.config.ts")],
    ...["--reporter=default", `--reporter=${join(testing, "src/reporter/tally-reporter.ts")}`],
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", cwd: resolve(testing, "../.."), env: { ...process.env, [TALLY_FILE]: tallyFile } },
);
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    // A terminal's Ctrl-C reaches vitest by itself, and a second one would make it skip its cleanup.
    if (name !== "SIGINT" || !process.stdin.isTTY) child.kill(name);
  });
}
const exitCode = await new Promise<number | null>((done) => {
  child.once("error", () => done(null));
  child.once("close", done);
});
const tally = readTally(tallyFile, exitCode);
rmSync(folder, { recursive: true, force: true });
// An interrupted or crashed vitest has not ended its servers; they are recognised by their dead owner.
await sweepAbandonedRuns().catch((error: unknown) => console.error("could not clean up after the tests:", error));
console.log(tallyLine(tally));
process.exitCode = isSuccess(tally) ? 0 : 1;
