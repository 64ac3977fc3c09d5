import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One process as the operating system reports it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Session id: on Linux the pid of the session's leader. Elsewhere the process group stands in for it. */
  readonly session: number;
  /** Start time as the system writes it: clock ticks since boot on Linux, a date elsewhere. Compare for equality only. */
  readonly started: string;
  /** Dead, but not yet reaped by its parent: it still owns its pid. */
  readonly zombie: boolean;
  /** Processor time of the process and of the children it has waited for, in seconds. */
  readonly cpuSeconds: number;
  /** Resident memory in bytes. */
  readonly residentBytes: number;
}

const linux = process.platform === "linux";
// USER_HZ, the unit of the times in /proc: 100 in the kernel's user-space interface whatever the kernel's own HZ is.
const ticksPerSecond = 100;
const pageBytes = 4096;

/** Reads one process; null when there is none with this pid. A zombie is returned, with `zombie: true`. */
export function readProcess(pid: number): ProcessEntry | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  if (!linux) return listWithPs(["-p", String(pid)])[0] ?? null;
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return null;
  }
}

/** Reads every process of the machine (Linux: `/proc`; elsewhere `ps`). */
export function listProcesses(): ProcessEntry[] {
  if (!linux) return listWithPs(["-ax"]);
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync("/proc")) {
    const first = name.charCodeAt(0);
    if (first < 48 || first > 57) continue;
    const entry = readProcess(Number(name));
    if (entry) entries.push(entry);
  }
  return entries;
}

/** Highest resident memory this process has had, in bytes; 0 when the system does not say. */
export function peakResidentBytes(pid: number): number {
  if (!linux) return 0;
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Processor seconds of the children this process has waited for, and of the ones they waited for; 0 off Linux. */
export function waitedChildrenCpuSeconds(): number {
  if (!linux) return 0;
  const fields = statFields(readFileSync("/proc/self/stat", "latin1"));
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

// The second field is the program's name in parentheses and may itself contain spaces and parentheses: the fields are
// counted from the last one. Index 0 here is field 3 of proc(5).
function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function parseStat(stat: string): ProcessEntry {
  const f = statFields(stat);
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(f[1]),
    group: Number(f[2]),
    session: Number(f[3]),
    started: f[19] ?? "",
    // A leader thread that has ended shows as a zombie while its other threads work on: that process is alive.
    zombie: (f[0] === "Z" && Number(f[17]) <= 1) || f[0] === "X",
    cpuSeconds: (Number(f[11]) + Number(f[12]) + Number(f[13]) + Number(f[14])) / ticksPerSecond,
    residentBytes: Number(f[21]) * pageBytes,
  };
}

function listWithPs(selection: string[]): ProcessEntry[] {
  const columns = ["-o", "pid=,ppid=,pgid=,stat=,rss=,time=,lstart="];
  let text: string;
  try {
    text = execFileSync("ps", [...selection, ...columns], {
      encoding: "utf8",
      env: { LC_ALL: "C", PATH: "/bin:/usr/bin" },
    });
  } catch {
    return []; // ps exits 1 when the pid is gone.
  }
  return text.split("\n").flatMap((line) => {
    const m = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    if (!m) return [];
    const [, pid, parent, group, stat = "", rss, time = "", started = ""] = m;
    const cpuSeconds = time.split(/[-:]/).reduce((sum, part) => sum * 60 + Number(part), 0);
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: Number(group),
      started,
      zombie: stat.startsWith("Z"),
      cpuSeconds,
      residentBytes: Number(rss) * 1024,
    };
  });
}
