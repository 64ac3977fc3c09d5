/** A closed terminal (SIGHUP) must end the house as Ctrl-C does, or a worker would stay behind. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Ctrl-C: the first asks to end, the second forces it. */
export class Interrupt {
  asked = false;
  onForce: () => Promise<void> = async () => process.exit(130);
  readonly #asked = Promise.withResolvers<never>();
  readonly #listener = () => {
    if (this.asked) {
      process.stderr.write("\nforced\n");
      void this.onForce();
      return;
    }
    this.asked = true;
    process.stderr.write("\n");
    this.#asked.reject(new Error("interrupted"));
  };

  constructor() {
    this.#asked.promise.catch(() => {});
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** The work, or a rejection as soon as Ctrl-C is pressed. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#asked.promise]);
  }

  end(): void {
    for (const signal of SIGNALS) process.removeListener(signal, this.#listener);
  }
}
