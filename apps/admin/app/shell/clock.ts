import { createContext, use, useSyncExternalStore } from "react";

/** The server's time when this page was read (milliseconds), and when that was by the browser's own clock. */
export const ReadAt = createContext({ server: 0, here: 0 });

let ticking: ReturnType<typeof setInterval> | undefined;
let second = 0;
const listeners = new Set<() => void>();

// One timer for every age on the page.
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    second = Date.now();
    for (const tell of listeners) tell();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/**
 * The time now by the server's clock, in milliseconds, a second exact. While the page is rendered for the first time it is the
 * time at which it was read, on the server and in the browser alike.
 */
export function useNow(): number {
  const { server, here } = use(ReadAt);
  const now = useSyncExternalStore(
    subscribe,
    () => second,
    () => 0,
  );
  return now === 0 ? server : server + Math.max(0, now - here);
}
