import { join } from "node:path";
import { REPOSITORY } from "@holdfast/local";
import { followJob } from "../output/follow-job.ts";
import { must } from "./first-run-error.ts";
import type { Happened } from "./happened.ts";
import type { House } from "./open-house.ts";
import type { Screen } from "./screen.ts";

/** The last line of the script: what it found. */
const SUMMARY = /^(\d+) files, .+, digest of all [0-9a-f]{16}$/m;

/** Part 2: a command with a terminal of its own, on real input: this repository's files. */
export async function runCommand({ holdfast, lane, logFile }: House, screen: Screen): Promise<Happened> {
  screen.title("2  A command job in a terminal of its own: list, hash and summarise this repository's files");
  const began = performance.now();
  const job = await holdfast.enqueue(
    "command",
    {
      argv: [process.execPath, join(import.meta.dirname, "summarise-files.mjs"), REPOSITORY],
      cwd: REPOSITORY,
      pty: true,
    },
    { trigger: "manual", lane, name: "first-run-summarise", maxAttempts: 1, timeoutSeconds: 300 },
  );
  const printed: Uint8Array[] = [];
  const { job: done } = await followJob(
    holdfast,
    job.id,
    {
      onOutput: ({ data }) => void printed.push(data),
      onLook: (now) => screen.progress(now.progress, now.progress_message ?? now.state),
    },
    { signal: AbortSignal.timeout(320_000), patienceMs: 20_000 },
  );
  must(done.state === "completed", `job ${done.id} ended ${done.state}: ${done.error_message}`, `read ${logFile}`);
  const text = Buffer.concat(printed).toString("utf8").replaceAll("\r\n", "\n");
  const summary = SUMMARY.exec(text);
  must(summary !== null, `the output of job ${done.id} lacks its last line`, `holdfast logs --job ${done.id}`);
  const from = text.indexOf("by extension");
  const shown = text
    .slice(from)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("::holdfast"));
  screen.lines(shown.map((line) => `    ${line}`));
  screen.done(`job ${done.id} hashed ${summary[1]} files, and every line of its output is in the database`, began);
  return { job: done, proof: summary[0] };
}
