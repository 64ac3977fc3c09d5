/** A counted number of places; a caller without one waits its turn, first come first served. */
export class Slots {
  readonly size: number;
  #taken = 0;
  #queue: (() => void)[] = [];

  constructor(size: number) {
    this.size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a place if one is free now. */
  tryTake(): boolean {
    if (this.#taken >= this.size) return false;
    this.#taken++;
    return true;
  }

  /** Waits for a place and takes it. */
  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.#queue.push(resolve));
  }

  /** Takes a place even when none is free: for work that is already under way and has to be counted. */
  force(): void {
    this.#taken++;
  }

  /** Gives a place back. */
  give(): void {
    this.#taken--;
    while (this.#taken < this.size) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#taken++;
      next();
    }
  }
}
