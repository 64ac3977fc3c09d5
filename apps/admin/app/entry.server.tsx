import { PassThrough } from "node:stream";
import { createReadableStreamFromReadable } from "@react-router/node";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { type EntryContext, isRouteErrorResponse, type RouterContextProvider, ServerRouter } from "react-router";
import { log } from "./data/log.server.ts";
import { nonceContext, policy } from "./shell/nonce.server.ts";
import { NonceContext } from "./shell/nonce.ts";

const RENDER_MS = 15_000;

/** Renders a page. Its Content-Security-Policy lets run exactly the scripts that bear this answer's nonce. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  entry: EntryContext,
  context: RouterContextProvider,
): Promise<Response> {
  const nonce = context.get(nonceContext);
  headers.set("Content-Type", "text/html; charset=utf-8");
  headers.set("Content-Security-Policy", policy(nonce));
  headers.set("Cache-Control", "no-store");
  return new Promise((resolve, reject) => {
    let began = false;
    const ready = isbot(request.headers.get("user-agent")) ? "onAllReady" : "onShellReady";
    const { pipe, abort } = renderToPipeableStream(
      <NonceContext value={nonce}>
        <ServerRouter context={entry} url={request.url} nonce={nonce} />
      </NonceContext>,
      {
        nonce,
        [ready]() {
          began = true;
          const body = new PassThrough();
          resolve(new Response(createReadableStreamFromReadable(body), { status, headers }));
          pipe(body);
        },
        onShellError: reject,
        onError(error: unknown) {
          status = 500;
          if (began) log.error(error, "rendering failed");
        },
      },
    );
    setTimeout(abort, RENDER_MS).unref();
  });
}

/** An error that no loader made on purpose: told in the log, never to the browser. */
export function handleError(error: unknown, { request }: { request: Request }): void {
  if (request.signal.aborted) return;
  // Somebody asked for what is not there, or in a way that nothing here takes: no fault of the app.
  if (isRouteErrorResponse(error) && error.status < 500) log.debug({ status: error.status }, "a request was refused");
  else log.error(error, "a request failed");
}
