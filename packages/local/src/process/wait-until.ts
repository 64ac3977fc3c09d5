import { setTimeout as sleep } from "node:timers/promises";

/** Polls a fact until it holds. Resolves `false` when it does not within `timeoutMs`. */
export async function waitUntil(
  fact: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 15,
): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > end) return false;
    await sleep(everyMs);
  }
  return true;
}
