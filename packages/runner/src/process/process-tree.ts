import { listProcesses, type ProcessEntry, readProcess } from "./process-table.ts";
import { carriesMarker, type RunMarker } from "./run-marker.ts";

/** The process at the top of a command: it leads its own session, and is known by pid and start time. */
export interface TreeRoot {
  readonly pid: number;
  readonly started: string;
  /** Lets processes be found that left the session and lost their parent. Without it they are left alone. */
  readonly marker?: RunMarker | undefined;
}

/**
 * Every process that belongs to a command: its session, what descends from it, and what carries its marker.
 *
 * `owned` says that the caller is the parent of the root: then a session whose leader is gone is still known to be
 * the command's. Anybody else must be shown the marker, because a session id is a pid and pids are used again.
 */
export class ProcessTree {
  readonly root: TreeRoot;
  readonly #owned: boolean;
  readonly #known = new Map<number, string>();

  constructor(root: TreeRoot, options: { owned: boolean }) {
    this.root = root;
    this.#owned = options.owned;
  }

  /** The live processes of the command now, the root first. */
  members(): ProcessEntry[] {
    const all = listProcesses();
    const holder = all.find((entry) => entry.pid === this.root.pid);
    const rootThere = holder?.started === this.root.started;
    const sessionIsOurs = rootThere || (holder === undefined && this.#owned);
    const own = new Set<number>();
    for (const entry of all) {
      if (this.#belongs(entry, rootThere, sessionIsOurs)) own.add(entry.pid);
    }
    addDescendants(all, own);
    own.delete(process.pid);
    own.delete(1);
    const members = all.filter((entry) => own.has(entry.pid) && !entry.zombie);
    for (const entry of members) this.#known.set(entry.pid, entry.started);
    return members.sort((a, b) => Number(b.pid === this.root.pid) - Number(a.pid === this.root.pid));
  }

  /** Sends a signal to every member; returns how many were signalled. A process that ended meanwhile does not count. */
  signal(signal: NodeJS.Signals): number {
    return this.#signalAll(signal).length;
  }

  /** Kills until nothing is left (a member may fork while it is being killed); returns how many were killed. */
  kill(): number {
    const killed = new Set<number>();
    for (let sweep = 0; sweep < 20; sweep += 1) {
      const pids = this.#signalAll("SIGKILL");
      if (pids.length === 0) break;
      for (const pid of pids) killed.add(pid);
    }
    return killed.size;
  }

  #signalAll(signal: NodeJS.Signals): number[] {
    return this.members()
      .filter((member) => signalProcess(member.pid, member.started, signal))
      .map((member) => member.pid);
  }

  #belongs(entry: ProcessEntry, rootThere: boolean, sessionIsOurs: boolean): boolean {
    if (entry.pid === this.root.pid) return rootThere;
    if (this.#known.get(entry.pid) === entry.started) return true;
    const inSession = entry.session === this.root.pid;
    if (inSession && sessionIsOurs) return true;
    const { marker } = this.root;
    // What is older than the command cannot be its child: spares reading the environment of most processes.
    if (!marker || isOlder(entry.started, this.root.started)) return false;
    if (!inSession && marker.runDirectory == null) return false;
    return carriesMarker(entry.pid, marker);
  }
}

/** Signals one process if, and only if, it is still the one that was recorded; false when it is not. */
export function signalProcess(pid: number, started: string, signal: NodeJS.Signals): boolean {
  const entry = readProcess(pid);
  if (!entry || entry.zombie || entry.started !== started) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Signals a command and everything it started, by pid and start time, never by pid alone.
 *
 * For callers that are not the command's parent: a worker that clears an orphan. With `SIGKILL` it repeats until
 * nothing is left. Returns the number of processes signalled; 0 means that none of them is alive.
 */
export function killProcessTree(root: TreeRoot, signal: NodeJS.Signals): number {
  const tree = new ProcessTree(root, { owned: false });
  return signal === "SIGKILL" ? tree.kill() : tree.signal(signal);
}

/**
 * Kills every process that carries a run's marker, for when not even the pid of its command is known; returns how many.
 * Linux only: elsewhere the environment of a process is not readable, and 0 is returned.
 */
export function killMarked(marker: RunMarker & { runDirectory: string }): number {
  return killProcessTree({ pid: -1, started: "0", marker }, "SIGKILL");
}

function isOlder(started: string, than: string): boolean {
  return /^\d+$/.test(started) && /^\d+$/.test(than) && Number(started) < Number(than);
}

function addDescendants(all: ProcessEntry[], own: Set<number>): void {
  for (let before = -1; before !== own.size; ) {
    before = own.size;
    for (const entry of all) {
      if (own.has(entry.parent)) own.add(entry.pid);
    }
  }
}
