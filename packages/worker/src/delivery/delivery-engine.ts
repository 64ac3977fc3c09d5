import "./quiet.ts";
import { EventEmitter } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { backoff, isConnectionLost, releaseDeliveries, retrying } from "@holdfast/db";
import { runTaskList, type WorkerEvents, type WorkerPool } from "graphile-worker";
import type pg from "pg";
import type { Logger } from "pino";
import { Delivery } from "./delivery.ts";
import { engineLogger } from "./engine-logger.ts";

/** What a {@link DeliveryEngine} needs. */
export interface DeliveryEngineOptions {
  /** Connections for graphile-worker, at least three; closed by their owner. */
  connections: pg.Pool;
  /** Under this id graphile-worker locks our deliveries, whichever of its pools is running. */
  poolId: string;
  /** Task identifiers to take. */
  tasks: readonly string[];
  /** How many deliveries may be under way at the same time. */
  concurrency: number;
  /** How many deliveries are fetched at once; -1 fetches each only when there is room for it. */
  localQueue: number;
  /** Milliseconds between two looks when no NOTIFY arrives. */
  pollInterval: number;
  logger: Logger;
  /** Works on a delivery and settles it. */
  onDelivery(delivery: Delivery): void;
}

// A delivery that waits in this process for longer goes back, so that another worker may have it.
const LOCAL_QUEUE_TTL = 2_000;

/** What graphile-worker has fetched and not yet handed over. */
interface FetchedJob {
  readonly payload?: { readonly job?: unknown };
}

/**
 * Runs graphile-worker for some tasks and keeps it running: it ends itself when a write of its own is cut off by a
 * broken connection, and is then started again as soon as the database is back.
 */
export class DeliveryEngine {
  readonly #options: DeliveryEngineOptions;
  readonly #open = new Set<Delivery>();
  readonly #stopping = new AbortController();
  #pool: WorkerPool | undefined;
  #fetched: FetchedJob[] = [];
  #loop: Promise<void> | undefined;

  constructor(options: DeliveryEngineOptions) {
    this.#options = options;
  }

  /** The jobs whose deliveries are in this process: fetched, or under way. */
  knownJobs(): number[] {
    const fetched = this.#fetched.map(({ payload }) => payload?.job).filter((job) => typeof job === "number");
    return [...fetched, ...[...this.#open].map((delivery) => delivery.job)];
  }

  /** Begins to take deliveries. */
  start(): void {
    this.#loop = this.#keepRunning();
  }

  /** Takes nothing more. Deliveries under way go on; those whose lease was never asked for go back. */
  async stopTaking(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    await this.#handBack();
    void this.#shutDown();
  }

  /** Lets go of every delivery and waits for graphile-worker to end; call {@link stopTaking} first. */
  async close(): Promise<void> {
    for (const delivery of this.#open) {
      if (delivery.taken) delivery.settle();
      else delivery.refuse();
    }
    const ended = this.#loop?.catch(() => undefined);
    await Promise.race([ended, delay(5_000, undefined, { ref: false })]);
    await this.#release().catch(() => undefined);
  }

  async #keepRunning(): Promise<void> {
    const { logger } = this.#options;
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt++) {
      const began = Date.now();
      try {
        await this.#runOnce();
      } catch (err) {
        if (!this.#stopping.signal.aborted) logger.warn({ err }, "graphile-worker ended, it will be started again");
      }
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - began > 10_000) attempt = 1;
      await this.#recover(attempt);
    }
  }

  /** What the ended pool still has locked would otherwise stay so for four hours. */
  async #recover(attempt: number): Promise<void> {
    const { signal } = this.#stopping;
    const { logger } = this.#options;
    try {
      await delay(backoff(attempt, 100, 5_000), undefined, { signal });
      const options = { signal, logger, what: "return deliveries" };
      await retrying(() => this.#release(), options);
    } catch (error) {
      if (signal.aborted || isConnectionLost(error)) return;
      logger.error({ err: error }, "deliveries could not be returned");
    }
  }

  async #runOnce(): Promise<void> {
    const { connections, poolId, tasks, concurrency, localQueue: size, pollInterval, logger } = this.#options;
    const events: WorkerEvents = new EventEmitter();
    // A settable id is what lets us register under it before the first delivery is locked.
    events.once("pool:create", ({ workerPool }) => {
      workerPool.id = poolId;
    });
    events.once("localQueue:init", ({ localQueue }) => {
      this.#fetched = localQueue.jobQueue as unknown as FetchedJob[];
    });
    events.once("pool:gracefulShutdown", () => {
      // We return what is fetched ourselves. graphile-worker 0.18 would return it in a promise that nobody awaits, whose
      // failure (the connection may be gone) would end this process.
      this.#fetched.splice(0);
      void this.#handBack();
    });
    const task = (payload: unknown) => this.#accept(payload);
    this.#pool = runTaskList(
      {
        pgPool: connections,
        concurrency,
        pollInterval,
        noHandleSignals: true,
        logger: engineLogger(logger),
        events,
        preset: {
          worker: {
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
            localQueue: { size, ttl: LOCAL_QUEUE_TTL },
          },
        },
      },
      Object.fromEntries(tasks.map((name) => [name, task])),
      connections,
    );
    await this.#pool.promise;
  }

  #accept(payload: unknown): Promise<void> {
    const delivery = new Delivery(payload);
    this.#open.add(delivery);
    const forget = () => {
      this.#open.delete(delivery);
    };
    delivery.done.then(forget, forget);
    this.#options.onDelivery(delivery);
    return delivery.done;
  }

  // First unlocked and then refused: graphile-worker's own bookkeeping of a failure only touches what it still has
  // locked, so the one attempt that a delivery has is not used up.
  async #handBack(): Promise<void> {
    const waiting = [...this.#open].filter((delivery) => !delivery.taken);
    await this.#release().catch(() => undefined);
    for (const delivery of waiting) {
      if (!delivery.taken) delivery.refuse();
    }
    // The pool is ending because of a broken connection: nothing may wait for its runs, which outlive it.
    if (!this.#stopping.signal.aborted) {
      for (const delivery of this.#open) if (delivery.taken) delivery.settle();
    }
  }

  #release(): Promise<number> {
    return releaseDeliveries(this.#options.connections, this.#options.poolId);
  }

  async #shutDown(): Promise<void> {
    const pool = this.#pool;
    if (!pool?._active || pool._shuttingDown) return;
    try {
      await pool.gracefulShutdown();
    } catch (err) {
      this.#options.logger.debug({ err }, "graphile-worker did not stop cleanly");
    }
  }
}
