import "./quiet.ts";
import { randomBytes } from "node:crypto";
import { createPool, releaseUnknownDeliveries } from "@holdfast/db";
import { runMigrations } from "graphile-worker";
import type pg from "pg";
import type { Logger } from "pino";
import type { Slots } from "../leases/slots.ts";
import type { Delivery } from "./delivery.ts";
import { DeliveryEngine } from "./delivery-engine.ts";
import { engineLogger } from "./engine-logger.ts";

/** What {@link Deliveries} need. */
export interface DeliveriesOptions {
  databaseUrl: string;
  lanes: readonly string[];
  functionSlots: Slots;
  commandSlots: Slots;
  /** How many deliveries of functions are fetched at once. */
  localQueue: number;
  /** Milliseconds between two looks when no NOTIFY arrives. */
  pollInterval: number;
  logger: Logger;
  /** Works on a delivery, within one of the slots, and settles it. */
  onDelivery(delivery: Delivery, slots: Slots): void;
}

// Longer than an answer can be on its way, shorter than anybody would call a job stuck.
const DOUBT_FOR = 3_000;

/**
 * The deliveries of one worker: functions and commands of its lanes, each counted for itself, so that a flood of
 * commands does not hold up functions.
 */
export class Deliveries {
  /** Both engines lock under one id, because the worker's row has room for one. */
  readonly poolId = `holdfast-${randomBytes(9).toString("hex")}`;
  readonly #logger: Logger;
  readonly #connections: pg.Pool;
  readonly #engines: DeliveryEngine[];
  readonly #timer: NodeJS.Timeout;
  #doubtedAt: number | undefined;

  constructor(options: DeliveriesOptions) {
    const { databaseUrl, lanes, functionSlots, commandSlots, localQueue, pollInterval, logger, onDelivery } = options;
    this.#logger = logger;
    this.#connections = createPool(databaseUrl, { max: 6, applicationName: "holdfast delivery", logger });
    const engine = (suffix: string, slots: Slots, fetchAtOnce: number) =>
      new DeliveryEngine({
        connections: this.#connections,
        poolId: this.poolId,
        tasks: lanes.map((lane) => `holdfast:${lane}${suffix}`),
        concurrency: slots.size,
        localQueue: fetchAtOnce,
        pollInterval,
        logger,
        onDelivery: (delivery) => onDelivery(delivery, slots),
      });
    // A connection is gone: what it had just fetched may be locked for us without our knowing.
    this.#connections.on("remove", () => {
      this.#doubtedAt = Date.now();
    });
    this.#timer = setInterval(() => void this.#settleDoubt(), 1_000).unref();
    // Commands are fetched one by one: one that waited here could be running elsewhere.
    this.#engines = [engine("", functionSlots, localQueue), engine(":commands", commandSlots, -1)];
  }

  /** Checks that graphile-worker's own schema is there and not older than the code, and begins to take deliveries. */
  async start(): Promise<void> {
    try {
      await runMigrations({ pgPool: this.#connections, logger: engineLogger(this.#logger) });
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== "42501") throw cause;
      throw new Error("graphile-worker's schema is missing or older than this code: run `holdfast migrate`", { cause });
    }
    for (const engine of this.#engines) engine.start();
  }

  /** Takes nothing more; see {@link DeliveryEngine.stopTaking}. */
  async stopTaking(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.stopTaking()));
  }

  /** Lets go of everything and closes the connections; call {@link stopTaking} first. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#engines.map((engine) => engine.close()));
    await this.#connections.end();
  }

  async #settleDoubt(): Promise<void> {
    const doubted = this.#doubtedAt;
    if (doubted === undefined || Date.now() - doubted < DOUBT_FOR) return;
    try {
      const known = this.#engines.flatMap((engine) => engine.knownJobs());
      const released = await releaseUnknownDeliveries(this.#connections, this.poolId, known);
      if (released > 0) this.#logger.info({ released }, "returned deliveries whose arrival was cut off");
      if (this.#doubtedAt === doubted) this.#doubtedAt = undefined;
    } catch (err) {
      this.#logger.debug({ err }, "deliveries could not be compared, will try again");
    }
  }
}
