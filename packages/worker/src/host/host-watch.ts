import {
  adoptRuns,
  type HostRun,
  type HostWorker,
  hostRuns,
  hostWorkers,
  isConnectionLost,
  reportWorkerDead,
} from "@holdfast/db";
import { isSameProcess } from "@holdfast/runner";
import { runnerAlive } from "../commands/orphans.ts";
import { reportLost, settleRunner } from "../commands/run-command.ts";
import type { WorkerOffice } from "../worker-office.ts";

const WATCH_EVERY = 1_000;
const REFRESH_EVERY = 5_000;

/**
 * Looks after the other workers and the runners of this host: a dead process is proven dead by pid and start time long
 * before its lease expires. Reads `/proc` every second, and the database only every few seconds or when somebody died.
 */
export class HostWatch implements Disposable {
  readonly #office: WorkerOffice;
  readonly #timer: NodeJS.Timeout;
  #workers: HostWorker[] = [];
  #runs: HostRun[] = [];
  #refreshedAt = 0;
  #underWay: Promise<void> | undefined;

  constructor(office: WorkerOffice) {
    this.#office = office;
    this.#timer = setInterval(() => void this.look(), WATCH_EVERY);
  }

  /** One look around; looks do not overlap. */
  look(): Promise<void> {
    this.#underWay ??= this.#look().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Waits for a look under way. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { logger, signal } = this.#office;
    try {
      await this.#endAdopted();
      const due = Date.now() - this.#refreshedAt >= REFRESH_EVERY;
      if (due || this.#someoneDied()) await this.#refresh();
      await this.#reportDeadWorkers();
      await this.#adopt();
      await this.#reportDeadRunners();
    } catch (err) {
      if (signal.aborted) return;
      logger[isConnectionLost(err) ? "debug" : "warn"]({ err }, "the host watch could not finish its round");
    }
  }

  #someoneDied(): boolean {
    return this.#workers.some(isDead) || this.#runs.some((run) => this.#runnerDied(run));
  }

  async #refresh(): Promise<void> {
    const { db, host, bootId } = this.#office;
    const [workers, runs] = await Promise.all([hostWorkers(db, host, bootId), hostRuns(db, host, bootId)]);
    this.#workers = workers.filter((worker) => worker.worker_id !== this.#office.workerId);
    this.#runs = runs.filter((run) => run.mode === "command");
    this.#refreshedAt = Date.now();
  }

  async #reportDeadWorkers(): Promise<void> {
    const { db, host, logger } = this.#office;
    for (const worker of this.#workers.filter(isDead)) {
      const evidence = `no process ${worker.pid} started at ${worker.pid_started} on ${host}`;
      const reaped = await reportWorkerDead(db, worker.worker_id, evidence);
      this.#workers = this.#workers.filter((other) => other !== worker);
      logger.warn({ deadWorker: worker.worker_id, pid: worker.pid, reaped }, "another worker of this host has died");
    }
  }

  // A command outlives its worker. From then on it is counted here, so that the host is not asked to do too much.
  async #adopt(): Promise<void> {
    const { db, commands, commandSlots, logger, workerId } = this.#office;
    const left = this.#runs.filter((run) => {
      const workerGone = !run.worker_alive || !isSameProcess(run.worker_pid, run.worker_started);
      return run.worker_id !== workerId && workerGone && runnerAlive(run) && !commands.get(run.token);
    });
    if (left.length === 0) return;
    const tokens = left.map((run) => run.token);
    const adopted = new Set(await adoptRuns(db, workerId, tokens));
    for (const run of left) {
      // The others have ended meanwhile, or are another worker's: whose they are the next refresh tells.
      if (!adopted.has(run.token)) {
        this.#forget(run.token);
        continue;
      }
      commands.add({ ...run, adopted: true });
      commandSlots.force();
    }
    if (adopted.size > 0) logger.info({ runs: [...adopted] }, "adopted commands that outlived their worker");
  }

  async #endAdopted(): Promise<void> {
    const { commands, commandSlots } = this.#office;
    for (const run of commands.adopted()) {
      if (runnerAlive(run)) continue;
      await settleRunner(run, this.#office);
      commands.delete(run.token);
      commandSlots.give();
      this.#forget(run.token);
    }
  }

  async #reportDeadRunners(): Promise<void> {
    for (const run of this.#runs.filter((candidate) => this.#runnerDied(candidate))) {
      await reportLost(run, this.#office);
      this.#forget(run.token);
    }
  }

  // Those launched here are watched by whoever awaits their exit; a run without a pid is still being launched.
  #runnerDied(run: HostRun): boolean {
    return run.runner_pid !== null && !this.#office.commands.get(run.token) && !runnerAlive(run);
  }

  #forget(token: number): void {
    this.#runs = this.#runs.filter((run) => run.token !== token);
  }
}

function isDead(worker: HostWorker): boolean {
  return !isSameProcess(worker.pid, worker.pid_started);
}
