import { hostname } from "node:os";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Finish, type Finished, type Lease, retireWorker, retrying } from "@holdfast/db";
import { bootId, processStarted, warmRunner } from "@holdfast/runner";
import type pg from "pg";
import type { Logger } from "pino";
import { CommandRuns } from "./commands/command-runs.ts";
import { Deliveries } from "./delivery/deliveries.ts";
import { workOnDelivery } from "./delivery/work-on-delivery.ts";
import { FunctionRuns } from "./functions/function-runs.ts";
import { HostWatch } from "./host/host-watch.ts";
import type { Batcher } from "./leases/batcher.ts";
import { Heartbeat } from "./leases/heartbeat.ts";
import { leaseTaker } from "./leases/lease-taker.ts";
import { runFinisher } from "./leases/run-finisher.ts";
import { Slots } from "./leases/slots.ts";
import { listenForOrders, type Order } from "./orders/listen-for-orders.ts";
import { Registration } from "./registration.ts";
import type { Task } from "./tasks/define-task.ts";
import type { WorkerOffice } from "./worker-office.ts";
import type { checkedOptions, WorkerOptions } from "./worker-options.ts";

const VERSION = "0.1.0";

type Settings = WorkerOptions & ReturnType<typeof checkedOptions>;

/** A running worker. Stop it with {@link Worker.stop} or `await using`. */
export class Worker implements WorkerOffice, AsyncDisposable {
  readonly db: pg.Pool;
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly name: string;
  readonly host: string;
  readonly bootId = bootId();
  readonly stateDirectory: string;
  readonly runnerEnv: NodeJS.ProcessEnv;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly functions = new FunctionRuns();
  readonly commands = new CommandRuns();
  readonly functionSlots: Slots;
  readonly commandSlots: Slots;
  readonly taker: Batcher<number, Lease | undefined>;
  readonly finisher: Batcher<Finish, Finished>;
  readonly signal: AbortSignal;
  /** Resolves when the worker has stopped, whoever asked for it. */
  readonly ended: Promise<void>;
  readonly #options: Settings;
  readonly #closing = new AbortController();
  readonly #registration: Registration;
  readonly #deliveries: Deliveries;
  #heartbeat: Heartbeat | undefined;
  #hostWatch: HostWatch | undefined;
  #orders: AsyncDisposable | undefined;
  #stopped: Promise<void> | undefined;
  #draining = false;
  #end!: () => void;

  constructor(options: Settings, db: pg.Pool, tasks: ReadonlyMap<string, Task>) {
    this.#options = options;
    this.db = db;
    this.tasks = tasks;
    this.databaseUrl = options.databaseUrl;
    this.host = options.host ?? hostname();
    this.name = options.name ?? `${this.host}:${process.pid}`;
    this.logger = options.logger.child({ worker: this.name });
    this.stateDirectory = resolve(options.stateDirectory ?? ".holdfast");
    this.runnerEnv = options.runnerEnv ?? process.env;
    this.functionSlots = new Slots(options.capacity);
    this.commandSlots = new Slots(options.commands);
    this.signal = this.#closing.signal;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { logger, signal } = this;
    const { lanes, capacity, commands, localQueue, pollInterval } = options;
    this.#deliveries = new Deliveries({
      databaseUrl: this.databaseUrl,
      lanes,
      functionSlots: this.functionSlots,
      commandSlots: this.commandSlots,
      localQueue,
      pollInterval,
      logger,
      onDelivery: (delivery, slots) => void workOnDelivery(delivery, slots, this),
    });
    this.#registration = new Registration(db, logger, {
      name: this.name,
      host: this.host,
      boot_id: this.bootId,
      pid: process.pid,
      pid_started: processStarted(process.pid) ?? "",
      pool_id: this.#deliveries.poolId,
      lanes,
      capacity: capacity + commands,
      version: VERSION,
    });
    const registration = this.#registration;
    this.taker = leaseTaker({ db, logger, signal, registration });
    this.finisher = runFinisher({ db, logger, signal });
  }

  /** Id of the worker's row in `holdfast.workers`. */
  get workerId(): number {
    return this.#registration.id;
  }

  /** Registers, looks after what earlier workers of this host left, and begins to take deliveries. */
  async start(signal?: AbortSignal): Promise<void> {
    const waiting = {
      signal,
      logger: this.logger,
      what: "register the worker",
    };
    try {
      await retrying(() => this.#registration.register(), waiting);
      const { heartbeatSeconds } = this.#options;
      this.#heartbeat = new Heartbeat({
        office: this,
        every: heartbeatSeconds * 1000,
        registration: this.#registration,
        onDrain: () => void this.drain(),
      });
      if (this.#options.commands > 0) void warmRunner(this.stateDirectory);
      this.#hostWatch = new HostWatch(this);
      // Before the first delivery, so that adopted commands have their slots.
      await this.#hostWatch.look();
      this.#orders = listenForOrders({
        databaseUrl: this.databaseUrl,
        logger: this.logger,
        onOrder: (order) => this.#obey(order),
        onConnected: () => this.#heartbeat?.beatNow(),
      });
      await retrying(() => this.#deliveries.start(), waiting);
    } catch (error) {
      await this.stop({ graceSeconds: 0 });
      throw error;
    }
    const { lanes, capacity, commands } = this.#options;
    this.logger.info(
      {
        id: this.workerId,
        lanes,
        capacity,
        commands,
        kinds: [...this.tasks.keys()],
      },
      "worker started",
    );
  }

  /**
   * Takes nothing more, waits until what runs here has ended (commands included), then stops. Called when an operator
   * drains the worker.
   */
  async drain(): Promise<void> {
    if (this.#draining || this.#stopped) return;
    this.#draining = true;
    this.logger.info("draining: nothing more is taken");
    await this.#deliveries.stopTaking();
    while (this.functions.size + this.commands.size > 0 && !this.#stopped) await delay(100);
    await this.stop();
  }

  /**
   * Stops: takes nothing more, gives running functions `graceSeconds` (default: the worker's own) and then aborts them,
   * leaves runners running, and ends the worker's row. Safe to call again.
   */
  stop(options: { graceSeconds?: number } = {}): Promise<void> {
    const grace = options.graceSeconds ?? this.#options.graceSeconds ?? 30;
    this.#stopped ??= this.#stop(grace * 1000);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(grace: number): Promise<void> {
    this.logger.info({ functions: this.functions.size, commands: this.commands.size }, "worker stopping");
    await this.#within(5_000, "hand deliveries back", this.#deliveries.stopTaking());
    if (!(await this.#functionsEnd(grace))) {
      this.logger.warn({ functions: this.functions.size }, "functions are still running and are aborted");
      this.functions.endAll("shutdown");
      if (!(await this.#functionsEnd(2_000))) this.functions.abandonAll();
      if (!(await this.#functionsEnd(5_000))) {
        this.logger.error(
          { functions: this.functions.size },
          "not every end of a run could be delivered; leases will expire",
        );
      }
    }
    this.#heartbeat?.[Symbol.dispose]();
    this.#hostWatch?.[Symbol.dispose]();
    const closing = Promise.all([this.#orders?.[Symbol.asyncDispose](), this.#deliveries.close()]);
    await this.#within(6_000, "close the deliveries", closing);
    this.#closing.abort();
    const settled = Promise.all([this.#heartbeat?.settled(), this.#hostWatch?.settled()]);
    await this.#within(2_000, "end the heartbeat", settled);
    await this.#within(3_000, "retire", this.#retire());
    this.functions[Symbol.dispose]();
    await this.#within(1_000, "close the connections", this.db.end());
    this.logger.info("worker stopped");
    this.#end();
  }

  /**
   * Waits for a step of stopping, but not for ever: on connections that a cut network left half-open every statement takes
   * its whole timeout to fail. What is left undone here, others find: the row, its deliveries and its leases expire.
   */
  async #within(milliseconds: number, what: string, step: Promise<unknown>): Promise<void> {
    const late = new AbortController();
    const gaveUp = delay(milliseconds, "late" as const, { signal: late.signal }).catch(() => undefined);
    const done = step.then(
      () => undefined,
      (err: unknown) => this.logger.debug({ err }, `${what}: failed while stopping`),
    );
    if ((await Promise.race([done, gaveUp])) === "late")
      this.logger.warn({ milliseconds }, `${what}: not waited for any longer`);
    late.abort();
  }

  async #functionsEnd(within: number): Promise<boolean> {
    const until = Date.now() + within;
    // What is being taken becomes a function a moment later: both must be empty.
    while (this.functions.size + this.taker.pending > 0) {
      if (Date.now() >= until) return false;
      await delay(20);
    }
    return true;
  }

  async #retire(): Promise<void> {
    if (this.workerId === 0) return;
    try {
      const signal = AbortSignal.timeout(3_000);
      await retrying(() => retireWorker(this.db, this.workerId), {
        signal,
        logger: this.logger,
        what: "retire",
      });
    } catch (err) {
      this.logger.warn({ err }, "the worker's row could not be ended; it will be found dead");
    }
  }

  #obey({ worker, tokens, verdict }: Order): void {
    if (verdict === "drain") {
      if (worker === this.workerId) void this.drain();
      return;
    }
    for (const token of tokens) {
      if (!this.functions.end(token, verdict)) void this.commands.wake(token);
    }
  }
}
