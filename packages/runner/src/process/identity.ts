import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readProcess } from "./process-table.ts";

/**
 * Start time of a live process, or null when there is none (a zombie is dead).
 *
 * A pid alone names nobody for long: the kernel hands it out again. A pid together with its start time and the boot id
 * names one process for ever, which is what leases and runs record.
 */
export function processStarted(pid: number): string | null {
  const entry = readProcess(pid);
  return entry && !entry.zombie ? entry.started : null;
}

/** Whether the process recorded as (`pid`, `started`) is still alive, and not another one that was given its pid. */
export function isSameProcess(pid: number | null | undefined, started: string | null | undefined): boolean {
  return pid != null && started != null && processStarted(pid) === started;
}

let cachedBootId: string | undefined;

/** Identity of this boot of the machine; processes recorded under another one are dead whatever their pid says. */
export function bootId(): string {
  cachedBootId ??= readBootId();
  return cachedBootId;
}

function readBootId(): string {
  if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], {
    encoding: "utf8",
  }).trim();
}
