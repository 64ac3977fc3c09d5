import { hostname } from "node:os";
import { createPool, duties, lead, resign, retrying } from "@holdfast/db";
import { checkConnectionUrl, explainConnectionError } from "@holdfast/db/connection";
import type pg from "pg";
import type { Logger } from "pino";
import { DutyRoster } from "./duty-roster.ts";

/** How {@link startSupervisor} works. */
export interface SupervisorOptions {
  /** Connection string of the role `holdfast_worker`, never port 6543. */
  databaseUrl: string;
  logger: Logger;
  /** Names the holder of the leader lease; unique per process. Default `<host>:<pid>`. */
  name?: string;
}

/** A supervisor in this process: leading, or standing by. */
export interface Supervisor extends AsyncDisposable {
  readonly name: string;
  /** Whether it holds the leader lease, as far as it knows. */
  readonly leading: boolean;
  /** Stops its duties and gives the lease up, so that a standby takes over at once. */
  stop(): Promise<void>;
}

const TTL_SECONDS = 6;
const RENEW_EVERY = 2_000;

/**
 * Starts a supervisor. One of them leads at a time; the others stand by and take over within the lease's life (6 s) when
 * the leader dies, and within 2 s when it stops. Keeps trying for ever when the database is away.
 * @throws ConnectionUrlError for a connection string that it cannot use.
 */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  checkConnectionUrl(options.databaseUrl);
  return new LeaseHolder(options);
}

class LeaseHolder implements Supervisor {
  readonly name: string;
  readonly #logger: Logger;
  // Apart from the duties: a slow duty must not cost us the lease.
  readonly #leasePool: pg.Pool;
  readonly #dutyPool: pg.Pool;
  readonly #timer: NodeJS.Timeout;
  readonly #databaseUrl: string;
  #renewedAt = 0;
  #failures = 0;
  #standingBy = false;
  #roster: DutyRoster | undefined;
  #asking: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor({ databaseUrl, logger, name }: SupervisorOptions) {
    this.name = name ?? `${hostname()}:${process.pid}`;
    this.#databaseUrl = databaseUrl;
    this.#logger = logger.child({ supervisor: this.name });
    const pool = {
      logger: this.#logger,
      applicationName: "holdfast supervisor",
    };
    this.#leasePool = createPool(databaseUrl, {
      ...pool,
      max: 1,
      queryTimeout: 4_000,
    });
    this.#dutyPool = createPool(databaseUrl, {
      ...pool,
      max: 3,
      queryTimeout: 300_000,
    });
    this.#timer = setInterval(() => this.#ask(), RENEW_EVERY);
    this.#ask();
  }

  get leading(): boolean {
    return this.#roster !== undefined;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #ask(): void {
    this.#asking ??= this.#renew().finally(() => {
      this.#asking = undefined;
    });
  }

  async #renew(): Promise<void> {
    // Counted from before the question: the database may have granted it that early.
    const asked = performance.now();
    try {
      const granted = await lead(this.#leasePool, this.name, TTL_SECONDS);
      if (this.#failures > 0) this.#logger.info({ failures: this.#failures }, "the database answers again");
      this.#failures = 0;
      if (!granted) {
        this.#stepDown("another supervisor leads");
        return await this.#standBy();
      }
      this.#standingBy = false;
      this.#renewedAt = asked;
      this.#takeOver();
    } catch (err) {
      this.#sayFailure(err);
      // Without an answer for a whole life of the lease somebody else may lead by now.
      if (performance.now() - this.#renewedAt >= TTL_SECONDS * 1000) this.#stepDown("the lease could not be renewed");
    }
  }

  /** The first failure and then every tenth: an outage of minutes must neither be silent nor fill the log. */
  #sayFailure(err: unknown): void {
    this.#failures++;
    const { message, remedy } = explainConnectionError(err, this.#databaseUrl);
    const loud = this.#failures === 1 || this.#failures % 10 === 0;
    this.#logger[loud ? "warn" : "debug"](
      { err, failures: this.#failures, remedy },
      `the leader lease could not be renewed, will try again: ${message}`,
    );
  }

  /** Says once for whom: the leader is who did the last duty. */
  async #standBy(): Promise<void> {
    if (this.#standingBy) return;
    const done = (await duties(this.#leasePool)).filter((duty) => duty.last_succeeded_at !== null);
    const last = done.sort((a, b) => Number(b.last_succeeded_at) - Number(a.last_succeeded_at))[0];
    this.#standingBy = true;
    this.#logger.info(`standing by for ${last?.done_by ?? "another supervisor"}`);
  }

  #takeOver(): void {
    if (this.#roster || this.#stopped) return;
    this.#logger.info("leading");
    const roster = new DutyRoster({
      db: this.#dutyPool,
      supervisor: this.name,
      logger: this.#logger,
    });
    this.#roster = roster;
    roster.start().catch((err) => {
      this.#logger.warn({ err }, "the duties could not be read; will try again");
      roster.stop();
      if (this.#roster === roster) this.#roster = undefined;
    });
  }

  #stepDown(why: string): void {
    if (!this.#roster) return;
    this.#logger.warn({ why }, "no longer leading");
    this.#roster.stop();
    this.#roster = undefined;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#timer);
    const roster = this.#roster;
    roster?.stop();
    await this.#asking;
    this.#roster?.stop();
    this.#roster = undefined;
    const settled = roster?.settled() ?? Promise.resolve();
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 5_000).unref())]);
    try {
      const signal = AbortSignal.timeout(2_000);
      await retrying(() => resign(this.#leasePool, this.name), { signal });
    } catch (err) {
      this.#logger.debug({ err }, "the leader lease could not be given up; it expires by itself");
    }
    await Promise.all([this.#leasePool.end(), this.#dutyPool.end()]);
  }
}
