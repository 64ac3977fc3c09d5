import { readdirSync, readFileSync } from "node:fs";
import { readProcess } from "../../../packages/runner/src/process/process-table.ts";

/** A live process and how it was started. */
export interface Leftover {
  readonly pid: number;
  readonly started: string;
  readonly commandLine: string;
}

/**
 * The live processes that belong to a state folder: keepers and workers carry it in their environment, runners in their
 * command line, commands in `HOLDFAST_RUN_DIRECTORY`.
 */
export function processesOf(folder: string): Leftover[] {
  const found: Leftover[] = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const entry = readProcess(pid);
    if (!entry || entry.zombie) continue;
    const commandLine = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    if (!commandLine.includes(folder) && !read(`/proc/${pid}/environ`).includes(folder)) continue;
    found.push({ pid, started: entry.started, commandLine });
  }
  return found;
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
