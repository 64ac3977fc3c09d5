import { OutputGapError, type OutputStore } from "../lease/output-store.ts";
import type { Spool } from "./spool.ts";

/** A batch waits for this many milliseconds after its first byte … */
const flushMilliseconds = 200;
/** … or until this many bytes have gathered. */
const flushBytes = 16 * 1024;
/** Most bytes in one statement, used when the database has fallen behind. */
const batchBytes = 256 * 1024;
// The client library copies each batch several times. Those copies live outside the heap, where the collector lets tens
// of megabytes gather; collecting after so many bytes (a millisecond each) keeps the runner's memory flat.
const collectBytes = 4 * 1024 * 1024;

/**
 * Sends spooled output to the database, stream by stream, addressed by offset.
 *
 * It never holds more than one batch in memory. What was sent but not acknowledged is sent again from the last
 * acknowledged offset; the database ignores what it already has.
 */
export class Sender {
  readonly #store: OutputStore;
  readonly #spools: Spool[] = [];
  readonly #batch = Buffer.allocUnsafeSlow(batchBytes);
  #timer: NodeJS.Timeout | null = null;
  #sending: Promise<void> | null = null;
  #failure: unknown = null;
  #draining = false;
  #sinceCollected = 0;

  constructor(store: OutputStore) {
    this.#store = store;
  }

  /** Adds a stream; call once per spool. */
  add(spool: Spool): void {
    this.#spools.push(spool);
  }

  /** Says that a spool has grown. */
  poke(): void {
    if (this.#sending || this.#failure) return;
    if (this.#pending() >= flushBytes) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), flushMilliseconds);
  }

  /**
   * Resolves when every byte of every spool is stored.
   *
   * @throws what the store threw when it gave up.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    while (!this.#failure && (this.#sending || this.#pending() > 0)) {
      this.#start();
      await this.#sending;
    }
    if (this.#failure) throw this.#failure;
  }

  /** Stops sending, whatever is left. */
  stop(): void {
    this.#failure ??= new Error("sending stopped");
    if (this.#timer) clearTimeout(this.#timer);
  }

  #pending(): number {
    return this.#spools.reduce((sum, spool) => sum + spool.pending, 0);
  }

  #start(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#failure) return;
    this.#sending ??= this.#send()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#sending = null;
        if (this.#pending() > 0) this.poke();
      });
  }

  async #send(): Promise<void> {
    for (const spool of this.#spools) {
      while (spool.pending > 0 && !this.#failure) {
        const bytes = await spool.readPending(this.#batch);
        await this.#sendBatch(spool, bytes);
        // A trickle is gathered for its next 200 ms; only a backlog is sent without a pause.
        if (!this.#draining && spool.pending < flushBytes) break;
      }
    }
  }

  async #sendBatch(spool: Spool, bytes: Buffer): Promise<void> {
    try {
      spool.acknowledged = await this.#store.store(spool.stream, spool.acknowledged, bytes);
      this.#collect(bytes.length);
    } catch (error) {
      if (!(error instanceof OutputGapError)) throw error;
      // The database has less than it once acknowledged (it was restored, or failed over): go back to what it has.
      spool.acknowledged = await this.#store.store(spool.stream, 0, Buffer.alloc(0));
    }
  }

  #collect(sent: number): void {
    this.#sinceCollected += sent;
    if (this.#sinceCollected < collectBytes) return;
    this.#sinceCollected = 0;
    // There only when launched with --expose-gc.
    globalThis.gc?.({ type: "minor" });
  }
}
