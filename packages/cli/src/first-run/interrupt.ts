/** A closed terminal (SIGHUP) must end the house as Ctrl-C does, or a worker would stay behind. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One signal to a process group arrives twice: directly, and passed on by the parent. No person presses that fast. */
const ECHO_MS = 1_000;

/** Ctrl-C: the first asks to end, the second forces it. */
export class Interrupt {
  asked = false;
  onForce: () => Promise<void> = async () => process.exit(130);
  readonly #asked = Promise.withResolvers<never>();
  #askedAt = 0;
  readonly #listener = () => {
    if (this.asked) {
      if (performance.now() - this.#askedAt < ECHO_MS) return;
      process.stderr.write("\nforced\n");
      void this.onForce();
      return;
    }
    this.asked = true;
    this.#askedAt = performance.now();
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
