import { readFileSync } from "node:fs";
import { isSameProcess, processStarted } from "../../src/index.ts";
import { until } from "./runner-bench.ts";

/** Waits for a pid that a command writes to a file, and returns it with its start time. */
export async function pidFrom(file: string): Promise<{ pid: number; started: string }> {
  const pid = await until(`${file} has a pid`, () => Number(readFileSync(file, "utf8").trim()));
  const started = processStarted(pid);
  if (!started) throw new Error(`process ${pid} of ${file} is not alive`);
  return { pid, started };
}

/** Waits until a process is gone. */
export function gone(what: string, { pid, started }: { pid: number; started: string }, milliseconds?: number) {
  return until(`${what} is gone`, () => !isSameProcess(pid, started), milliseconds);
}

/** A memory figure of a process in megabytes, `VmHWM` (peak) or `VmRSS` (now); null when it is gone. */
export function megabytes(pid: number, figure: "VmHWM" | "VmRSS"): number | null {
  try {
    const kilobytes = new RegExp(`${figure}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
