import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { LocalStackError } from "../errors.ts";
import { type ApiEnd, DataApiProcess, type News } from "./data-api-process.ts";
import type { ApiAnswer, ApiRequest, ApiSettings } from "./protocol.ts";
import { API_RESTARTING, apiRestarting, databaseAway, UnavailableError } from "./unavailable.ts";

/** Time limits, in milliseconds. */
export interface DataApiLimits {
  /** For one answer. Default: 60 s. */
  answer: number;
  /** How long a request waits for a process that is starting. Default: 5 s. */
  start: number;
}

/** A life shorter than this (ms) counts as a failed start, unless the database ended it. */
const SHORT = 5_000;
/** So many failed starts in a row before the first `ready` fail {@link DataApi.open}. */
const ATTEMPTS = 3;

type State = "starting" | "ready" | "no database" | "ended";

/**
 * The Data API and Auth as the gateway sees them: a process that is started again whenever it ends.
 *
 * While the database is away every request is refused at once; while a process is starting, requests wait for it.
 */
export class DataApi implements AsyncDisposable {
  readonly #log: Logger;
  readonly #limits: DataApiLimits;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #stop = new AbortController();
  readonly #kept: Promise<void>;
  #state: State = "starting";
  #process: DataApiProcess;
  #settings: ApiSettings | undefined;
  #wasReady = false;
  #waitsFor: string | undefined;
  #failure: string | undefined;

  private constructor(log: Logger, limits: DataApiLimits) {
    this.#log = log;
    this.#limits = limits;
    this.#process = this.#startProcess();
    this.#kept = this.#keep();
  }

  /** Starts the process, which takes a moment to load; {@link open} tells it which database to serve. */
  static start(log: Logger, limits: Partial<DataApiLimits> = {}): DataApi {
    return new DataApi(log, { answer: 60_000, start: 5_000, ...limits });
  }

  /** Pid of the process in service, or of the one that is starting. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * Serves a database; resolves when it answers.
   *
   * @param timeoutMs default: a minute
   * @throws {LocalStackError} rule `local.data_api_failed` when the process ends again and again, or cannot connect in
   *   time
   */
  async open(settings: ApiSettings, timeoutMs = 60_000): Promise<void> {
    this.#settings = settings;
    this.#process.open(settings);
    const limit = AbortSignal.timeout(timeoutMs);
    while (this.#state !== "ready") {
      if (limit.aborted) this.#failure ??= this.#waitsFor ?? "it is not ready in time";
      if (this.#failure !== undefined || this.#state === "ended") {
        throw new LocalStackError(
          "local.data_api_failed",
          `the Data API does not start: ${this.#failure ?? "it was ended"}`,
          "look at logs/stack.log in the state folder",
        );
      }
      await this.#change(limit);
    }
  }

  /** Waits until requests are answered again; false when that takes longer than `timeoutMs`. */
  async ready(timeoutMs: number): Promise<boolean> {
    const limit = AbortSignal.timeout(timeoutMs);
    while (this.#state !== "ready" && this.#state !== "ended" && !limit.aborted) await this.#change(limit);
    return this.#state === "ready";
  }

  /** @throws {UnavailableError} what to answer instead, and why */
  async answer(request: ApiRequest): Promise<ApiAnswer> {
    await this.#started();
    const asked = this.#process;
    try {
      return await asked.ask(request, this.#limits.answer);
    } catch (error) {
      // Killed under a request that only reads: the next process may as well answer it.
      const again = error instanceof UnavailableError && error.code === API_RESTARTING && isRead(request);
      if (!again) throw error;
      await asked.ended;
      await this.#started();
      return this.#process.ask(request, this.#limits.answer);
    }
  }

  /** Ends the process and starts no other. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#become("ended");
    await this.#process.end();
    await this.#kept;
  }

  #startProcess(): DataApiProcess {
    const heard = (news: News) => {
      if (this.#stop.signal.aborted) return;
      if (news.say === "waiting") {
        this.#waitsFor = news.why;
        this.#log.warn({ why: news.why }, "the Data API waits for the database");
        return this.#become("no database");
      }
      if (this.#wasReady) this.#log.info("the Data API answers again");
      this.#wasReady = true;
      this.#become("ready");
    };
    const started = new DataApiProcess(heard, this.#log);
    if (this.#settings) started.open(this.#settings);
    return started;
  }

  async #keep(): Promise<void> {
    for (let failed = 0; ; ) {
      const began = performance.now();
      const end = await this.#process.ended;
      if (this.#stop.signal.aborted) return;
      this.#tellOf(end);
      failed = performance.now() - began < SHORT && !end.databaseLost ? failed + 1 : 0;
      if (!this.#wasReady && failed >= ATTEMPTS) this.#failure = end.why;
      // Already known to be away, it stays so: a crash meanwhile is no news of the database.
      if (this.#state !== "no database" || end.databaseLost) {
        this.#become(end.databaseLost ? "no database" : "starting");
      } else this.#changes.emit("change");
      const pause = failed < 2 ? 0 : Math.min(100 * 2 ** (failed - 2), 5_000);
      await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => {});
      if (this.#stop.signal.aborted) return;
      this.#process = this.#startProcess();
    }
  }

  #tellOf(end: ApiEnd): void {
    if (end.databaseLost) this.#log.warn("the database went away: a new process of the Data API waits for it");
    else this.#log.error({ why: end.why }, "the Data API ended: starting it again");
  }

  async #started(): Promise<void> {
    const limit = AbortSignal.timeout(this.#limits.start);
    while (this.#state === "starting") {
      if (limit.aborted) throw apiRestarting();
      await this.#change(limit);
    }
    if (this.#state === "no database") throw databaseAway();
    if (this.#state === "ended") throw apiRestarting();
  }

  async #change(limit: AbortSignal): Promise<void> {
    await once(this.#changes, "change", { signal: limit }).catch(() => {});
  }

  #become(state: State): void {
    this.#state = state;
    this.#changes.emit("change");
  }
}

function isRead({ method }: ApiRequest): boolean {
  return method === "GET" || method === "HEAD";
}
