import { setTimeout as delay } from "node:timers/promises";

/**
 * Polls a fact until it holds and returns it. An error counts as "not yet": the database may be away on purpose.
 *
 * @throws Error naming the fact, and what was seen last, when it does not hold in time
 */
export async function until<T>(
  what: string,
  fact: () => T | Promise<T>,
  milliseconds = 30_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    let seen: unknown;
    try {
      seen = await fact();
    } catch (error) {
      seen = error;
    }
    if (seen && !(seen instanceof Error)) return seen as NonNullable<T>;
    if (performance.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}; seen last: ${String(seen)}`);
    await delay(20);
  }
}
