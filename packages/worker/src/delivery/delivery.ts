/** One job handed over by graphile-worker; its task waits until the delivery is settled or refused. */
export class Delivery {
  readonly job: number;
  /** Resolves or rejects as the graphile task. */
  readonly done: Promise<void>;
  /** Whether a lease was asked for: from then on the delivery has served its purpose. */
  taken = false;
  over = false;
  #resolve!: () => void;
  #reject!: (reason: Error) => void;

  constructor(payload: unknown) {
    const { job } = (payload ?? {}) as { job?: unknown };
    if (typeof job !== "number") throw new TypeError(`a delivery names no job: ${JSON.stringify(payload)}`);
    this.job = job;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Lets graphile-worker delete the delivery. */
  settle(): void {
    this.over = true;
    this.#resolve();
  }

  /** Hands the delivery back: for one whose lease was never asked for. */
  refuse(): void {
    this.over = true;
    this.#reject(new Error("the worker stopped before it took this job"));
  }
}
