import { spawnSync } from "node:child_process";
import { connect } from "node:net";
import { hostname } from "node:os";
import type { Holdfast } from "@holdfast/client";
import { isAlive, type ProcessIdentity, type Stack } from "@holdfast/local";
import { pause } from "../output/follow-job.ts";

/** A process of this machine that the first run answers for. */
export interface KnownProcess extends ProcessIdentity {
  what: string;
  /** Of a worker: its name in the table workers. */
  name?: string;
}

interface RunRow {
  id: number;
  runner_pid: number | null;
  runner_started: string | null;
  command_pid: number | null;
  command_started: string | null;
}

/** The live workers, runners and commands that the database knows on this machine. */
export async function knownProcesses(holdfast: Holdfast): Promise<KnownProcess[]> {
  const host = hostname();
  const [workers, runs] = await Promise.all([
    holdfast.data.read<{ id: number; name: string; pid: number; pid_started: string }[]>((db) =>
      db.from("workers").select("id,name,pid,pid_started").eq("host", host).order("id", { ascending: false }).limit(50),
    ),
    holdfast.data.read<RunRow[]>((db) =>
      db
        .from("runs")
        .select("id,runner_pid,runner_started,command_pid,command_started")
        .eq("host", host)
        .order("id", { ascending: false })
        .limit(200),
    ),
  ]);
  const known: KnownProcess[] = workers.map((worker) => ({
    what: `worker ${worker.id}`,
    name: worker.name,
    pid: worker.pid,
    startTime: worker.pid_started,
  }));
  for (const run of runs) {
    if (run.runner_pid && run.runner_started) {
      known.push({ what: `runner of run ${run.id}`, pid: run.runner_pid, startTime: run.runner_started });
    }
    if (run.command_pid && run.command_started) {
      known.push({ what: `command of run ${run.id}`, pid: run.command_pid, startTime: run.command_started });
    }
  }
  return known.filter(isAlive);
}

/** Tells runners to end: each ends its command, stores the rest of its output and closes its run. */
export async function endRunners(processes: readonly KnownProcess[], patienceMs = 20_000): Promise<void> {
  const runners = processes.filter((process) => process.what.startsWith("runner"));
  for (const runner of runners) send(runner, "SIGTERM");
  await untilGone(runners, patienceMs);
}

/** Waits until all of them have ended, but not longer than `patienceMs`. */
export async function untilGone(processes: readonly KnownProcess[], patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (processes.some(isAlive) && Date.now() < deadline) await pause(50);
}

/** Whether it is a worker, as opposed to a runner or a command. */
export function isWorker(each: KnownProcess): boolean {
  return each.name !== undefined;
}

/** The process that started another one. */
export function parentOf(pid: number): number | undefined {
  const { stdout } = spawnSync("ps", ["-o", "ppid=", "-p", String(pid)], { encoding: "utf8" });
  const parent = Number((stdout ?? "").trim());
  return Number.isInteger(parent) && parent > 1 ? parent : undefined;
}

/** Ends processes at once. */
export function killAll(processes: readonly KnownProcess[]): void {
  for (const each of processes) send(each, "SIGKILL");
}

function send(identity: KnownProcess, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It ended by itself in this very moment.
  }
}

/** What is still there of what should be gone: processes, and listeners on the ports of a stack that was ended. */
export async function leftovers(processes: readonly KnownProcess[], stack: Stack | undefined): Promise<string[]> {
  const left = processes.filter(isAlive).map((each) => `${each.what} (pid ${each.pid})`);
  if (!stack) return left;
  for (const [what, port] of [
    ["Postgres", stack.dbPort],
    ["the Data API", stack.apiPort],
  ] as const) {
    if (await listens(port)) left.push(`${what} on port ${port}`);
  }
  return left;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
