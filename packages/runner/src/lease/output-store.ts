import { setTimeout as delay } from "node:timers/promises";
import { isRefusal, type OutputStreamName, storeOutput } from "@holdfast/db/runs";
import type { Connection } from "./connection.ts";
import type { Lease } from "./lease.ts";

/** The database has fewer bytes of a stream than it once acknowledged. */
export class OutputGapError extends Error {
  override name = "OutputGapError";
}

/** The lease is gone for good: nothing more can be stored or finished under this token. */
export class LeaseLostError extends Error {
  override name = "LeaseLostError";

  constructor() {
    super("the lease was lost: the job belongs to somebody else now");
  }
}

const timeoutMilliseconds = 30_000;
const mostTries = 25;

/** Stores output under a lease. */
export class OutputStore {
  readonly #connection: Connection;
  readonly #lease: Lease;

  constructor(connection: Connection, lease: Lease) {
    this.#connection = connection;
    this.#lease = lease;
  }

  /**
   * Stores bytes at an offset and returns the next one.
   *
   * @throws {OutputGapError} when the offset is beyond what is stored.
   * @throws {LeaseLostError} when the lease is lost and the heartbeat did not bring it back.
   */
  async store(stream: OutputStreamName, offset: number, bytes: Buffer): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#connection.call(
          "store output",
          (client) => storeOutput(client, this.#lease.token, stream, offset, bytes),
          { timeoutMilliseconds },
        );
      } catch (error) {
        if (isRefusal(error, "output_gap")) throw new OutputGapError(error.message, { cause: error });
        if (!isRefusal(error, "lease_lost")) throw error;
      }
      // Being given up is not yet the end: the heartbeat takes the lease back when no other attempt has started.
      if ((await this.#lease.beat()) === "lost" || tries === mostTries) throw new LeaseLostError();
      await delay(200);
    }
  }
}
