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
    process.on("SIGINT", this.#listener).on("SIGTERM", this.#listener);
  }

  /** The work, or a rejection as soon as Ctrl-C is pressed. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#asked.promise]);
  }

  end(): void {
    process.removeListener("SIGINT", this.#listener).removeListener("SIGTERM", this.#listener);
  }
}
