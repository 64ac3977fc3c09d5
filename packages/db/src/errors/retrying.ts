import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../log.ts";
import { isConnectionLost } from "./connection-lost.ts";

/** How {@link retrying} behaves. */
export interface RetryingOptions {
  /** Ends the waiting: the pending call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  logger?: Log | undefined;
  /** What is being done, for the log: "finish runs". */
  what?: string;
  /** First upper bound of the pause, milliseconds. Default 100. */
  minDelay?: number;
  /** Largest upper bound of the pause, milliseconds. Default 5000. */
  maxDelay?: number;
}

/**
 * Calls `fn` until it succeeds or fails for another reason than the connection: exponential backoff with full jitter,
 * for ever, so that Postgres may be away for minutes. Only for calls that may safely be made twice.
 */
export async function retrying<T>(fn: () => Promise<T>, options: RetryingOptions = {}): Promise<T> {
  const { signal, logger, what = "call the database", minDelay = 100, maxDelay = 5000 } = options;
  const began = Date.now();
  for (let attempt = 1; ; attempt++) {
    try {
      const value = await fn();
      if (attempt > 1) logger?.info({ attempt, seconds: secondsSince(began) }, `${what}: the database is back`);
      return value;
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      signal?.throwIfAborted();
      // The first failure and then every tenth: an outage of minutes must not fill the log.
      if (attempt === 1 || attempt % 10 === 0) {
        logger?.warn(
          { err: error, attempt, seconds: secondsSince(began) },
          `${what}: the database is away, will retry`,
        );
      }
    }
    await delay(backoff(attempt, minDelay, maxDelay), undefined, signal ? { signal } : {});
  }
}

/** A pause in milliseconds before try number `attempt + 1`: uniform below an exponentially growing bound. */
export function backoff(attempt: number, minDelay: number, maxDelay: number): number {
  const bound = Math.min(maxDelay, minDelay * 2 ** Math.min(attempt - 1, 20));
  // Not below a tenth of the bound: a jitter of zero would be a busy loop.
  return bound * (0.1 + 0.9 * Math.random());
}

function secondsSince(began: number): number {
  return Math.round((Date.now() - began) / 100) / 10;
}
