import { setTimeout as delay } from "node:timers/promises";

/** Polls a fact until it holds; fails with its name and what was seen last. */
export async function until<T>(what: string, fact: () => Promise<T> | T, within = 15_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + within;
  let seen: unknown;
  for (;;) {
    seen = await fact();
    if (seen) return seen as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`);
    await delay(15);
  }
}
