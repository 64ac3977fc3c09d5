/** How a {@link Batcher} collects and flushes. */
export interface BatcherOptions<In, Out> {
  /** Handles one batch; answers come back in the order of the items. */
  flush(items: In[]): Promise<Out[]>;
  /** Largest batch. Default 500. */
  max?: number;
  /** How many batches may be under way at the same time. Default 1. */
  flights?: number;
}

interface Entry<In, Out> {
  item: In;
  resolve(value: Out): void;
  reject(reason: unknown): void;
}

/**
 * Collects single calls into batches: an idle batcher flushes in the same turn of the event loop, a busy one as soon as
 * its flight lands, so batches grow with the load and an idle system pays no waiting time.
 *
 * When a batch is refused, its items are tried one by one, so that one bad item fails alone.
 */
export class Batcher<In, Out> {
  readonly #options: Required<BatcherOptions<In, Out>>;
  #waiting: Entry<In, Out>[] = [];
  #flights = 0;
  #pending = 0;
  #scheduled = false;

  constructor(options: BatcherOptions<In, Out>) {
    this.#options = { max: 500, flights: 1, ...options };
  }

  /** How many items have no answer yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Hands one item over; settles with that item's answer. */
  push(item: In): Promise<Out> {
    this.#pending++;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#flights >= this.#options.flights || this.#waiting.length === 0) return;
    this.#scheduled = true;
    // Not a microtask: graphile-worker hands out a whole fetch within one turn, and that should be one batch.
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#waiting.length === 0) return;
      const batch = this.#waiting.splice(0, this.#options.max);
      this.#flights++;
      void this.#fly(batch).finally(() => {
        this.#flights--;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  async #fly(batch: Entry<In, Out>[]): Promise<void> {
    try {
      const answers = await this.#options.flush(batch.map((entry) => entry.item));
      if (answers.length !== batch.length) {
        throw new Error(`a batch of ${batch.length} got ${answers.length} answers`);
      }
      this.#pending -= batch.length;
      for (const [index, entry] of batch.entries()) entry.resolve(answers[index] as Out);
    } catch (error) {
      if (batch.length === 1) {
        this.#pending--;
        batch[0]?.reject(error);
        return;
      }
      for (const entry of batch) await this.#fly([entry]);
    }
  }
}
