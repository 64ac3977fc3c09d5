import { type ClientLoaderFunctionArgs, isRouteErrorResponse } from "react-router";

/**
 * A route's `clientLoader`: when what a page shows is read anew and nobody answers, it keeps what it had, and `shell/live.tsx`
 * says so. A page that had nothing yet, and every refusal, is an error as ever.
 */
export function keep() {
  const had = new Map<string, unknown>();
  const clientLoader = async ({ request, serverLoader }: ClientLoaderFunctionArgs) => {
    try {
      const data = await serverLoader();
      // The address alone: another filter is another page, and a browser needs no history of them.
      had.clear();
      had.set(request.url, data);
      return data;
    } catch (error) {
      const silent = isRouteErrorResponse(error) ? error.status >= 500 : error instanceof TypeError;
      if (silent && had.has(request.url)) return had.get(request.url);
      throw error;
    }
  };
  // What the server rendered is the first that it has.
  clientLoader.hydrate = true as const;
  return clientLoader;
}
