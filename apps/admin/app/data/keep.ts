import { useSyncExternalStore } from "react";
import { type ClientLoaderFunctionArgs, isRouteErrorResponse, useLocation } from "react-router";

interface Had {
  url: string;
  data: unknown;
  readAt: number;
}

/** What routes show now although nobody answered when it was read anew. One entry a route. */
const kept = new Map<object, Had>();
const listeners = new Set<() => void>();

/**
 * A route's `clientLoader`: when what a page shows is read anew and nobody answers, it keeps what it had, and `shell/live.tsx`
 * says so. A page that had nothing yet, and every refusal, is an error as ever.
 */
export function keep() {
  const route = {};
  let had: Had | undefined;
  const clientLoader = async ({ request, serverLoader }: ClientLoaderFunctionArgs) => {
    try {
      const data = await serverLoader();
      // The address alone: another filter is another page, and a browser needs no history of them.
      had = { url: request.url, data, readAt: Date.now() };
      if (kept.delete(route)) tell();
      return data;
    } catch (error) {
      // A redirect or a refusal is an answer. Everything else is none: a 503, a cut connection, or React Router's "no result",
      // which is all that a route is told when the middleware before it could not ask who this is.
      const answered = error instanceof Response || (isRouteErrorResponse(error) && error.status < 500);
      if (answered) {
        // What is refused now is not shown again when nobody answers later.
        had = undefined;
        if (kept.delete(route)) tell();
      }
      // Given up because somebody went on to another page: that says nothing about whether anybody answers.
      if (request.signal.aborted || had?.url !== request.url) throw error;
      kept.set(route, had);
      tell();
      return had.data;
    }
  };
  // What the server rendered is the first that it has.
  clientLoader.hydrate = true as const;
  return clientLoader;
}

function tell(): void {
  for (const listener of listeners) listener();
}

/** Since when (milliseconds) a part of the page at this address is what it had: when that part was last read. */
export function useKeptSince(): number | undefined {
  const { pathname, search } = useLocation();
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => {
      const here = `${window.location.origin}${pathname}${search}`;
      const times = [...kept.values()].filter(({ url }) => url === here).map(({ readAt }) => readAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    () => undefined,
  );
}
