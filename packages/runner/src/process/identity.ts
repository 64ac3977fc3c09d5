import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
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

/**
 * Where a pid of ours means something: this boot of the machine and, on Linux, this pid namespace of it, as
 * `<boot>:<namespace>`. Two containers on one machine share the boot, and even the host name, but not their pids.
 */
export function bootId(): string {
  cachedBootId ??= readBootId();
  return cachedBootId;
}

/**
 * Whether two ids of {@link bootId} are of the same boot of a machine, in whatever namespace: then a process recorded
 * under the one may be alive although it cannot be seen under the other. Processes of another boot are dead.
 */
export function isSameBoot(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && bootOf(one) === bootOf(other);
}

function bootOf(id: string): string {
  const end = id.indexOf(":");
  return end === -1 ? id : id.slice(0, end);
}

function readBootId(): string {
  if (process.platform === "linux") {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const namespace = pidNamespace();
    return namespace === null ? boot : `${boot}:${namespace}`;
  }
  return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], {
    encoding: "utf8",
  }).trim();
}

// Null where a sandbox hides it.
function pidNamespace(): string | null {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}
